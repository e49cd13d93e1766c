"""What the commands of `goprod` share: the course they work on, and how they run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.course import Course

if TYPE_CHECKING:
    from collections.abc import Callable


def with_course(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the option --course DIR, and the course as `course`."""

    def read(context: click.Context, _: click.Parameter, root: Path | None) -> Course:
        root = root or context.find_root().params.get("root")
        return Course(root) if root else Course.find(Path.cwd())

    return click.option(
        "--course",
        type=click.Path(path_type=Path),
        callback=read,
        help="The course's folder; found upwards of here by default.",
    )(command)


as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for a machine to read.")
