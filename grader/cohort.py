"""Grades a cohort's assignment: every answer that differs is judged once, into the ledger, and each grade is read from there.

Whoever is stopped in between starts again where it was: what was judged is in the ledger.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from grader import review, sandbox, submission, toolchain, twin
from grader.check import check
from grader.errors import UsageError
from grader.inputs import digest, inputs
from grader.ledger import WHOLE
from grader.submission import Held, Settled, attempted

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence

    from grader.attempt import Attempt
    from grader.course import Course, Exercise, Phase
    from grader.guard import Inspection
    from grader.ledger import Ledger
    from grader.sandbox import Sandbox
    from grader.submission import Answer, Submission
    from grader.toolchain import Toolchain
    from grader.twin import Program
    from grader.verdict import Inputs, Verdict

GradeStatus = Literal["graded", "held", "infra", "not-attempted"]


@dataclass(frozen=True)
class Grade:
    """What one student has for one exercise, or for a whole submission (`*`).

    `reason` says why it is held, what failed of ours, or why a person set the points.
    """

    student: str
    exercise: str
    points: int
    max: int
    status: GradeStatus
    reason: str = ""
    attempt: Attempt | None = None
    verdict: Verdict | None = None

    @property
    def waits(self) -> bool:
        """Whether it has no points yet: a person decides, or we judge again."""
        return self.status in {"held", "infra"}


@dataclass(frozen=True)
class Graded:
    """The grades of a cohort."""

    grades: tuple[Grade, ...]
    outdated: int
    """How many answers have a verdict that depended on something that has changed since; `regrade` judges them anew."""


class Judge:
    """Judges a cohort's answers in one sandbox, into one ledger."""

    def __init__(self, ledger: Ledger, tools: Toolchain, box: Sandbox) -> None:
        self._ledger, self._tools, self._box = ledger, tools, box
        self._inputs: dict[str, Inputs] = {}

    @classmethod
    async def of(cls, course: Course, ledger: Ledger) -> Judge:
        """Return the judge of a course. Raises ToolchainError without Go, SandboxError if the sandbox is below the course's rung."""
        tools = toolchain.find()
        box = await sandbox.best(tools)
        sandbox.require(box, course.rung)
        return cls(ledger, tools, box)

    def inputs(self, exercise: Exercise) -> Inputs:
        """Return what a verdict that is given now depends on."""
        if exercise.slug not in self._inputs:
            self._inputs[exercise.slug] = inputs(exercise, self._tools, self._box.rung)
        return self._inputs[exercise.slug]

    async def counting(self, attempt: Attempt) -> Verdict:
        """Return the verdict that counts for an answer; without one, judge it, and let that count unless it failed by our fault.

        Raises StoreError if a verdict cannot be kept.
        """
        if known := self._ledger.counting(attempt):
            return known
        verdict = await self.current(attempt)
        if verdict.status != "infra":
            self._ledger.adopt([(attempt, verdict)])
        return verdict

    async def current(self, attempt: Attempt) -> Verdict:
        """Return the verdict on an answer by the tests, limits and Go of now, judged before or at this moment.

        A failure of ours is tried once more, and not kept. Raises StoreError if a verdict cannot be kept.
        """
        if known := self._ledger.verdict_on(attempt, digest(attempt.files, self.inputs(attempt.exercise))):
            return known
        verdict = await self._check(attempt)
        return verdict if verdict.status != "infra" else await self._check(attempt)

    async def _check(self, attempt: Attempt) -> Verdict:
        """Judge an answer, or take the verdict on its twin; keep it unless it failed by our fault."""
        mine: dict[str, Program] = {}

        def known(inspection: Inspection) -> Verdict | None:
            if found := twin.program(inspection):
                digest = self._program(attempt, found)
                mine[digest] = found
                if (other := self._ledger.twin(digest)) and other[0].tests:
                    return twin.moved(*other, found.lines, inspection)
            return None

        verdict = await check(attempt, box=self._box, known=known)
        if verdict.status != "infra":
            self._ledger.keep(verdict)
            for digest, found in mine.items():
                self._ledger.keep_program(digest, verdict, found.lines)
        return verdict

    def _program(self, attempt: Attempt, found: Program) -> str:
        """Return the digest of a program as the answer to an exercise under the inputs of now."""
        return digest({attempt.exercise.slug: found.digest}, self.inputs(attempt.exercise))

    async def grade(self, student: str, exercise: Exercise, answer: Answer) -> Grade:
        """Return a student's grade for an answer."""
        return standing(student, exercise, answer, await self.counting(answer) if attempted(answer) else None)


async def grade(
    course: Course, phase: Phase, ledger: Ledger, *, jobs: int, progress: Callable[[int, int], None] = lambda _done, _all: None
) -> Graded:
    """Grade what was handed in for a phase, `jobs` attempts at a time; tell `progress` how many of how many are judged.

    Raises UsageError if nothing was handed in, SandboxError if the sandbox is below the course's rung, ToolchainError without Go,
    StoreError if a verdict cannot be kept.
    """
    judge = await Judge.of(course, ledger)
    submitted = handed_in(course, phase, ledger)
    attempts = different(submitted)
    verdicts = await each(attempts, judge.counting, jobs, progress)
    outdated = sum(verdict.inputs != judge.inputs(attempts[name].exercise) for name, verdict in verdicts.items())
    return Graded(tuple(grades(submitted, course.exercises(phase), verdicts.get)), outdated)


def handed_in(course: Course, phase: Phase, ledger: Ledger) -> list[Submission]:
    """Return what was handed in for a phase, with what people decided on it. Raises UsageError if that is nothing."""
    decisions, exercises = ledger.decisions(phase.slug), course.exercises(phase)
    submitted = [review.decided(each, decisions, exercises) for each in submission.submissions(course, phase)]
    if not submitted:
        place = course.layout.folder(course.root, "STUDENT", phase.slug)
        raise UsageError(f"There is no submission of {phase.slug}: no {place}. Collect them first, or name another assignment.")
    return submitted


def different(submitted: Sequence[Submission]) -> dict[str, Attempt]:
    """Return the attempts of a cohort that differ and are not the code from the incident, by their digest."""
    every = (answer for each in submitted for answer in each.answers.values())
    return {answer.digest: answer for answer in every if attempted(answer)}


def counting(attempts: Mapping[str, Attempt], ledger: Ledger) -> dict[str, Verdict]:
    """Return the verdicts that count for attempts, under their names; nothing is judged."""
    return {name: verdict for name, attempt in attempts.items() if (verdict := ledger.counting(attempt))}


async def each(
    attempts: Mapping[str, Attempt], judged: Callable[[Attempt], Awaitable[Verdict]], jobs: int, progress: Callable[[int, int], None]
) -> dict[str, Verdict]:
    """Return a verdict on each attempt, under its name."""
    verdicts: dict[str, Verdict] = {}
    turns = asyncio.Semaphore(jobs)

    async def one(name: str, attempt: Attempt) -> None:
        async with turns:
            verdicts[name] = await judged(attempt)
            progress(len(verdicts), len(attempts))

    try:
        async with asyncio.TaskGroup() as group:
            for name, attempt in attempts.items():
                group.create_task(one(name, attempt))
    except ExceptionGroup as failed:  # the first stopped the others, and says it all
        raise failed.exceptions[0] from failed
    return verdicts


def grades(submitted: Sequence[Submission], exercises: Sequence[Exercise], verdict: Callable[[str], Verdict | None]) -> Iterator[Grade]:
    """Yield the grades of a cohort: one for each exercise, or one for a submission that is held as a whole.

    `verdict` gives the verdict on an attempt by its digest; an attempt without one is `infra`.
    """
    full = sum(exercise.manifest.full for exercise in exercises)
    for each in submitted:
        if each.held and not each.answers:
            yield Grade(each.student, WHOLE, 0, full, "held", each.held.reason)
            continue
        for exercise in exercises:
            answer = each.answer(exercise.slug)
            yield standing(each.student, exercise, answer, verdict(answer.digest) if attempted(answer) else None)


def standing(student: str, exercise: Exercise, answer: Answer, verdict: Verdict | None) -> Grade:
    """Return the grade that an answer and the verdict on it make."""
    full = exercise.manifest.full
    if isinstance(answer, Held):
        return Grade(student, exercise.slug, 0, full, "held", answer.reason)
    if isinstance(answer, Settled):
        return Grade(student, exercise.slug, answer.points, full, "graded", answer.reason)
    if answer.untouched:
        return Grade(student, exercise.slug, 0, full, "not-attempted")
    status, reason, points = _status(exercise, verdict)
    return Grade(student, exercise.slug, points, full, status, reason, answer, verdict)


def _status(exercise: Exercise, verdict: Verdict | None) -> tuple[GradeStatus, str, int]:
    if verdict is None:
        return "infra", "It was not judged. Grade again.", 0
    if verdict.status == "infra":
        return "infra", verdict.detail, 0
    if verdict.status == "invalid":
        return "held", verdict.detail, 0
    full = exercise.manifest.full
    if verdict.max != full:
        return "held", f"The verdict is about {verdict.max} points, the exercise has {full}. `goprod regrade` judges it anew.", 0
    return "graded", "", verdict.points


def rows(grades: Sequence[Grade]) -> Iterator[tuple[str, ...]]:
    """Yield the table of grades, its head first, for a CSV file."""
    yield ("student", "exercise", "points", "max", "status")
    for each in grades:
        yield (each.student, each.exercise, str(each.points), str(each.max), each.status)
