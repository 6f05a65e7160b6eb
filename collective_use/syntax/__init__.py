"""Model text to statements: words only."""
