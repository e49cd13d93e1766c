"""%progress: what is done, and how it travels to another machine as a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from grader.attempt import Attempt
from grader.errors import AttemptError, UsageError
from grader.hosts import pages as made
from grader.hosts.session import BEFORE_RESET
from grader.progress import exercise_row, phase_row, state_of, tries
from grader.verdict import Status, Verdict

if TYPE_CHECKING:
    from grader.card import ExerciseRow
    from grader.course import Course, Exercise
    from grader.hosts.screen import Page
    from grader.hosts.session import Session
    from grader.store import Try

LARGEST = 20 * 1024 * 1024
"""Bytes of a progress file."""


class _Tried(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    status: Status
    points: int
    max: int


class _Exercise(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    answers: dict[str, str] = {}
    before_reset: dict[str, str] = {}
    hints: int = 0
    tries: tuple[_Tried, ...] = ()


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    goprod: Literal[1]
    exercises: dict[str, _Exercise]


def pages(session: Session) -> list[Page]:
    """Return the course map, where there are several phases, and a page for each phase that was begun."""
    course = session.course
    rows = {phase: [_row(session, exercise) for exercise in course.exercises(phase)] for phase in course.phases}
    begun = [phase for phase in course.phases if state_of(rows[phase]) != "new"]
    phases = [made.phase(phase, rows[phase]) for phase in begun or course.phases[:1]]
    if len(course.phases) == 1:
        return phases
    return [made.course_map(course, [phase_row(phase, rows[phase]) for phase in course.phases]), *(phases if begun else [])]


def _row(session: Session, exercise: Exercise) -> ExerciseRow:
    return session.with_store(exercise.course, lambda store: exercise_row(store, exercise))


def _tries(session: Session, exercise: Exercise) -> list[Try]:
    return session.with_store(exercise.course, lambda store: tries(store, exercise))


def save(session: Session, file: str) -> Page:
    """Write answers, hints and tries to a file. Raises UsageError if it cannot be written."""
    course = session.course
    found = {}
    for exercise in course.exercises():
        kept = _Exercise(
            answers=session.texts(exercise),
            before_reset=session.texts(exercise, BEFORE_RESET),
            hints=session.with_store(course, lambda store, slug=exercise.slug: store.count(slug, "hint")),  # type: ignore[misc]
            tries=tuple(_Tried(each.status, each.points, each.max) for each in _tries(session, exercise)),  # type: ignore[arg-type]
        )
        if kept != _Exercise():
            found[exercise.slug] = kept
    try:
        Path(file).write_bytes(msgspec.json.format(msgspec.json.encode(_File(1, found)), indent=2) + b"\n")
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}. Name another file.") from error
    fact = f"`{file}` holds your answers to {_count(len(found))}."
    return made.notice("pass", "Written.", fact, f"`%progress import {file}` reads it elsewhere.")


def load(session: Session, file: str) -> Page:
    """Read a file that `save` wrote; texts that differ from it are set aside first.

    Raises UsageError if it is no such file.
    """
    course = session.course
    progress = _read(file)
    known = {slug: kept for slug, kept in progress.exercises.items() if slug in set(course.slugs())}
    for slug, kept in known.items():
        _take(session, course.exercise(slug), kept)
    left_out = len(progress.exercises) - len(known)
    detail = f"{_count(left_out)} of the file {'is' if left_out == 1 else 'are'} not in this course." if left_out else ""
    fact = f"Your answers to {_count(len(known))} are back."
    return made.notice("pass", "Read.", fact, "`%show` and an exercise's name shows them.", detail)


def _read(file: str) -> _File:
    path = Path(file)
    try:
        if path.stat().st_size > LARGEST:
            raise UsageError(f"{file} has more than {LARGEST >> 20} MiB and is no progress file. Name one that `%progress export` wrote.")
        return msgspec.json.decode(path.read_bytes(), type=_File)
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}. Name a file that `%progress export` wrote.") from error
    except msgspec.MsgspecError as error:
        raise UsageError(f"{file} is no progress file ({error}). Name one that `%progress export` wrote.") from error


def _take(session: Session, exercise: Exercise, kept: _Exercise) -> None:
    mine = session.texts(exercise)
    for texts, slot in ((kept.before_reset, BEFORE_RESET), (kept.answers, "")):
        try:
            files = Attempt.from_texts(exercise, texts).files
        except AttemptError:
            continue
        theirs = {name: files[name] for name in texts}
        if not slot and mine and mine != theirs:
            session.save(exercise, mine, BEFORE_RESET)
        if theirs:
            session.save(exercise, theirs, slot)
    if _tries(session, exercise):
        return
    course: Course = exercise.course
    for each in kept.tries:
        verdict = Verdict(slug=exercise.slug, status=each.status, points=each.points, max=each.max)
        session.with_store(course, lambda store, verdict=verdict: store.log(verdict.slug, "check", verdict))  # type: ignore[misc]
    for _ in range(min(kept.hints, len(exercise.manifest.hints))):
        session.with_store(course, lambda store: store.log(exercise.slug, "hint"))


def _count(number: int) -> str:
    return "1 exercise" if number == 1 else f"{number} exercises"
