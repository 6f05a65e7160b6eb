"""What was decided before the data: sealed by a hash, amended in the open, checked later."""
