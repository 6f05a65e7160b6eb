"""Draws, intervals and batches of refits."""
