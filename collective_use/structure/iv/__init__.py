"""Instruments that the model itself implies: equation by equation, each tested on its own."""
