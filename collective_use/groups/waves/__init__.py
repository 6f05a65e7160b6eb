"""Groups over waves and levels: what changed, who ranks where, what holds for parent units."""
