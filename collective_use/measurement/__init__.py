"""Do the items measure it? Items, reliability, factors, invariance and validity."""
