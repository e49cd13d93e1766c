"""The numbers of a report, from grades and histories."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import msgspec
import pytest

from grader import report as reports
from grader.cohort import Grade
from grader.errors import UsageError
from grader.history import History
from grader.ledger import WHOLE, Ledger
from grader.report import HardTest, Report, Waiting, rows
from grader.verdict import TestResult as Result
from grader.verdict import Verdict, WrongFix
from tests.unit.cohorts import FULL, OTHER, RIGHT, SLUG, attempt, grades, hand_in

if TYPE_CHECKING:
    from grader.course import Exercise
    from grader.verdict import Status
    from tests.unit.cohorts import Judge


class Class:
    """A class of one exercise, or of another beside it, whose grades are added one by one."""

    def __init__(self, exercise: Exercise) -> None:
        manifest = msgspec.structs.replace(exercise.manifest, title="The other")
        self.exercises = [exercise, dataclasses.replace(exercise, slug="other", manifest=manifest)]
        self.attempt = attempt(exercise, RIGHT)
        self.grades: list[Grade] = []
        self.histories: dict[str, dict[str, History]] = {}

    def add(
        self,
        student: str,
        points: int,
        history: History | None = None,
        *,
        wrong: str = "",
        slug: str = SLUG,
        tests: tuple[Result, ...] = (),
    ) -> None:
        """Add an answer that was graded."""
        known = WrongFix(wrong, "no") if wrong else None
        status: Status = "pass" if points == FULL else "fail"
        verdict = Verdict(slug=slug, status=status, points=points, max=FULL, wrong=known, tests=tests)
        self.grades.append(Grade(student, slug, points, FULL, "graded", "", self.attempt, verdict))
        self.tell(student, history, slug)

    def tell(self, student: str, history: History | None, slug: str = SLUG) -> None:
        """Add what a notebook tells."""
        if history:
            self.histories.setdefault(student, {})[slug] = history

    def report(self) -> Report:
        """Return the report."""
        return reports.report(self.exercises[0].phase, self.exercises, self.grades, self.histories)


@pytest.fixture
def group(exercise: Exercise) -> Class:
    """Give a class without learners."""
    return Class(exercise)


def test_tries_and_their_median(group: Class) -> None:
    """Each learner who passed is in the bar of the try at which that was, the sixth and later together; the median is theirs alone."""
    for number, passed in enumerate((1, 2, 2, 5, 6, 40)):
        group.add(f"s{number}", FULL, History(passed + 3, passed))
    group.add("late", 3, History(9))
    group.add("hidden", 3, History(4, 2))  # passed the visible tests alone
    found = group.report().exercises[0]
    assert (found.tried, found.passed, found.tries, found.not_yet) == (8, 6, (1, 2, 0, 0, 1, 2), 2)
    assert found.median == 3.5


def test_who_changed_it_after_the_last_try(group: Class) -> None:
    """An answer that passes though none of the told tries did is one try more."""
    group.add("ada", FULL, History(3))
    found = group.report().exercises[0]
    assert (found.tries, found.median) == ((0, 0, 0, 1, 0, 0), 4)


def test_without_history(group: Class) -> None:
    """A learner whose notebook tells nothing counts as one who tried and passed, is in no bar and no median, and is told of."""
    group.add("ada", FULL, History(1, 1))
    group.add("ben", FULL)
    group.add("carla", 0)
    found = group.report()
    line = found.exercises[0]
    assert (line.tried, line.passed, line.tries, line.not_yet, line.median) == (3, 2, (1, 0, 0, 0, 0, 0), 0, 1)
    assert found.silent == 2


def test_nobody_tried(group: Class) -> None:
    """Where nobody changed the code there is no median, no wrong fix, no hard test, and nothing to say in class."""
    group.grades = [Grade("ada", SLUG, 0, FULL, "not-attempted"), Grade("ben", SLUG, 0, FULL, "not-attempted")]
    found = group.report()
    line = found.exercises[0]
    assert (line.tried, line.passed, line.tries, line.not_yet, line.median, line.wrong) == (0, 0, (0,) * 6, 0, None, ())
    assert (found.learners, found.stuck, found.hardest, found.silent) == (2, None, (), 0)
    assert found.tenths == (2, *(0,) * 9)
    assert list(rows(found))[1] == (SLUG, "0", "0", "", "0", "0", "0", "0", "0", "0", "0", "", "")


def test_who_went_back_to_the_code_of_the_incident(group: Class) -> None:
    """Who tried and then brought the old code back has tried, and has not passed."""
    group.grades = [Grade("ada", SLUG, 0, FULL, "not-attempted")]
    group.tell("ada", History(4, None, ("first-two",)))
    line = group.report().exercises[0]
    assert (line.tried, line.passed, line.not_yet, line.wrong) == (1, 0, 1, (("first-two", 1),))


def test_everyone_passed(group: Class) -> None:
    """Where whoever tried passed, nobody is stuck, and all are in the last tenth."""
    for student in ("ada", "ben"):
        group.add(student, FULL, History(1, 1))
        group.add(student, FULL, History(2, 2), slug="other")
    found = group.report()
    assert found.stuck is None
    assert (found.full, found.tenths) == (2 * FULL, (*(0,) * 9, 2))


def test_wrong_fixes_count_learners(group: Class) -> None:
    """A learner counts once for a wrong fix, by the notebook, by the last verdict or by both; equal numbers stand by name."""
    group.add("ada", FULL, History(5, 5, ("first-two", "first-and-last")))
    group.add("ben", 3, History(2, None, ("first-two",)), wrong="first-two")
    group.add("carla", 3, wrong="first-and-last")
    assert group.report().exercises[0].wrong == (("first-and-last", 2), ("first-two", 2))
    group.add("dario", 3, wrong="first-two")
    assert group.report().exercises[0].wrong[0] == ("first-two", 3)


def test_where_the_class_is_stuck(group: Class) -> None:
    """It is the exercise with the most learners on one wrong fix; of equals the one that fewer tried; without any, the least passed."""
    group.add("ada", FULL)
    group.add("ben", 3)
    group.add("ada", 3, slug="other")
    group.add("ben", 3, slug="other")
    found = group.report()
    assert found.stuck == found.exercises[1]
    group.add("carla", 3, wrong="first-two")
    found = group.report()
    assert found.stuck == found.exercises[0]
    group.add("dario", 3, slug="other", wrong="last")
    group.add("eva", 3, slug="other")
    assert group.report().stuck == found.exercises[0]


def test_hardest_tests(group: Class) -> None:
    """Tests stand by the share of attempts that fail them, of those whose tests ran, with how most of them failed; ten at most."""

    def results(**statuses: Status) -> tuple[Result, ...]:
        return tuple(Result(name, status, visible=name != "C") for name, status in statuses.items())

    group.add("ada", 3, tests=results(A="fail", B="pass", C="race"))
    group.add("ben", 3, tests=results(A="fail", B="race", C="race"))
    group.add("carla", 3, tests=results(A="pass", B="pass", C="panic"))
    group.add("dario", 0)  # did not compile
    takings, other = group.exercises
    assert group.report().hardest == (
        HardTest(takings, "C", visible=False, failed=3, attempts=3, status="race"),
        HardTest(takings, "A", visible=True, failed=2, attempts=3, status="fail"),
        HardTest(takings, "B", visible=True, failed=1, attempts=3, status="race"),
    )
    group.add("ada", 0, slug="other", tests=tuple(Result(f"T{number}", "fail") for number in range(20)))
    found = group.report().hardest
    assert len(found) == 10
    assert found[0].name == "C"
    assert {test.exercise.slug for test in found[1:]} == {other.slug}


def test_held_and_infra(group: Class) -> None:
    """What waits is counted by its reason, our failures first; it is in no bar, and the learner's points are not counted."""
    group.add("ada", FULL, History(1, 1))
    group.add("ben", FULL, slug="other")
    group.grades += [
        Grade("ben", SLUG, 0, FULL, "held", "Two cells."),
        Grade("carla", SLUG, 0, FULL, "infra", "No space.", group.attempt),
        Grade("dario", WHOLE, 0, 2 * FULL, "held", "Cut off."),
        Grade("eva", WHOLE, 0, 2 * FULL, "held", "Cut off."),
    ]
    group.tell("carla", History(2, 2))
    found = group.report()
    assert found.waiting == (
        Waiting("infra", "No space.", (("carla", SLUG),)),
        Waiting("held", "Cut off.", (("dario", WHOLE), ("eva", WHOLE))),
        Waiting("held", "Two cells.", (("ben", SLUG),)),
    )
    assert (found.learners, found.waits) == (5, 4)
    line = found.exercises[0]
    assert (line.tried, line.passed, sum(line.tries), line.not_yet) == (2, 1, 1, 0)
    assert (sum(found.tenths), found.tenths[5]) == (1, 1)


def test_what_a_person_gave(group: Class) -> None:
    """Points that a person set count as a try, and as a pass where they are all."""
    group.grades = [Grade("ada", SLUG, FULL, FULL, "graded", "Oral."), Grade("ben", SLUG, 4, FULL, "graded", "Oral.")]
    line = group.report().exercises[0]
    assert (line.tried, line.passed) == (2, 1)


def test_tenths(group: Class) -> None:
    """A learner is in the tenth of the points of all exercises together; who has all is in the last."""
    for number in range(2 * FULL + 1):
        group.add(f"s{number:02}", number // 2)
        group.add(f"s{number:02}", number - number // 2, slug="other")
    assert group.report().tenths == (2, 2, 2, 2, 2, 2, 2, 2, 2, 3)


def test_the_table(group: Class) -> None:
    """The table has a row for each exercise, with the commonest wrong fix."""
    group.add("ada", FULL, History(1, 1))
    group.add("ben", FULL, History(2, 2))
    group.add("carla", 3, History(7), wrong="first-two")
    head, first, second = rows(group.report())
    assert head == ("exercise", "tried", "passed", "median tries", "1", "2", "3", "4", "5", "6+", "not yet", "wrong fix", "learners")
    assert first == (SLUG, "3", "2", "1.5", "1", "1", "0", "0", "0", "0", "1", "first-two", "1")
    assert second[:4] == ("other", "0", "0", "")


def test_it_reads_and_judges_nothing(assigned: Exercise, ledger: Ledger, judge: Judge) -> None:
    """Before anything was graded it says to grade first; later it reads what counts, and an answer without a verdict waits."""
    course, phase = assigned.course, assigned.phase
    hand_in(assigned, "ada", RIGHT)
    hand_in(assigned, "ben", None)
    with pytest.raises(UsageError, match=r"^No answer to 01-basics has a verdict yet\. Run `goprod grade 01-basics` first\.$"):
        reports.read(course, phase, ledger)
    grades(assigned, ledger)
    hand_in(assigned, "carla", OTHER)
    asked = list(judge.asked)
    found = reports.read(course, phase, ledger)
    assert judge.asked == asked
    assert (found.learners, found.exercises[0].tried, found.exercises[0].passed) == (3, 2, 1)
    assert found.waiting == (Waiting("infra", "It was not judged. Grade again.", (("carla", SLUG),)),)


@pytest.mark.usefixtures("judge")
def test_a_class_that_changed_nothing(assigned: Exercise, ledger: Ledger) -> None:
    """Where every answer is the code from the incident there is nothing to grade, and the report says that nobody tried."""
    hand_in(assigned, "ada", None)
    found = reports.read(assigned.course, assigned.phase, ledger)
    assert (found.learners, found.exercises[0].tried, found.waits) == (1, 0, 0)
