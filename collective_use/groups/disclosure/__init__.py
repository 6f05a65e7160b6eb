"""What leaves the analyst's desk: tables of groups in which nobody's answers can be read."""
