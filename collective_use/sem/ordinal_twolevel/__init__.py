"""Ordered answers at two levels by weighted least squares."""
