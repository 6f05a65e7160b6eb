"""Two-level normal models: likelihood, objective, scores."""
