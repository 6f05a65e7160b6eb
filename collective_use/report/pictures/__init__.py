"""Pictures with their finding in words, from tables: for the page and for results in Python."""
