"""A regrade: who would gain or lose what, and why; and nothing counts before it is applied."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from grader.regrade import Regrade, regrade
from grader.verdict import Inputs
from tests.unit.cohorts import FULL, OTHER, RIGHT, Judge, attempt, grades, hand_in

if TYPE_CHECKING:
    from grader.course import Exercise
    from grader.ledger import Ledger

NEWER = Inputs(go="go1.27.4", tests="second")


def again(exercise: Exercise, ledger: Ledger) -> Regrade:
    """Judge anew."""
    return asyncio.run(regrade(exercise.course, exercise.phase, ledger, jobs=2))


def points(exercise: Exercise, ledger: Ledger) -> dict[str, int]:
    """Return what counts now, by student."""
    return {student: grade.points for student, grade in grades(exercise, ledger).items()}


def test_gain_and_loss(assigned: Exercise, judge: Judge, ledger: Ledger) -> None:
    """After the tests changed, each student's gain or loss is told test by test; it counts once applied, and the old verdict stays."""
    judge.statuses = ["fail", "pass"]
    for student, text in (("ada", RIGHT), ("bo", OTHER), ("cy", OTHER), ("di", None)):
        hand_in(assigned, student, text)
    before = points(assigned, ledger)
    assert before == {"ada": 3, "bo": FULL, "cy": FULL, "di": 0}
    old = ledger.counting(attempt(assigned, RIGHT))

    judge.inputs, judge.statuses = NEWER, ["pass", "race"]
    assert points(assigned, ledger) == before
    found = again(assigned, ledger)
    assert [(each.after.student, each.gain, each.why) for each in found.changes] == [
        ("ada", 7, ("TestBusyDay: fail, now pass (+7)",)),
        ("bo", -7, ("TestBusyDay: pass, now race (-7)",)),
        ("cy", -7, ("TestBusyDay: pass, now race (-7)",)),
    ]
    assert set(found.reasons) == {"Go (go1.27.3, now go1.27.4)", "the tests"}
    assert (len(found.fresh), found.failed, found.ungraded) == (2, 0, 0)
    assert points(assigned, ledger) == before

    found.apply(ledger)
    judge.asked.clear()
    assert points(assigned, ledger) == {"ada": FULL, "bo": 3, "cy": 3, "di": 0}
    assert not judge.asked
    assert old
    assert ledger.verdict(old.hash) == old


def test_nothing_changed(assigned: Exercise, judge: Judge, ledger: Ledger) -> None:
    """Without a change nothing is judged; an answer that was never graded is counted, and left to grading."""
    hand_in(assigned, "ada", RIGHT)
    points(assigned, ledger)
    hand_in(assigned, "bo", OTHER)
    judge.asked.clear()
    assert again(assigned, ledger) == Regrade((), (), (), 0, 1)
    assert not judge.asked


def test_a_regrade_goes_on_where_it_was(assigned: Exercise, judge: Judge, ledger: Ledger) -> None:
    """What was judged anew is kept: the same regrade again judges nothing."""
    hand_in(assigned, "ada", RIGHT)
    points(assigned, ledger)
    judge.inputs, judge.statuses = NEWER, ["leak"]
    found = again(assigned, ledger)
    judge.asked.clear()
    assert again(assigned, ledger) == found
    assert not judge.asked


def test_our_fault_changes_nothing(assigned: Exercise, judge: Judge, ledger: Ledger) -> None:
    """What could not be judged anew keeps its verdict, and is told."""
    hand_in(assigned, "ada", RIGHT)
    before = points(assigned, ledger)
    judge.inputs, judge.statuses = NEWER, ["infra", "infra"]
    found = again(assigned, ledger)
    assert (found.changes, found.fresh, found.failed) == ((), (), 1)
    found.apply(ledger)
    assert points(assigned, ledger) == before


def test_other_points(assigned: Exercise, judge: Judge, ledger: Ledger) -> None:
    """An exercise whose maximum changed holds its grades until they are judged anew."""
    hand_in(assigned, "ada", RIGHT)
    assert points(assigned, ledger) == {"ada": FULL}
    path = assigned.folder / "exercise.toml"
    path.write_text(path.read_text().replace("points = 6", "points = 8"))
    held = grades(assigned, ledger)["ada"]
    assert (held.status, held.points) == ("held", 0)
    assert "The verdict is about 10 points, the exercise has 12" in held.reason
    judge.inputs, judge.max = NEWER, 12
    found = again(assigned, ledger)
    assert [(each.before.status, each.after.status, each.after.max) for each in found.changes] == [("held", "graded", 12)]


def test_tests_that_came_and_went(assigned: Exercise, judge: Judge, ledger: Ledger) -> None:
    """A test that is new, one that is gone, and an answer that no longer builds are told as such."""
    hand_in(assigned, "ada", RIGHT)
    hand_in(assigned, "bo", OTHER)
    points(assigned, ledger)
    judge.inputs, judge.test = NEWER, "TestLongDay"
    judge.statuses = ["fail", "build"]
    why = {each.after.student: each.why for each in again(assigned, ledger).changes}
    assert why["ada"] == ("TestLongDay: new, fail (+3)", "TestBusyDay: gone (-10)")
    assert why["bo"] == ("pass, now build",)
