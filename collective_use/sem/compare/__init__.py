"""Fits beside each other."""
