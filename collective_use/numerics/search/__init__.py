"""Search for an optimum: the objective's contract, optimisers, constraints."""
