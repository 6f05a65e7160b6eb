"""Every agreement reference value against what this package computes."""
