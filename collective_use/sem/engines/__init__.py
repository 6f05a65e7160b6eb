"""The engines that search: our core, semopy, and whether they agree."""
