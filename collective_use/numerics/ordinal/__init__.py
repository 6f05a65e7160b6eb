"""Ordered answers: thresholds, polychorics, and the least-squares objective on them."""
