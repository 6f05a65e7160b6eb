"""Reliability of scales, at the level where the construct lives."""
