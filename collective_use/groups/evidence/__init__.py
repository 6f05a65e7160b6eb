"""The evidence for a measure at the level of groups, and the verdict on it."""
