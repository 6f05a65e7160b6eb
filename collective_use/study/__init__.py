"""Walks the rooms in order: settings, run, writing, demo."""
