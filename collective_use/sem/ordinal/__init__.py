"""Ordered categorical answers: estimation, tests, scores, residuals."""
