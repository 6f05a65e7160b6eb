"""Rival models: which data could tell apart, and which no data can."""
