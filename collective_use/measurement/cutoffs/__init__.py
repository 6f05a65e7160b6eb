"""Cut-offs simulated for the model at hand: what fit indices are when it is right, and when not."""
