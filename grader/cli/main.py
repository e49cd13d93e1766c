"""The root of the command `goprod`: options that all commands share, and exit codes."""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader import __version__
from grader.cli import authors, instructors, learners, report, review
from grader.errors import GoprodError

if TYPE_CHECKING:
    from collections.abc import Sequence


class _Goprod(click.Group):
    """Turns our errors into one sentence and their exit code: 2 bad input, 3 our own failure."""

    def main(self, args: Sequence[str] | None = None, *more: Any, **options: Any) -> Any:  # noqa: ANN401 - click's signature
        try:
            return super().main(args, *more, **options)
        except GoprodError as error:
            click.echo(f"goprod: {error}", err=True)
            sys.exit(error.exit_code)
        except Exception as error:  # noqa: BLE001 - a fault of ours is told in a sentence, and kept for us
            click.echo(f"goprod: our fault, not yours: {type(error).__name__}. The log {_logged(error)} has the rest.", err=True)
            sys.exit(3)


def _logged(error: Exception) -> Path:
    """Write a fault of ours to a log of its own and return it."""
    handle, name = tempfile.mkstemp(prefix="goprod-", suffix=".log")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.writelines(traceback.format_exception(error))
    return Path(name)


@click.group(cls=_Goprod, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="goprod")
@click.option("--course", "root", type=click.Path(path_type=Path), help="The course's folder; found upwards of here by default.")
def main(root: Path | None) -> None:
    """Go production engineering, learned by mending broken code."""


for command in (*learners.COMMANDS, *authors.COMMANDS, *instructors.COMMANDS, *review.COMMANDS, *report.COMMANDS):
    main.add_command(command)
