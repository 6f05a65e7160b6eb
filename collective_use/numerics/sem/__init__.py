"""Structural equation models as arrays: matrices, objectives, fit indices."""
