"""Gaussian mixed models of members within groups: likelihoods with slopes, and their optimum."""
