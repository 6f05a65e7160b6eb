"""Before the data: how many groups, and what was decided beforehand."""
