"""Differences between groups: ICC, within-and-between analysis, random groups."""
