"""How many factors, and which."""
