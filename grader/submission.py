"""What a student of a cohort has handed in: the answers of one submitted folder, or why a person has to look.

A notebook is read as JSON, by grade id, and never executed.
"""

from __future__ import annotations

import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader import notebook
from grader.attempt import Attempt
from grader.errors import AttemptError, NotebookError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from grader.course import Course, Exercise, Phase


@dataclass(frozen=True)
class Held:
    """What a person has to decide: why, in a sentence."""

    reason: str


@dataclass(frozen=True)
class Submission:
    """A student's submission of an assignment: an attempt at each exercise, or what holds it.

    `held` holds all of it: there is no notebook that could be read.
    """

    student: str
    answers: dict[str, Attempt | Held]
    held: Held | None = None


def submissions(course: Course, phase: Phase) -> Iterator[Submission]:
    """Yield what was handed in for a phase, by student: submitted/STUDENT/PHASE, as nbgrader collects it."""
    for folder in sorted((course.root / "submitted").glob(f"*/{phase.slug}")):
        if folder.is_dir():
            yield read(course, phase, folder)


def read(course: Course, phase: Phase, folder: Path) -> Submission:
    """Read one submitted folder. What is wrong with it is in the submission, never raised."""
    student = folder.parent.name
    try:
        path = _notebook(folder, phase)
        cells = notebook.read(path)
    except NotebookError as error:
        return Submission(student, {}, Held(_without(folder, str(error))))
    if cells.metadata.goprod.phase not in {"", phase.slug}:
        return Submission(student, {}, Held(f"{path.name} is the notebook of {cells.metadata.goprod.phase}, not of {phase.slug}."))
    return Submission(student, {exercise.slug: _answer(path, exercise, folder) for exercise in course.exercises(phase)})


def _notebook(folder: Path, phase: Phase) -> Path:
    """Return the notebook of a submitted folder. Raises NotebookError where it is not the one plain file that it has to be."""
    path = folder / f"{phase.slug}.ipynb"
    others = sorted(other.name for other in folder.glob("*.ipynb") if other != path)
    try:
        about = path.lstat()
    except OSError as error:
        instead = f" There is {', '.join(others)}: rename it if that is the one." if others else ""
        raise NotebookError(f"{path.name} is missing.{instead}") from error
    if not stat.S_ISREG(about.st_mode):
        raise NotebookError(f"{path.name} is a link or a folder, not a file.")
    if others:
        raise NotebookError(f"There are several notebooks: {path.name}, {', '.join(others)}. Keep the one that counts.")
    return path


def _answer(path: Path, exercise: Exercise, folder: Path) -> Attempt | Held:
    try:
        return Attempt.from_texts(exercise, notebook.answers(path, exercise))
    except (NotebookError, AttemptError) as error:
        return Held(_without(folder, str(error)))


def _without(folder: Path, sentence: str) -> str:
    """Return a sentence that names files without the folder of the submission."""
    return sentence.replace(f"{folder}/", "")
