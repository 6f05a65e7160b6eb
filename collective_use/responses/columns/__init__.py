"""Which column belongs to which item."""
