"""Data for a fit: columns, moments, checks."""
