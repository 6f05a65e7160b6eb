"""Run the command line by `python -m collective_use`."""
