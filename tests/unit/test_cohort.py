"""Grading a cohort: what is judged, how often, and the grade that comes of it. The judge is played."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from grader import cohort, notebook, sandbox
from grader.cohort import Grade
from grader.errors import SandboxError, StoreError, UsageError
from grader.sandbox import Sandbox
from grader.store import Store
from grader.verdict import Status, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from grader.attempt import Attempt
    from grader.course import Exercise
    from grader.toolchain import Toolchain
    from tests.conftest import MakeExercise

SLUG = "takings"
FULL = 10
RIGHT = "package till\n\nfunc Sum(sales []int) int { return 7 }\n"
OTHER = "package till\n\nfunc Sum(sales []int) int { return len(sales) }\n"


class Judge:
    """Plays the check: remembers what it was asked, and answers as it was told to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: list[str] = []
        self.statuses: list[Status] = []
        """What the next verdicts are; then every one is a pass."""
        self.stuck_after = -1
        self.at_once = self.most_at_once = 0
        self.box = Sandbox("bubblewrap")

        async def best(_tools: Toolchain) -> Sandbox:
            return self.box

        monkeypatch.setattr(cohort, "check", self.check)
        monkeypatch.setattr(cohort, "digest", lambda attempt, _tools, _rung: f"key of {attempt.files['till.go']}")
        monkeypatch.setattr(sandbox, "best", best)
        monkeypatch.setattr("grader.toolchain.find", lambda: None)

    async def check(self, attempt: Attempt, *, box: Sandbox) -> Verdict:
        """Answer as told."""
        assert box is self.box
        if len(self.asked) == self.stuck_after:
            await asyncio.Event().wait()
        self.asked.append(attempt.files["till.go"])
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0)
        self.at_once -= 1
        status = self.statuses.pop(0) if self.statuses else "pass"
        points, detail = (FULL, "") if status == "pass" else (3, f"it was {status}")
        key = f"key of {attempt.files['till.go']}"
        return Verdict(slug=SLUG, status=status, points=points, max=FULL, detail=detail, hash=key)


@pytest.fixture
def judge(monkeypatch: pytest.MonkeyPatch) -> Judge:
    """Give the judge that is played."""
    return Judge(monkeypatch)


@pytest.fixture
def exercise(make_exercise: MakeExercise) -> Exercise:
    """Give the exercise, in a course with a lesson."""
    made = make_exercise()
    (made.folder.parent / "lesson.md").write_text("# Takings\n\n```{exercise} takings\n```\n")
    return made


@pytest.fixture
def store() -> Store:
    """Give an empty store."""
    return Store(None)


def hand_in(exercise: Exercise, student: str, text: str | None, *, cells: int = 1) -> None:
    """Put a student's notebook where nbgrader collects it; None is what was released; of two cells the second differs."""
    slug = exercise.phase.slug
    folder = exercise.course.root / "submitted" / student / slug
    folder.mkdir(parents=True)
    source = notebook.answer_cell(SLUG, "till.go", exercise.broken["till.go"] if text is None else text)
    ident = notebook.grade_id(SLUG, "till.go")
    made = [notebook.code_cell(ident, source + "\n" * 2 * i + "// again" * i, nbgrader={"grade_id": ident}) for i in range(cells)]
    (folder / f"{slug}.ipynb").write_bytes(notebook.dumps(notebook.document(made, slug)))


def grades(exercise: Exercise, store: Store, jobs: int = 2) -> dict[str, Grade]:
    """Grade, and return the grades by student."""
    found = asyncio.run(cohort.grade(exercise.course, exercise.phase, store, jobs=jobs))
    assert len({each.student for each in found}) == len(found)
    return {each.student: each for each in found}


def test_equal_attempts_are_judged_once(exercise: Exercise, judge: Judge, store: Store) -> None:
    """Equal attempts are judged once, and every student has the grade."""
    for student in ("ada", "bo", "cy"):
        hand_in(exercise, student, RIGHT)
    hand_in(exercise, "di", OTHER)
    found = grades(exercise, store)
    assert len(judge.asked) == 2
    assert {each.student: (each.points, each.max, each.status, each.reason) for each in found.values()} == dict.fromkeys(
        ("ada", "bo", "cy", "di"), (FULL, FULL, "graded", "")
    )
    assert found["ada"].key == found["bo"].key != found["di"].key
    assert store.verdict(found["ada"].key)


def test_a_second_run_judges_nothing(exercise: Exercise, judge: Judge, store: Store) -> None:
    """What was judged is in the store: a second run reads it, with the same grades."""
    judge.statuses = ["fail"]
    hand_in(exercise, "ada", RIGHT)
    hand_in(exercise, "bo", OTHER)
    first = grades(exercise, store)
    judge.asked.clear()
    assert grades(exercise, store) == first
    assert not judge.asked
    assert sorted(each.points for each in first.values()) == [3, FULL]


def test_a_kill_loses_nothing(exercise: Exercise, judge: Judge, tmp_path: Path) -> None:
    """Stopped in between and started again, nothing is judged twice and every grade is there."""
    for number in range(6):
        hand_in(exercise, f"student-{number}", RIGHT.replace("7", str(number)))
    judge.stuck_after = 3

    async def stopped() -> None:
        async with asyncio.timeout(0.5):
            await cohort.grade(exercise.course, exercise.phase, Store(tmp_path / "s"), jobs=1)

    with pytest.raises(TimeoutError):
        asyncio.run(stopped())
    assert len(judge.asked) == 3
    judge.stuck_after = -1
    found = grades(exercise, Store(tmp_path / "s"))
    assert len(judge.asked) == len(set(judge.asked)) == 6
    assert [each.status for each in found.values()] == ["graded"] * 6


def test_infra_is_tried_twice_and_never_kept(exercise: Exercise, judge: Judge, store: Store) -> None:
    """A failure of ours is tried once more; it is no grade, and the next run judges again."""
    judge.statuses = ["infra", "infra"]
    hand_in(exercise, "ada", RIGHT)
    found = grades(exercise, store)["ada"]
    assert (found.points, found.status, found.reason) == (0, "infra", "it was infra")
    assert len(judge.asked) == 2
    assert store.verdict(found.key) is None
    judge.statuses = ["infra"]
    found = grades(exercise, store)["ada"]
    assert (found.points, found.status, found.reason) == (FULL, "graded", "")
    assert len(judge.asked) == 4
    assert store.verdict(found.key)


def test_invalid_is_held(exercise: Exercise, judge: Judge, store: Store) -> None:
    """A verdict without a record that can be trusted is held, with its reason and without points."""
    judge.statuses = ["invalid"]
    hand_in(exercise, "ada", RIGHT)
    found = grades(exercise, store)["ada"]
    assert (found.points, found.max, found.status, found.reason) == (0, FULL, "held", "it was invalid")


def test_untouched_is_not_attempted(exercise: Exercise, judge: Judge, store: Store) -> None:
    """The code from the incident is not judged: it earns nothing, and that is no error."""
    hand_in(exercise, "ada", None)
    assert grades(exercise, store)["ada"] == Grade("ada", SLUG, 0, FULL, "not-attempted")
    assert not judge.asked


def test_held(exercise: Exercise, judge: Judge, store: Store) -> None:
    """What is doubtful has no points and a reason, by exercise or for the whole; the others are graded."""
    hand_in(exercise, "ada", RIGHT, cells=2)
    hand_in(exercise, "bo", RIGHT)
    hand_in(exercise, "cy", RIGHT)
    (exercise.course.root / "submitted/bo/01-basics/01-basics.ipynb").write_bytes(b"")
    found = grades(exercise, store)
    assert [(each.exercise, each.points, each.max, each.status) for each in found.values()] == [
        (SLUG, 0, FULL, "held"),
        (cohort.WHOLE, 0, FULL, "held"),
        (SLUG, FULL, FULL, "graded"),
    ]
    assert "takings/till.go is there 2 times with different texts: cells 1, 2" in found["ada"].reason
    assert "is empty" in found["bo"].reason
    assert len(judge.asked) == 1


@pytest.mark.parametrize("jobs", [1, 3])
def test_jobs_and_progress(exercise: Exercise, judge: Judge, store: Store, jobs: int) -> None:
    """As many are judged at a time as asked for, and progress counts each distinct attempt to the last."""
    for number in range(7):
        hand_in(exercise, f"student-{number}", RIGHT.replace("7", str(number % 6)))
    told: list[tuple[int, int]] = []
    asyncio.run(cohort.grade(exercise.course, exercise.phase, store, jobs=jobs, progress=lambda *each: told.append(each)))
    assert judge.most_at_once == jobs
    assert told == [(number, 6) for number in range(1, 7)]


def test_rows() -> None:
    """The CSV has a head, and a row for each grade."""
    some: Sequence[Grade] = [Grade("ada", SLUG, 3, FULL, "graded", key="k"), Grade("bo", cohort.WHOLE, 0, FULL, "held", "why")]
    assert list(cohort.rows(some)) == [
        ("student", "exercise", "points", "max", "status"),
        ("ada", "takings", "3", "10", "graded"),
        ("bo", "*", "0", "10", "held"),
    ]


def test_a_rung_below_the_course(exercise: Exercise, judge: Judge, store: Store) -> None:
    """A machine whose sandbox is below what the course asks for grades nothing."""
    judge.box = Sandbox("rlimits")
    hand_in(exercise, "ada", RIGHT)
    with pytest.raises(SandboxError, match="asks for the sandbox bubblewrap, and this machine has rlimits"):
        grades(exercise, store)
    assert not judge.asked


@pytest.mark.usefixtures("judge")
def test_no_submissions(exercise: Exercise, store: Store) -> None:
    """Nothing handed in is told, with what to do."""
    with pytest.raises(UsageError, match=r"has no submission of 01-basics\. Collect them first"):
        grades(exercise, store)


def test_a_store_that_fails(exercise: Exercise, judge: Judge, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store that cannot be written stops the grading with its own words, not with a group of errors."""

    def full(_verdict: Verdict) -> None:
        raise StoreError("store", "the store cannot be used: disk full.")

    monkeypatch.setattr(store, "keep", full)
    hand_in(exercise, "ada", RIGHT)
    hand_in(exercise, "bo", OTHER)
    with pytest.raises(StoreError, match="disk full"):
        grades(exercise, store)
    assert judge.asked
