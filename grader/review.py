"""What a person decides on what is held: which cell is the answer, how many points, or that it is asked for again."""

from __future__ import annotations

import dataclasses
import time
from typing import TYPE_CHECKING

from grader import notebook, submission
from grader.attempt import Attempt
from grader.errors import UsageError
from grader.ledger import WHOLE, Decision
from grader.submission import Held, Settled

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from grader.course import Exercise
    from grader.submission import Answer, Submission


def decided(submitted: Submission, decisions: Sequence[Decision], exercises: Sequence[Exercise]) -> Submission:
    """Return a submission with what people decided on it; decisions on an earlier notebook of the student do not hold."""
    mine = {each.exercise: each for each in decisions if (each.student, each.notebook) == (submitted.student, submitted.notebook)}
    if not mine:
        return submitted
    answers: dict[str, Answer] = dict(submitted.answers)
    held = submitted.held
    if WHOLE in mine and held:
        held = Held(_asked(mine[WHOLE]), asked=True)
    for exercise in exercises:
        if exercise.slug in mine:
            answers[exercise.slug] = _answer(exercise, mine[exercise.slug])
    return dataclasses.replace(submitted, answers=answers, held=held)


def _answer(exercise: Exercise, decision: Decision) -> Answer:
    if decision.files is not None:
        return Attempt.from_texts(exercise, decision.files)
    if decision.points is not None:
        return Settled(decision.points, decision.why)
    return Held(_asked(decision), asked=True)


def _asked(decision: Decision) -> str:
    return f"Asked for again: {decision.why}"


def take(
    submitted: Submission,
    exercise: Exercise | None,
    *,
    who: str,
    why: str,
    files: Mapping[str, str] | None = None,
    points: int | None = None,
    ask: bool = False,
) -> Decision:
    """Return a decision on one exercise of a submission, or on all of it (`exercise` None).

    Raises UsageError if it is not exactly one decision, has no reason, or does not fit the exercise;
    AttemptError if a text cannot be an answer.
    """
    if sum((files is not None, points is not None, ask)) != 1:
        raise UsageError("A decision is one of three: grade a cell or a file, set the points, or ask for it again.")
    if not why.strip() or not who.strip():
        raise UsageError("A decision has a reason and somebody who takes it. Give --why, and --by if your name is not known here.")
    if exercise is None and not ask:
        raise UsageError("A whole submission can only be asked for again. Name an exercise to grade a cell or to set its points.")
    if exercise is None and not submitted.held:
        raise UsageError(f"The submission of {submitted.student} is not held as a whole. Name an exercise.")
    if exercise and points is not None and not 0 <= points <= exercise.manifest.full:
        raise UsageError(f"{exercise.slug} has 0 to {exercise.manifest.full} points, not {points}.")
    texts = dict(Attempt.from_texts(exercise, files).files) if exercise and files is not None else None
    slug = exercise.slug if exercise else WHOLE
    return Decision(
        student=submitted.student,
        exercise=slug,
        notebook=submitted.notebook,
        who=who.strip(),
        why=why.strip(),
        at=time.time(),
        files=texts,
        points=points,
        ask=ask,
    )


def from_cells(folder: Path, exercise: Exercise, numbers: Sequence[int]) -> dict[str, str]:
    """Return an answer that is in cells of a submitted notebook, counted from 1, one below the other.

    Raises UsageError if the exercise has several answer files or there is no such cell, NotebookError if the notebook cannot be read.
    """
    answer = exercise.manifest.answer
    if len(answer) > 1:
        raise UsageError(f"{exercise.slug} has the answer files {', '.join(answer)}. Put them into a folder, and grade that with --folder.")
    cells = notebook.read(submission.notebook_of(folder, exercise.phase.slug)).cells
    for number in numbers:
        if not 1 <= number <= len(cells):
            raise UsageError(f"The notebook has the cells 1 to {len(cells)}, not {number}.")
    return {answer[0]: "\n\n".join(cells[number - 1].text.strip("\n") for number in numbers) + "\n"}
