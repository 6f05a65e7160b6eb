"""From results to the reader: one page in words, pictures and tables. Nothing is computed here."""
