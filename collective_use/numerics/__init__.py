"""Arrays in, frozen arrays out: numpy and scipy only."""
