"""Careless answers: indices, rules and the record of who was flagged."""
