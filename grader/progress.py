"""How far a learner is: the rows of the progress pages, from what the store remembers."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from grader.card.pages import ExerciseRow, PhaseRow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.card.pages import State
    from grader.course import Exercise, Phase
    from grader.store import Store, Try


def tries(store: Store, exercise: Exercise) -> list[Try]:
    """Return the checks of what the learner had changed, oldest first."""
    return [each for each in store.tries(exercise.slug) if each.status != "not-attempted"]


def exercise_row(store: Store, exercise: Exercise) -> ExerciseRow:
    """Return an exercise with its best try."""
    best = max(tries(store, exercise), key=lambda each: (each.status == "pass", each.points), default=None)
    state: State = "new" if best is None else "done" if best.status == "pass" else "started"
    manifest = exercise.manifest
    points = best.points if best else 0
    return ExerciseRow(exercise.slug, manifest.title, manifest.minutes, state, points, manifest.full, href=link(exercise))


def link(exercise: Exercise) -> str:
    """Return the link to an exercise's heading, by the name that JupyterLab gives headings."""
    return f"{exercise.phase.slug}.ipynb#{quote(exercise.manifest.title.replace(' ', '-'))}"


def phase_row(phase: Phase, rows: Sequence[ExerciseRow]) -> PhaseRow:
    """Return a phase with how many of its exercises are done."""
    return PhaseRow(phase.slug, phase.title, state_of(rows), sum(row.state == "done" for row in rows), len(rows))


def state_of(rows: Sequence[ExerciseRow]) -> State:
    """Return a phase's state: new if nothing was tried, done if all is."""
    states = {row.state for row in rows}
    return "new" if states <= {"new"} else "done" if states == {"done"} else "started"
