"""Confirmatory models written from an instrument: rivals, levels, fit."""
