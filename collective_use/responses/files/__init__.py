"""Files as tables of text: one door for every format."""
