"""What a terminal prints of a study: the answer first, then the tables, from the same material."""
