"""Structural after measurement: blocks of measurement first, then the structure between them."""
