"""Bootstrap, jackknife and Monte Carlo intervals of fitted models."""
