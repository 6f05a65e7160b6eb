"""Parameters that are each case's own function of its data: `:~`."""
