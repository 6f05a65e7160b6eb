"""What is asked of a fitted structure: one distribution answers all."""
