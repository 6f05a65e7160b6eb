"""Conditions, not only correlations: what is necessary, and what together is sufficient."""
