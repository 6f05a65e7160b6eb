"""Judges' sheets and interview sheets."""
