"""The command review: what needs a person, the submission beside the release, and the decision."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.instructors import ledger, needing, then
from grader.cli.options import with_cohort

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.course import Course, Exercise, Phase
    from grader.ledger import Decision, Ledger
    from grader.submission import Submission


@click.command()
@click.argument("assignment")
@click.argument("student", required=False)
@click.argument("exercise", required=False)
@click.option("--cell", "cells", type=int, multiple=True, help="Grade this cell, counted from 1; several are put one below the other.")
@click.option("--folder", type=click.Path(path_type=Path, exists=True, file_okay=False), help="Grade the answer files in this folder.")
@click.option("--points", type=int, help="Set the points.")
@click.option("--ask", is_flag=True, help="Ask the student for it again.")
@click.option("--why", default="", help="The reason; the student reads it.")
@click.option("--by", "who", default="", help="Who decides; by default the user of this machine.")
@with_cohort
def review(
    *,
    assignment: str,
    student: str | None,
    exercise: str | None,
    cells: tuple[int, ...],
    folder: Path | None,
    points: int | None,
    who: str,
    why: str,
    course: Course,
    ask: bool,
) -> None:
    """List what needs a person in ASSIGNMENT, show it, or decide it.

    Without STUDENT: the list. With STUDENT and EXERCISE: the submission beside the release. With one of --cell, --folder,
    --points and --ask: the decision, written down with its reason.
    """
    from grader import review as reviewing
    from grader.attempt import Attempt
    from grader.errors import UsageError

    phase = course.phase(assignment)
    with ledger(course) as kept:
        if student is None:
            _list(course, phase, kept)
            return
        submitted = _of(course, phase, kept, student)
        about = None if exercise in {None, "*"} else _exercise(course, phase, str(exercise))
        path = course.layout.folder(course.root, student, phase.slug)
        if not (cells or folder or points is not None or ask):
            _show(path, phase, submitted, [about] if about else course.exercises(phase))
            return
        if (cells or folder) and about is None:
            raise UsageError("Name the exercise that the cell or the folder answers.")
        files = None
        if about and cells:
            files = reviewing.from_cells(path, about, cells)
        elif about and folder:
            files = dict(Attempt.from_folder(about, folder).files)
        who = who or _user()
        decision = reviewing.take(submitted, about, who=who, why=why, files=files, points=points, ask=ask)
        kept.decide(phase.slug, decision)
        click.echo(f"Written down: {_decided(decision)}")
        click.echo(then(phase, student))


def _list(course: Course, phase: Phase, ledger: Ledger) -> None:
    from grader import cohort

    submitted = cohort.handed_in(course, phase, ledger)
    verdicts = cohort.counting(cohort.different(submitted), ledger)
    grades = tuple(cohort.grades(submitted, course.exercises(phase), verdicts.get))
    lines = list(needing(grades))
    for line in lines:
        click.echo(line)
    decisions = ledger.decisions(phase.slug)
    for each in decisions:
        click.echo(f"decided: {_decided(each)}")
    click.echo(f"{len(lines)} need a person, {len(decisions)} decisions were taken.")
    if lines:
        click.echo(f"`goprod review {phase.slug} STUDENT EXERCISE` shows one; --cell, --points or --ask decides it.")


def _of(course: Course, phase: Phase, ledger: Ledger, student: str) -> Submission:
    from grader import cohort
    from grader.errors import UsageError

    for each in cohort.handed_in(course, phase, ledger):
        if each.student == student:
            return each
    raise UsageError(f"{student!r} has handed in nothing for {phase.slug}. The students are the folders in submitted/.")


def _exercise(course: Course, phase: Phase, slug: str) -> Exercise:
    from grader.errors import UsageError

    if slug not in course.slugs(phase):
        raise UsageError(f"{phase.slug} has no exercise {slug!r}. Its exercises are {', '.join(course.slugs(phase))}.")
    return course.exercise(slug)


def _show(path: Path, phase: Phase, submitted: Submission, exercises: Sequence[Exercise]) -> None:
    """Print why exercises are held, and what was handed in beside what was released."""
    from rich.console import Console
    from rich.syntax import Syntax
    from rich.table import Table

    from grader import submission
    from grader.submission import Held

    console = Console()
    cells = submission.candidates(exercises[0].course, phase, path)
    for exercise in exercises:
        answer = submitted.answer(exercise.slug)
        if len(exercises) > 1 and not isinstance(answer, Held):
            continue
        console.print(f"{exercise.slug}: {answer.reason if isinstance(answer, Held) else 'not held'}", markup=False, highlight=False)
        table = Table("released", "handed in", show_lines=True, expand=True)
        released = "\n\n".join(f"// {name}\n{text}" for name, text in exercise.broken.items())
        mine = [cell for cell in cells if not cell.names or any(name.startswith(f"{exercise.slug}/") for name in cell.names)]
        for number, cell in enumerate(mine):
            left = Syntax(released, "go", theme="ansi_light", word_wrap=True) if number == 0 else ""
            table.add_row(left, Syntax(f"// cell {cell.number}\n{cell.text}", "go", theme="ansi_light", word_wrap=True))
        console.print(table)


def _decided(decision: Decision) -> str:
    day = datetime.fromtimestamp(decision.at, UTC).strftime("%Y-%m-%d %H:%M")
    what = "all of it" if decision.exercise == "*" else decision.exercise
    return f"{decision.student}, {what}: {decision.what}, by {decision.who}, {day} UTC: {decision.why}"


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user id without a name
        return ""


COMMANDS = (review,)
