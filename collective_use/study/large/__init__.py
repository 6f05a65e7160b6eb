"""Surveys larger than memory, from files, databases and clusters to the ordinary tables."""
