"""Run the command line by `python -m collective_use`."""

from collective_use.cli.main import run

if __name__ == "__main__":
    run()
