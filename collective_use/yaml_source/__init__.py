"""YAML with positions: what it says, where, and what is wrong in it."""
