"""The estimation layer: parameter table, engines, inference, fit measures."""
