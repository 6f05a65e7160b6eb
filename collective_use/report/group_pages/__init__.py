"""A page for each group: what its members answered, beside all groups, for a talk about it."""
