"""The command `goprod`."""

from grader.cli.main import main

__all__ = ["main"]
