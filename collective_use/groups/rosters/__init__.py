"""Networks, knowledge and allocations from rosters."""
