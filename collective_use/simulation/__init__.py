"""Responses with known truth: the only generator."""
