"""The numbers of a report on a phase: who tried and passed, in how many tries, what fails most, what waits for a person."""

from __future__ import annotations

import statistics
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader import cohort
from grader.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from grader.cohort import Grade, GradeStatus
    from grader.course import Course, Exercise, Phase
    from grader.history import History
    from grader.ledger import Ledger
    from grader.verdict import Status

LONGEST = 6
"""Tries that are counted one by one; the last of them stands for more as well."""

WORST = 10
"""Tests that a report names."""


@dataclass(frozen=True)
class ExerciseReport:
    """How a class did at an exercise."""

    exercise: Exercise
    tried: int
    """Learners who changed the code from the incident."""
    passed: int
    """Learners who have all points."""
    tries: tuple[int, ...]
    """Learners by the try at which they passed, from the first; as far as their notebooks tell it."""
    not_yet: int
    """Learners who have not passed, as far as their notebooks tell that they tried."""
    median: float | None
    """Of the tries until they passed; None if nobody is known to have."""
    wrong: tuple[tuple[str, int], ...]
    """Known wrong fixes and how many learners made each, the commonest first."""


@dataclass(frozen=True)
class HardTest:
    """A test that `failed` of `attempts` learners' attempts fail, most of them with `status`."""

    exercise: Exercise
    name: str
    visible: bool
    failed: int
    attempts: int
    status: Status


@dataclass(frozen=True)
class Waiting:
    """Results that have no grade for one reason: `results` are (student, exercise), the exercise `*` for all of a submission."""

    status: GradeStatus
    """`held` for a person, or `infra`: our own failure."""
    reason: str
    results: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Report:
    """The report on a phase."""

    phase: Phase
    learners: int
    exercises: tuple[ExerciseReport, ...]
    hardest: tuple[HardTest, ...]
    """The hardest first."""
    full: int
    """The points of the phase."""
    tenths: tuple[int, ...]
    """Learners by the tenth of the phase's points that they have; without those of whom something waits."""
    waiting: tuple[Waiting, ...]
    silent: int
    """Learners who tried something and whose notebook tells nothing of it."""

    @property
    def waits(self) -> int:
        """How many results wait."""
        return sum(len(each.results) for each in self.waiting)

    @property
    def stuck(self) -> ExerciseReport | None:
        """Where the class is stuck: the exercise with the most learners on one wrong fix, else the one that most have not passed.

        Of equals it is the one that fewer tried, then the first in the lesson. None if whoever tried an exercise passed it.
        """
        some = [each for each in self.exercises if each.wrong]
        if some:
            return max(some, key=lambda each: (each.wrong[0][1], -each.tried))
        worst = max(self.exercises, key=lambda each: (each.tried - each.passed, -each.tried), default=None)
        return worst if worst and worst.passed < worst.tried else None


def read(course: Course, phase: Phase, ledger: Ledger) -> Report:
    """Return the report on a phase, from what was handed in and the verdicts that count; nothing is judged.

    Raises UsageError if nothing was handed in or nothing of it was graded, StoreError if the ledger cannot be read.
    """
    submitted = cohort.handed_in(course, phase, ledger)
    attempts = cohort.different(submitted)
    verdicts = cohort.counting(attempts, ledger)
    if attempts and not verdicts:
        raise UsageError(f"No answer to {phase.slug} has a verdict yet. Run `goprod grade {phase.slug}` first.")
    exercises = course.exercises(phase)
    grades = tuple(cohort.grades(submitted, exercises, verdicts.get))
    return report(phase, exercises, grades, {each.student: each.history for each in submitted})


def report(phase: Phase, exercises: Sequence[Exercise], grades: Sequence[Grade], histories: Mapping[str, Mapping[str, History]]) -> Report:
    """Return the report that grades make, and what the notebooks tell of tries: by student, then by exercise."""
    by_slug: dict[str, list[tuple[Grade, History | None]]] = {exercise.slug: [] for exercise in exercises}
    for grade in grades:
        if grade.exercise in by_slug:
            by_slug[grade.exercise].append((grade, histories.get(grade.student, {}).get(grade.exercise)))
    full = sum(exercise.manifest.full for exercise in exercises)
    tried = {grade.student for mine in by_slug.values() for grade, history in mine if _tried(grade, history)}
    return Report(
        phase,
        len({grade.student for grade in grades}),
        tuple(_exercise(exercise, by_slug[exercise.slug]) for exercise in exercises),
        tuple(_hardest(exercises, grades)),
        full,
        _tenths(grades, full),
        tuple(_waiting(grades)),
        sum(not histories.get(student) for student in tried),
    )


def _tried(grade: Grade, history: History | None) -> bool:
    return history is not None or grade.attempt is not None or grade.status == "graded"


def _exercise(exercise: Exercise, mine: Sequence[tuple[Grade, History | None]]) -> ExerciseReport:
    tried = [(grade, history) for grade, history in mine if _tried(grade, history)]
    known = [(grade, history) for grade, history in tried if history and not grade.waits]
    # An answer that passes and that the notebook tells no pass of was changed after the last try: it is one more.
    tries = [history.passed or history.tries + 1 for grade, history in known if _passed(grade)]
    bars = Counter(min(number, LONGEST) for number in tries)
    return ExerciseReport(
        exercise,
        len(tried),
        sum(_passed(grade) for grade, _ in tried),
        tuple(bars[number] for number in range(1, LONGEST + 1)),
        len(known) - len(tries),
        statistics.median(tries) if tries else None,
        tuple(_wrong(tried)),
    )


def _passed(grade: Grade) -> bool:
    return grade.status == "graded" and grade.points == grade.max


def _wrong(tried: Sequence[tuple[Grade, History | None]]) -> list[tuple[str, int]]:
    """Return the known wrong fixes, each learner's once, by number and then by name."""
    found: Counter[str] = Counter()
    for grade, history in tried:
        last = grade.verdict.wrong if grade.verdict else None
        found.update({*(history.wrong if history else ()), *([last.name] if last else ())})
    return sorted(found.items(), key=lambda each: (-each[1], each[0]))


def _hardest(exercises: Sequence[Exercise], grades: Sequence[Grade]) -> list[HardTest]:
    """Return the tests that the largest share of attempts fails, of those attempts whose tests ran."""
    found = []
    for exercise in exercises:
        graded = [grade.verdict for grade in grades if grade.exercise == exercise.slug and grade.status == "graded" and grade.verdict]
        ran = [verdict for verdict in graded if verdict.tests]
        results = [test for verdict in ran for test in verdict.tests if test.status != "pass"]
        failed = Counter(test.name for test in results)
        for test in {test.name: test for test in results}.values():
            status = Counter(each.status for each in results if each.name == test.name).most_common(1)[0][0]
            found.append(HardTest(exercise, test.name, test.visible, failed[test.name], len(ran), status))
    return sorted(found, key=lambda each: (-each.failed / each.attempts, -each.failed))[:WORST]


def _tenths(grades: Sequence[Grade], full: int) -> tuple[int, ...]:
    totals: Counter[str] = Counter()
    for grade in grades:
        totals[grade.student] += grade.points
    for student in {grade.student for grade in grades if grade.waits}:
        del totals[student]
    tenths = Counter(min(9, 10 * points // max(full, 1)) for points in totals.values())
    return tuple(tenths[number] for number in range(10))


def _waiting(grades: Sequence[Grade]) -> list[Waiting]:
    """Return what waits, our own failures first, then what most wait for."""
    found: dict[tuple[GradeStatus, str], list[tuple[str, str]]] = {}
    for grade in grades:
        if grade.waits:
            found.setdefault((grade.status, grade.reason), []).append((grade.student, grade.exercise))
    every = (Waiting(status, reason, tuple(results)) for (status, reason), results in found.items())
    return sorted(every, key=lambda each: (each.status == "held", -len(each.results)))


def rows(found: Report) -> Iterator[tuple[str, ...]]:
    """Yield the table of exercises, its head first, for a CSV file."""
    numbers = [*map(str, range(1, LONGEST)), f"{LONGEST}+"]
    yield ("exercise", "tried", "passed", "median tries", *numbers, "not yet", "wrong fix", "learners")
    for each in found.exercises:
        median = "" if each.median is None else f"{each.median:g}"
        name, learners = each.wrong[0] if each.wrong else ("", 0)
        counts = (str(each.tried), str(each.passed), median, *map(str, each.tries), str(each.not_yet))
        yield (each.exercise.slug, *counts, name, str(learners) if name else "")
