"""Grades a cohort's assignment: every attempt that differs is judged once, into the store, and each grade is read from there.

Whoever is stopped in between starts again where it was: what was judged is in the store.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from grader import sandbox, toolchain
from grader.check import check, digest
from grader.errors import UsageError
from grader.store import Store
from grader.submission import Held, submissions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from grader.attempt import Attempt
    from grader.course import Course, Exercise, Phase
    from grader.submission import Submission
    from grader.verdict import Verdict

GradeStatus = Literal["graded", "held", "infra", "not-attempted"]

WHOLE = "*"
"""The exercise of a grade that speaks for a whole submission."""


@dataclass(frozen=True)
class Grade:
    """What one student has for one exercise. `reason` says why it is held, or what failed of ours."""

    student: str
    exercise: str
    points: int
    max: int
    status: GradeStatus
    reason: str = ""
    key: str = ""
    """The verdict's key in the store."""


def open_store(course: Course) -> Store:
    """Open the store of a course's cohort. Raises StoreError."""
    return Store(course.root / ".goprod" / "cohort.sqlite")


async def grade(
    course: Course, phase: Phase, store: Store, *, jobs: int, progress: Callable[[int, int], None] = lambda _done, _all: None
) -> list[Grade]:
    """Grade what was handed in for a phase, `jobs` attempts at a time; tell `progress` how many of how many are judged.

    Raises UsageError if nothing was handed in, SandboxError if the sandbox is below the course's rung, ToolchainError without Go,
    StoreError if a verdict cannot be kept.
    """
    tools = toolchain.find()
    box = await sandbox.best(tools)
    sandbox.require(box, course.rung)
    handed_in = list(submissions(course, phase))
    if not handed_in:
        raise UsageError(f"{course.root / 'submitted'} has no submission of {phase.slug}. Collect them first, or name another assignment.")
    keys: dict[tuple[str, str], str] = {}
    attempts: dict[str, Attempt] = {}
    for submission in handed_in:
        for slug, answer in submission.answers.items():
            if not isinstance(answer, Held) and not answer.untouched:
                key = keys[submission.student, slug] = digest(answer, tools, box.rung)
                attempts[key] = answer
    verdicts = await _judge(attempts, store, box, jobs, progress)
    return [each for submission in handed_in for each in _grades(submission, keys, verdicts, course, phase)]


async def _judge(
    attempts: dict[str, Attempt], store: Store, box: sandbox.Sandbox, jobs: int, progress: Callable[[int, int], None]
) -> dict[str, Verdict]:
    """Return a verdict on each attempt, by its key."""
    verdicts: dict[str, Verdict] = {}
    turns = asyncio.Semaphore(jobs)

    async def one(key: str, attempt: Attempt) -> None:
        async with turns:
            verdicts[key] = await verdict_on(attempt, key, store, box)
            progress(len(verdicts), len(attempts))

    try:
        async with asyncio.TaskGroup() as group:
            for key, attempt in attempts.items():
                group.create_task(one(key, attempt))
    except ExceptionGroup as failed:  # the first stopped the others, and says it all
        raise failed.exceptions[0] from failed
    return verdicts


async def verdict_on(attempt: Attempt, key: str, store: Store, box: sandbox.Sandbox) -> Verdict:
    """Return the verdict that the store has under an attempt's key; else judge it, and keep that.

    A failure of ours is tried once more, and not kept. Raises StoreError if a verdict cannot be kept.
    """
    known = store.verdict(key)
    if known is not None and (known.hash, known.slug) == (key, attempt.exercise.slug):
        return known
    verdict = await check(attempt, box=box)
    if verdict.status == "infra":
        verdict = await check(attempt, box=box)
    if verdict.status != "infra":
        store.keep(verdict)
    return verdict


def standing(exercise: Exercise, verdict: Verdict) -> tuple[GradeStatus, str]:
    """Return what a verdict makes of a grade, and why where it makes none."""
    if verdict.status == "infra":
        return "infra", verdict.detail
    if verdict.status == "invalid":
        return "held", verdict.detail
    if verdict.max != exercise.manifest.full:
        return "held", f"The verdict is about {verdict.max} points, the exercise has {exercise.manifest.full}."
    return "graded", ""


def _grades(
    submission: Submission, keys: dict[tuple[str, str], str], verdicts: dict[str, Verdict], course: Course, phase: Phase
) -> Iterator[Grade]:
    """Yield a student's grades: one for each exercise, or one for the whole."""
    student = submission.student
    if submission.held:
        full = sum(exercise.manifest.full for exercise in course.exercises(phase))
        yield Grade(student, WHOLE, 0, full, "held", submission.held.reason)
        return
    for slug, answer in submission.answers.items():
        if isinstance(answer, Held):
            yield Grade(student, slug, 0, course.exercise(slug).manifest.full, "held", answer.reason)
        elif (student, slug) not in keys:
            yield Grade(student, slug, 0, answer.exercise.manifest.full, "not-attempted")
        else:
            key = keys[student, slug]
            status, reason = standing(answer.exercise, verdicts[key])
            points = verdicts[key].points if status == "graded" else 0
            yield Grade(student, slug, points, answer.exercise.manifest.full, status, reason, key)


def rows(grades: Sequence[Grade]) -> Iterator[tuple[str, ...]]:
    """Yield the table of grades, its head first, for a CSV file."""
    yield ("student", "exercise", "points", "max", "status")
    for each in grades:
        yield (each.student, each.exercise, str(each.points), str(each.max), each.status)
