"""Whether scales measure what they should, and nothing else."""
