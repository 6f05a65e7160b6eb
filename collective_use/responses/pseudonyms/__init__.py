"""Keyed codes in place of names and addresses; the key stays apart from the answers."""
