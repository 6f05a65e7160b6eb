"""Ordered answers at two levels: probit models of clusters, and least squares on what they tell."""
