"""Persons in groups: two-level models, their tests, scores, residuals."""
