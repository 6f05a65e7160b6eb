"""Ceilings over scatter plots and sets with degrees of membership, on arrays."""
