"""Commands for instructors: grade, regrade."""

from __future__ import annotations

import asyncio
import csv
import os
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.beside import written_beside
from grader.cli.options import with_cohort

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from grader.cohort import Grade
    from grader.course import Course, Phase
    from grader.ledger import Ledger
    from grader.regrade import Regrade

_jobs = click.option(
    "-j", "--jobs", type=click.IntRange(min=1), default=os.cpu_count() or 1, help="Attempts at a time; by default one a processor."
)
_table = click.option("--csv", "table", type=click.Path(path_type=Path, dir_okay=False), help="Write the rows into this file.")


@click.command()
@click.argument("assignment")
@_jobs
@_table
@with_cohort
def grade(assignment: str, jobs: int, table: Path | None, course: Course) -> None:
    """Grade what was handed in for ASSIGNMENT, a phase; start it again at any time, it goes on where it was."""
    from grader import cohort

    phase = course.phase(assignment)
    with ledger(course) as kept, _bar() as progress:
        graded = asyncio.run(cohort.grade(course, phase, kept, jobs=jobs, progress=progress))
    if table:
        _write(table, cohort.rows(graded.grades))
    _tell(graded.grades)
    if graded.outdated:
        click.echo(
            f"{graded.outdated} answers have verdicts from before something changed, and keep them: `goprod regrade {phase.slug} --diff`."
        )


@click.command()
@click.argument("assignment")
@click.option("--apply/--diff", "apply", default=False, help="Let the new verdicts count, or show what would change (the default).")
@_jobs
@_table
@with_cohort
def regrade(assignment: str, jobs: int, table: Path | None, course: Course, *, apply: bool) -> None:
    """Judge anew what was graded before tests, limits or Go changed; show who would gain or lose what, and why."""
    from grader import regrade as regrading

    phase = course.phase(assignment)
    with ledger(course) as kept:
        with _bar() as progress:
            found = asyncio.run(regrading.regrade(course, phase, kept, jobs=jobs, progress=progress))
        if table:
            _write(table, _change_rows(found))
        _tell_changes(found)
        if apply:
            found.apply(kept)
            click.echo(f"The new verdicts count; the old ones stay in the ledger. {then(phase)}")
        elif found.fresh:
            click.echo(f"Nothing is written yet. `goprod regrade {phase.slug} --apply` lets the new verdicts count.")


@contextmanager
def ledger(course: Course) -> Iterator[Ledger]:
    """Open the ledger of a course, and close it. Raises StoreError."""
    from grader.ledger import open_ledger

    with closing(open_ledger(course)) as opened:
        yield opened


@contextmanager
def _bar() -> Iterator[Callable[[int, int], None]]:
    """Show a progress bar with the time that is left, and give what moves it."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("Attempts"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, all_of_them: bar.update(task, completed=done, total=all_of_them)


def _write(path: Path, rows: Iterable[Sequence[str]]) -> None:
    try:
        with written_beside(path) as fresh, fresh.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(rows)
    except OSError as error:
        raise click.FileError(str(path), error.strerror or str(error)) from error


def _tell(grades: Sequence[Grade]) -> None:
    """Say what needs a person, a line each, and how many there are of each status."""
    for line in needing(grades):
        click.echo(line)
    counts = {status: sum(each.status == status for each in grades) for status in ("graded", "not-attempted", "held", "infra")}
    students = len({each.student for each in grades})
    click.echo(f"{students} submissions: {', '.join(f'{count} {status}' for status, count in counts.items())}.")


def needing(grades: Sequence[Grade]) -> Iterator[str]:
    """Yield a line for each grade that needs a person."""
    for each in grades:
        if each.waits:
            yield f"{each.status}: {each.student}, {'all of it' if each.exercise == '*' else each.exercise}: {each.reason}"


def _change_rows(found: Regrade) -> Iterator[Sequence[str]]:
    yield ("student", "exercise", "points before", "points after", "max", "status before", "status after", "why")
    for each in found.changes:
        points = (str(each.before.points), str(each.after.points), str(each.after.max))
        yield (each.after.student, each.after.exercise, *points, each.before.status, each.after.status, "; ".join(each.why))


def _tell_changes(found: Regrade) -> None:
    for each in found.changes:
        before, after = each.before, each.after
        points = f"{before.points} to {after.points} of {after.max}"
        if before.max != after.max:
            points = f"{before.points} of {before.max} to {after.points} of {after.max}"
        status = "" if before.status == after.status else f", {before.status} to {after.status}"
        why = f": {'; '.join(each.why)}" if each.why else ""
        click.echo(f"{after.student}, {after.exercise}: {points} ({each.gain:+d}){status}{why}")
    gain, loss = (len({each.after.student for each in found.changes if sign * each.gain > 0}) for sign in (1, -1))
    click.echo(f"{gain} students would gain, {loss} would lose; {len(found.fresh)} answers were judged anew.")
    if found.reasons:
        click.echo(f"What changed since they were judged: {', '.join(found.reasons)}.")
    if found.failed:
        click.echo(f"{found.failed} answers could not be judged by our fault, and keep what they have. Regrade again.")
    if found.ungraded:
        click.echo(f"{found.ungraded} answers have no verdict yet: `goprod grade` judges them.")


def then(phase: Phase, student: str = "") -> str:
    """Return what brings a change into nbgrader's gradebook."""
    only = f" --student {student}" if student else ""
    return f"`goprod grade {phase.slug}` and `nbgrader autograde {phase.slug}{only} --force` carry it into the gradebook."


COMMANDS = (grade, regrade)
