"""Judges a cohort's answers anew after tests, limits or Go changed, and says who would gain or lose what, and why."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader import cohort, inputs
from grader.cohort import Judge

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from grader.attempt import Attempt
    from grader.cohort import Grade
    from grader.course import Course, Phase
    from grader.ledger import Ledger
    from grader.verdict import Verdict


@dataclass(frozen=True)
class Change:
    """What a regrade would change for one student and exercise, and why, a line each."""

    before: Grade
    after: Grade
    why: tuple[str, ...]

    @property
    def gain(self) -> int:
        """The points that the student would gain; negative for a loss."""
        return self.after.points - self.before.points


@dataclass(frozen=True)
class Regrade:
    """What came of judging anew; nothing counts until it is applied."""

    changes: tuple[Change, ...]
    reasons: tuple[str, ...]
    """What differs from the time of the verdicts that count, in words."""
    fresh: tuple[tuple[Attempt, Verdict], ...]
    """The answers that were judged anew, and the new verdicts."""
    failed: int
    """Answers that could not be judged anew by our fault: what counts stays."""
    ungraded: int
    """Answers that have no verdict yet, for `goprod grade`."""

    def apply(self, ledger: Ledger) -> None:
        """Let the new verdicts count, all of them or none; the old ones stay in the ledger. Raises StoreError."""
        ledger.adopt(self.fresh)


async def regrade(
    course: Course, phase: Phase, ledger: Ledger, *, jobs: int, progress: Callable[[int, int], None] = lambda _done, _all: None
) -> Regrade:
    """Judge anew every answer whose verdict depended on something that has changed since. Nothing counts yet.

    Raises what cohort.grade raises.
    """
    judge = await Judge.of(course, ledger)
    submitted = cohort.handed_in(course, phase, ledger)
    attempts = cohort.different(submitted)
    old = cohort.counting(attempts, ledger)
    stale = {name: attempts[name] for name, verdict in old.items() if verdict.inputs != judge.inputs(attempts[name].exercise)}
    judged = await cohort.each(stale, judge.current, jobs, progress)
    fresh = {name: verdict for name, verdict in judged.items() if verdict.status != "infra"}
    reasons = Counter(why for name in stale for why in inputs.changed(old[name].inputs, judge.inputs(stale[name].exercise)))
    exercises = course.exercises(phase)
    before = cohort.grades(submitted, exercises, old.get)
    after = cohort.grades(submitted, exercises, (old | fresh).get)
    return Regrade(
        tuple(Change(was, now, tuple(_why(was.verdict, now.verdict))) for was, now in zip(before, after, strict=True) if _differ(was, now)),
        tuple(reason for reason, _ in reasons.most_common()),
        tuple((stale[name], verdict) for name, verdict in fresh.items()),
        len(judged) - len(fresh),
        len(attempts) - len(old),
    )


def _differ(was: Grade, now: Grade) -> bool:
    return (was.points, was.max, was.status) != (now.points, now.max, now.status)


def _why(old: Verdict | None, new: Verdict | None) -> Iterator[str]:
    """Yield what differs between two verdicts on one answer, test by test."""
    if old is None or new is None:
        return
    if not old.tests or not new.tests:
        yield f"{old.status}, now {new.status}"
        return
    tests = {test.name: test for test in old.tests}
    for test in new.tests:
        was = tests.pop(test.name, None)
        if was is None:
            yield f"{test.name}: new, {test.status} ({test.points:+d})"
        elif (was.status, was.points) != (test.status, test.points):
            how = f"{was.status}, now {test.status}" if was.status != test.status else test.status
            yield f"{test.name}: {how} ({test.points - was.points:+d})"
    for test in tests.values():
        yield f"{test.name}: gone ({-test.points:+d})"
