"""Whether items mean the same in every group, and how much it matters where not."""
