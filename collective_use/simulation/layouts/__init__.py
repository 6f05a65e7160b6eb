"""Simulated answers in the layout of each platform's exports."""
