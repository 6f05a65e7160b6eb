"""Ways to fit a structure between groups whose values are made of few members."""
