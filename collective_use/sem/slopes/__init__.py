"""Effects that differ from cluster to cluster: random slopes and what explains them."""
