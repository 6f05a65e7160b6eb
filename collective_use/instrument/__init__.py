"""The item bank: words only, neither numpy nor pandas."""
