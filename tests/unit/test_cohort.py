"""Grading a cohort: what is judged, how often, and the grade that comes of it. The judge is played."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from grader import cohort
from grader.cohort import Grade
from grader.errors import SandboxError, StoreError, UsageError
from grader.ledger import WHOLE, Ledger
from grader.sandbox import Sandbox
from tests.unit.cohorts import FULL, OTHER, RIGHT, SLUG, Judge, attempt, grades, hand_in

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from grader.course import Exercise
    from grader.verdict import Verdict


def test_equal_attempts_are_judged_once(assigned: Exercise, judge: Judge, ledger: Ledger) -> None:
    """Equal attempts are judged once, and every student has the grade."""
    for student in ("ada", "bo", "cy"):
        hand_in(assigned, student, RIGHT)
    hand_in(assigned, "di", OTHER)
    found = grades(assigned, ledger)
    assert len(judge.asked) == 2
    assert {each.student: (each.points, each.max, each.status, each.reason) for each in found.values()} == dict.fromkeys(
        ("ada", "bo", "cy", "di"), (FULL, FULL, "graded", "")
    )
    assert found["ada"].verdict is found["bo"].verdict is not found["di"].verdict
    assert ledger.counting(attempt(assigned, RIGHT)) == found["ada"].verdict


def test_a_second_run_judges_nothing(assigned: Exercise, judge: Judge, ledger: Ledger) -> None:
    """What was judged is in the store: a second run reads it, with the same grades."""
    judge.statuses = ["fail"]
    hand_in(assigned, "ada", RIGHT)
    hand_in(assigned, "bo", OTHER)
    first = grades(assigned, ledger)
    judge.asked.clear()
    assert grades(assigned, ledger) == first
    assert not judge.asked
    assert sorted(each.points for each in first.values()) == [3, FULL]


def test_a_kill_loses_nothing(assigned: Exercise, judge: Judge, tmp_path: Path) -> None:
    """Stopped in between and started again, nothing is judged twice and every grade is there."""
    for number in range(6):
        hand_in(assigned, f"student-{number}", RIGHT.replace("7", str(number)))
    judge.stuck_after = 3

    async def stopped() -> None:
        async with asyncio.timeout(0.5):
            await cohort.grade(assigned.course, assigned.phase, Ledger(tmp_path / "s"), jobs=1)

    with pytest.raises(TimeoutError):
        asyncio.run(stopped())
    assert len(judge.asked) == 3
    judge.stuck_after = -1
    found = grades(assigned, Ledger(tmp_path / "s"))
    assert len(judge.asked) == len(set(judge.asked)) == 6
    assert [each.status for each in found.values()] == ["graded"] * 6


def test_infra_is_tried_twice_and_never_kept(assigned: Exercise, judge: Judge, ledger: Ledger) -> None:
    """A failure of ours is tried once more; it is no grade, and the next run judges again."""
    judge.statuses = ["infra", "infra"]
    hand_in(assigned, "ada", RIGHT)
    found = grades(assigned, ledger)["ada"]
    assert (found.points, found.status, found.reason) == (0, "infra", "it was infra")
    assert len(judge.asked) == 2
    assert ledger.counting(attempt(assigned, RIGHT)) is None
    judge.statuses = ["infra"]
    found = grades(assigned, ledger)["ada"]
    assert (found.points, found.status, found.reason) == (FULL, "graded", "")
    assert len(judge.asked) == 4
    assert ledger.counting(attempt(assigned, RIGHT))


def test_invalid_is_held(assigned: Exercise, judge: Judge, ledger: Ledger) -> None:
    """A verdict without a record that can be trusted is held, with its reason and without points."""
    judge.statuses = ["invalid"]
    hand_in(assigned, "ada", RIGHT)
    found = grades(assigned, ledger)["ada"]
    assert (found.points, found.max, found.status, found.reason) == (0, FULL, "held", "it was invalid")


def test_untouched_is_not_attempted(assigned: Exercise, judge: Judge, ledger: Ledger) -> None:
    """The code from the incident is not judged: it earns nothing, and that is no error."""
    hand_in(assigned, "ada", None)
    assert grades(assigned, ledger)["ada"] == Grade("ada", SLUG, 0, FULL, "not-attempted")
    assert not judge.asked


def test_held(assigned: Exercise, judge: Judge, ledger: Ledger) -> None:
    """What is doubtful has no points and a reason, by exercise or for the whole; the others are graded."""
    hand_in(assigned, "ada", RIGHT, cells=2)
    hand_in(assigned, "bo", RIGHT)
    hand_in(assigned, "cy", RIGHT)
    (assigned.course.root / "submitted/bo/01-basics/01-basics.ipynb").write_bytes(b"")
    found = grades(assigned, ledger)
    assert [(each.exercise, each.points, each.max, each.status) for each in found.values()] == [
        (SLUG, 0, FULL, "held"),
        (WHOLE, 0, FULL, "held"),
        (SLUG, FULL, FULL, "graded"),
    ]
    assert "takings/till.go is there 2 times with different texts: cells 1, 2" in found["ada"].reason
    assert "is empty" in found["bo"].reason
    assert len(judge.asked) == 1


@pytest.mark.parametrize("jobs", [1, 3])
def test_jobs_and_progress(assigned: Exercise, judge: Judge, ledger: Ledger, jobs: int) -> None:
    """As many are judged at a time as asked for, and progress counts each distinct attempt to the last."""
    for number in range(7):
        hand_in(assigned, f"student-{number}", RIGHT.replace("7", str(number % 6)))
    told: list[tuple[int, int]] = []
    asyncio.run(cohort.grade(assigned.course, assigned.phase, ledger, jobs=jobs, progress=lambda *each: told.append(each)))
    assert judge.most_at_once == jobs
    assert told == [(number, 6) for number in range(1, 7)]


def test_rows() -> None:
    """The CSV has a head, and a row for each grade."""
    some: Sequence[Grade] = [Grade("ada", SLUG, 3, FULL, "graded"), Grade("bo", WHOLE, 0, FULL, "held", "why")]
    assert list(cohort.rows(some)) == [
        ("student", "exercise", "points", "max", "status"),
        ("ada", "takings", "3", "10", "graded"),
        ("bo", "*", "0", "10", "held"),
    ]


def test_a_rung_below_the_course(assigned: Exercise, judge: Judge, ledger: Ledger) -> None:
    """A machine whose sandbox is below what the course asks for grades nothing."""
    judge.box = Sandbox("rlimits")
    hand_in(assigned, "ada", RIGHT)
    with pytest.raises(SandboxError, match="asks for the sandbox bubblewrap, and this machine has rlimits"):
        grades(assigned, ledger)
    assert not judge.asked


@pytest.mark.usefixtures("judge")
def test_no_submissions(assigned: Exercise, ledger: Ledger) -> None:
    """Nothing handed in is told, with what to do."""
    with pytest.raises(UsageError, match=r"There is no submission of 01-basics: no .*/submitted/STUDENT/01-basics\. Collect them first"):
        grades(assigned, ledger)


def test_a_store_that_fails(assigned: Exercise, judge: Judge, ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store that cannot be written stops the grading with its own words, not with a group of errors."""

    def full(_verdict: Verdict) -> None:
        raise StoreError("store", "the store cannot be used: disk full.")

    monkeypatch.setattr(ledger, "keep", full)
    hand_in(assigned, "ada", RIGHT)
    hand_in(assigned, "bo", OTHER)
    with pytest.raises(StoreError, match="disk full"):
        grades(assigned, ledger)
    assert judge.asked
