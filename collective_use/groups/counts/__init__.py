"""Answers counted where they lie: by any engine that can compare, add and group."""
