"""Structural models as arrays: two-step estimation, instruments, corrected moments of groups."""
