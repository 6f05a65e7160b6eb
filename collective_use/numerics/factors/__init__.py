"""Exploratory factors of a correlation matrix: extraction, rotation, number."""
