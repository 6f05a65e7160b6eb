"""Rosters, allocations and checklists as arrays."""
