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
    return _course_option(_read)(command)


def with_cohort(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the option --course DIR, and the course with its cohort's layout as `course`."""

    def read(context: click.Context, parameter: click.Parameter, root: Path | None) -> Course:
        from grader.hosts.layouts import layout_of

        course = _read(context, parameter, root)
        course.layout = layout_of(course)
        return course

    return _course_option(read)(command)


def _read(context: click.Context, _: click.Parameter, root: Path | None) -> Course:
    root = root or context.find_root().params.get("root")
    return Course(root) if root else Course.find(Path.cwd())


def _course_option(read: Callable[..., Course]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return click.option(
        "--course",
        type=click.Path(path_type=Path),
        callback=read,
        help="The course's folder; found upwards of here by default.",
    )


as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for a machine to read.")
