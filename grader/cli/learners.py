"""Commands for learners: lab, check, list, and what the notebook's % commands do, in a terminal."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from grader import verdict as verdicts
from grader.attempt import Attempt
from grader.cli.options import as_json, with_course
from grader.errors import UsageError
from grader.store import open_store

if TYPE_CHECKING:
    from grader.course import Course, Exercise


@click.command()
@click.argument("slug")
@click.option("--folder", type=click.Path(path_type=Path), help="Check the answer files in this folder.")
@click.option("--notebook", type=click.Path(path_type=Path), help="Check the answer cells of this notebook, which is not run.")
@with_course
@as_json
def check(slug: str, folder: Path | None, notebook: Path | None, course: Course, *, as_json: bool) -> None:
    """Judge an attempt at an exercise; your own notebook's by default."""
    from grader.check import check as judge

    if folder and notebook:
        raise click.UsageError("name a folder or a notebook, not both")
    exercise = course.exercise(slug)
    attempt = Attempt.from_folder(exercise, folder) if folder else _from_notebook(exercise, notebook or _own_notebook(exercise))
    verdict = asyncio.run(judge(attempt, store=None if folder or notebook else open_store(course.state)))
    if as_json:
        sys.stdout.buffer.write(verdicts.encode(verdict) + b"\n")
    else:
        from grader import card

        click.echo(card.verdict_text(verdict, exercise, attempt.files))
    sys.exit(0 if verdict.passed else 3 if verdict.status == "infra" else 1)


def _from_notebook(exercise: Exercise, path: Path) -> Attempt:
    from grader.notebook import answers

    return Attempt.from_texts(exercise, answers(path, exercise))


def _own_notebook(exercise: Exercise) -> Path:
    """Return the learner's newest notebook of the exercise's phase. Raises UsageError if there is none."""
    folder = exercise.course.state.parent
    found = sorted(folder.glob(f"{exercise.phase.slug}*.ipynb"), key=lambda path: path.stat().st_mtime)
    if not found:
        advice = "Start with `goprod lab`, or name files with --folder DIR."
        raise UsageError(f"there is no notebook of {exercise.phase.slug} in {folder}. {advice}")
    return found[-1]


@click.command("list")
@with_course
@as_json
def list_exercises(course: Course, *, as_json: bool) -> None:
    """List the course's exercises."""
    exercises = course.exercises()
    if as_json:
        rows = [{"phase": e.phase.slug, "slug": e.slug, "title": e.manifest.title, "minutes": e.manifest.minutes} for e in exercises]
        click.echo(msgspec.json.format(msgspec.json.encode(rows), indent=2))
        return
    for phase in course.phases:
        click.echo(f"{phase.slug}: {phase.title}, {phase.minutes} min")
        for exercise in (e for e in exercises if e.phase == phase):
            click.echo(f"  {exercise.slug:<28} {exercise.manifest.minutes:>3} min  {exercise.manifest.title}")


@click.command()
@click.option("--no-browser", is_flag=True, help="Do not open a browser.")
@click.option("--prepare", is_flag=True, help="Copy the notebooks, and do not start JupyterLab.")
@click.argument("arguments", nargs=-1)
@with_course
def lab(arguments: tuple[str, ...], course: Course, *, no_browser: bool, prepare: bool) -> None:
    """Open JupyterLab on your own copies of the notebooks. ARGUMENTS go to JupyterLab."""
    from grader import toolchain
    from grader.learn import copy_for_learner

    toolchain.find()  # what is missing is said here, not in the first cell
    folder = course.state.parent
    for path in copy_for_learner(course, folder):
        click.echo(f"New: {path.name}")
    if prepare:
        return
    options = ["--no-browser"] if no_browser else []
    if os.name == "posix" and os.geteuid() == 0:
        options.append("--allow-root")
    start = [sys.executable, "-m", "jupyter", "lab", f"--ServerApp.root_dir={folder}", "--LabApp.default_url=/lab/tree/start.ipynb"]
    os.execv(sys.executable, [*start, *options, *arguments])  # noqa: S606 - JupyterLab takes our place, signals and all


@click.command()
@click.argument("slug")
@with_course
def hint(slug: str, course: Course) -> None:
    """Show the next hint of an exercise. Hints cost nothing."""
    from grader import card

    exercise, store = course.exercise(slug), open_store(course.state)
    opened = store.count(slug, "hint")
    if opened < len(exercise.manifest.hints):
        store.log(slug, "hint")
        opened += 1
    click.echo(card.hints_text(exercise, opened))


@click.command()
@click.argument("slug")
@with_course
def solution(slug: str, course: Course) -> None:
    """Show the solution, other right fixes and the known wrong ones."""
    from grader import card

    exercise = course.exercise(slug)
    if not course.pack:
        open_store(course.state).log(slug, "solution")
    click.echo(card.solution_text(exercise))


@click.command()
@with_course
@as_json
def progress(course: Course, *, as_json: bool) -> None:
    """Show what is done."""
    from grader import card
    from grader.progress import exercise_row, phase_row

    store = open_store(course.state)
    rows = {phase: [exercise_row(store, exercise) for exercise in course.exercises(phase)] for phase in course.phases}
    if as_json:
        found = [{"phase": phase.slug, "exercises": exercises} for phase, exercises in rows.items()]
        click.echo(msgspec.json.format(msgspec.json.encode(found), indent=2))
        return
    if len(rows) > 1:
        click.echo(card.map_text(course, [phase_row(phase, rows[phase]) for phase in rows]))
    for phase, exercises in rows.items():
        click.echo(card.phase_text(phase, exercises))


COMMANDS = (check, list_exercises, lab, hint, solution, progress)
