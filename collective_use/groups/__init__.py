"""From persons to collectives: agreement, ICC, dispersion, networks, allocations."""
