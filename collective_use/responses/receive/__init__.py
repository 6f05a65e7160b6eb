"""A small receiver for the answers that the web page hands in."""
