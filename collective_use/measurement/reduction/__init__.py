"""Shorter scales: which items go, in what order, for which rule, and what is lost."""
