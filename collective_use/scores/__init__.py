"""From answers to numbers: reverse keys, scale scores, the missing rule."""
