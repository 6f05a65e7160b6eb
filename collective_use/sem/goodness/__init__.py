"""Tests and indices of fit."""
