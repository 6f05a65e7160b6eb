"""Agreement within groups: rwg, awg, average deviation, chance."""
