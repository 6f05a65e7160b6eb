"""What respondents see: one writer per way out."""
