"""Folders that are whole or not there, and cells that spreadsheets cannot misread."""
