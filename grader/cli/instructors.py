"""Commands for instructors: grade."""

from __future__ import annotations

import asyncio
import csv
import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.options import with_course

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.cohort import Grade
    from grader.course import Course


@click.command()
@click.argument("assignment")
@click.option(
    "-j", "--jobs", type=click.IntRange(min=1), default=os.cpu_count() or 1, help="Attempts at a time; by default one a processor."
)
@click.option("--csv", "table", type=click.Path(path_type=Path, dir_okay=False), help="Write the grades into this file.")
@with_course
def grade(assignment: str, jobs: int, table: Path | None, course: Course) -> None:
    """Grade what was handed in for ASSIGNMENT, a phase; start it again at any time, it goes on where it was."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from grader import cohort

    phase = course.phase(assignment)
    store = cohort.open_store(course)
    columns = (TextColumn("Attempts"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        grades = asyncio.run(
            cohort.grade(
                course, phase, store, jobs=jobs, progress=lambda done, all_of_them: bar.update(task, completed=done, total=all_of_them)
            )
        )
    if table:
        _write(table, grades)
    _tell(grades)


def _write(path: Path, grades: Sequence[Grade]) -> None:
    """Write the CSV beside its place and then there, so that nobody reads half of it."""
    from grader import cohort

    fresh = path.with_name(f".{path.name}.new")
    try:
        with fresh.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(cohort.rows(grades))
        fresh.replace(path)
    except OSError as error:
        raise click.FileError(str(path), error.strerror or str(error)) from error


def _tell(grades: Sequence[Grade]) -> None:
    """Say what needs a person, a line each, and how many there are of each status."""
    for each in grades:
        if each.status in {"held", "infra"}:
            click.echo(f"{each.status}: {each.student}, {'all of it' if each.exercise == '*' else each.exercise}: {each.reason}")
    counts = {status: sum(each.status == status for each in grades) for status in ("graded", "not-attempted", "held", "infra")}
    students = len({each.student for each in grades})
    click.echo(f"{students} submissions: {', '.join(f'{count} {status}' for status, count in counts.items())}.")


COMMANDS = (grade,)
