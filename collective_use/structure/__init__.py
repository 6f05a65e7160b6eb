"""How constructs relate: the structural models of an instrument, fitted."""
