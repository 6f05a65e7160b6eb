"""Persons in groups: statistics, agreement, chance, variance components."""
