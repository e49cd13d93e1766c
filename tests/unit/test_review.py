"""Decisions of a person on what is held, and what they make of the grades."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from grader import notebook, review
from grader.cli.main import main
from grader.cohort import handed_in
from grader.errors import AttemptError, UsageError
from grader.ledger import WHOLE, Ledger, open_ledger
from tests.unit.cohorts import FULL, OTHER, RIGHT, SLUG, Judge, grades, hand_in

if TYPE_CHECKING:
    from pathlib import Path

    from grader.course import Exercise
    from grader.submission import Submission


def folder(exercise: Exercise, student: str) -> Path:
    """Return what a student handed in."""
    return exercise.course.root / "submitted" / student / exercise.phase.slug


def held(exercise: Exercise, ledger: Ledger, student: str) -> Submission:
    """Return a student's submission."""
    return next(each for each in handed_in(exercise.course, exercise.phase, ledger) if each.student == student)


def decide(exercise: Exercise, ledger: Ledger, student: str, *, whole: bool = False, **what: Any) -> None:  # noqa: ANN401 - a decision
    """Take a decision."""
    about = None if whole else exercise
    decision = review.take(held(exercise, ledger, student), about, who="Grace", why="I asked her.", **what)
    ledger.decide(exercise.phase.slug, decision)


def doubled(exercise: Exercise, student: str) -> Path:
    """Hand in two cells that differ: a cell that builds, and one below it."""
    hand_in(exercise, student, RIGHT, cells=2)
    return folder(exercise, student)


def test_a_cell_is_graded(assigned: Exercise, judge: Judge, ledger: Ledger) -> None:
    """The cell that a person chose is judged as the answer."""
    place = doubled(assigned, "ada")
    assert grades(assigned, ledger)["ada"].status == "held"
    decide(assigned, ledger, "ada", files=review.from_cells(place, assigned, [1]))
    grade = grades(assigned, ledger)["ada"]
    assert (grade.status, grade.points, grade.reason) == ("graded", FULL, "")
    assert [text.strip() for text in judge.asked] == [notebook.answer_cell(SLUG, "till.go", RIGHT).strip()]


def test_cells_are_put_together(assigned: Exercise) -> None:
    """Several cells make one answer, one below the other; a cell that is not there is told."""
    place = doubled(assigned, "ada")
    text = review.from_cells(place, assigned, [1, 2])["till.go"]
    assert text.count("package till") == 2
    assert "}\n\n// takings/till.go" in text
    with pytest.raises(UsageError, match="has the cells 1 to 2, not 3"):
        review.from_cells(place, assigned, [3])


@pytest.mark.usefixtures("judge")
def test_points_are_set(assigned: Exercise, ledger: Ledger) -> None:
    """Points that a person gave count, with their reason, also where nothing can be read; the last decision holds."""
    hand_in(assigned, "bo", RIGHT)
    (folder(assigned, "bo") / "01-basics.ipynb").write_bytes(b"")
    assert grades(assigned, ledger)["bo"].exercise == WHOLE
    decide(assigned, ledger, "bo", points=4)
    decide(assigned, ledger, "bo", points=6)
    grade = grades(assigned, ledger)["bo"]
    assert (grade.exercise, grade.status, grade.points, grade.max, grade.reason) == (SLUG, "graded", 6, FULL, "I asked her.")
    assert len(ledger.decisions(assigned.phase.slug)) == 2


def test_what_could_not_be_judged_is_decided_too(assigned: Exercise, judge: Judge, ledger: Ledger) -> None:
    """A verdict that cannot be trusted is held, and a person sets the points."""
    judge.statuses = ["invalid"]
    hand_in(assigned, "ada", RIGHT)
    assert grades(assigned, ledger)["ada"].status == "held"
    decide(assigned, ledger, "ada", points=0)
    assert (grades(assigned, ledger)["ada"].status, grades(assigned, ledger)["ada"].points) == ("graded", 0)


@pytest.mark.usefixtures("judge")
def test_asked_for_again(assigned: Exercise, ledger: Ledger) -> None:
    """What is asked for again stays held and says so; the decision ends with the next notebook of the student."""
    place = doubled(assigned, "ada")
    decide(assigned, ledger, "ada", ask=True)
    grade = grades(assigned, ledger)["ada"]
    assert (grade.status, grade.points, grade.reason) == ("held", 0, "Asked for again: I asked her.")
    hand_in(assigned, "bo", OTHER)
    (place / "01-basics.ipynb").write_bytes((folder(assigned, "bo") / "01-basics.ipynb").read_bytes())
    assert grades(assigned, ledger)["ada"].points == FULL


@pytest.mark.usefixtures("judge")
def test_all_of_it_is_asked_for_again(assigned: Exercise, ledger: Ledger) -> None:
    """A notebook that cannot be read is asked for again as a whole."""
    hand_in(assigned, "bo", RIGHT)
    (folder(assigned, "bo") / "01-basics.ipynb").write_bytes(b"{")
    decide(assigned, ledger, "bo", whole=True, ask=True)
    grade = grades(assigned, ledger)["bo"]
    assert (grade.exercise, grade.status, grade.reason) == (WHOLE, "held", "Asked for again: I asked her.")


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ({}, "one of three"),
        ({"points": 3, "ask": True}, "one of three"),
        ({"points": 11}, "has 0 to 10 points, not 11"),
        ({"points": -1}, "has 0 to 10 points, not -1"),
        ({"points": 3, "whole": True}, "can only be asked for again"),
        ({"ask": True, "whole": True}, "is not held as a whole"),
    ],
)
def test_what_is_no_decision(assigned: Exercise, ledger: Ledger, what: dict[str, Any], words: str) -> None:
    """A decision that says nothing, two things, or what cannot be is refused, and nothing is written."""
    doubled(assigned, "ada")
    with pytest.raises(UsageError, match=words):
        decide(assigned, ledger, "ada", **what)
    assert not ledger.decisions(assigned.phase.slug)


@pytest.mark.parametrize(("who", "why"), [("", "x"), ("Grace", " ")])
def test_a_decision_has_a_reason(assigned: Exercise, ledger: Ledger, who: str, why: str) -> None:
    """A decision without a reason or without a name is refused."""
    doubled(assigned, "ada")
    with pytest.raises(UsageError, match="has a reason and somebody"):
        review.take(held(assigned, ledger, "ada"), assigned, who=who, why=why, points=3)


def test_a_text_that_is_no_answer(assigned: Exercise, ledger: Ledger) -> None:
    """A text that cannot be an answer is refused when it is chosen, not when it is graded."""
    doubled(assigned, "ada")
    with pytest.raises(AttemptError, match="is empty"):
        decide(assigned, ledger, "ada", files={"till.go": " "})


def run(exercise: Exercise, *arguments: str, code: int = 0) -> str:
    """Run `goprod review` and return what it says."""
    done = CliRunner().invoke(main, ["--course", str(exercise.course.root), "review", "01-basics", *arguments], env={"COLUMNS": "100"})
    assert done.exit_code == code, done.output
    return done.output


def test_the_command(assigned: Exercise) -> None:
    """The command lists what is held, shows it beside the release, writes a decision down and lists that."""
    doubled(assigned, "ada")
    listed = run(assigned)
    assert "held: ada, takings: The cell of takings/till.go is there 2 times with different texts: cells 1, 2." in listed
    assert "1 need a person, 0 decisions were taken." in listed
    shown = run(assigned, "ada", SLUG)
    assert all(part in shown for part in ("released", "handed in", "// cell 1", "// cell 2", "return 7"))
    said = run(assigned, "ada", SLUG, "--cell", "1", "--why", "The second is a copy.", "--by", "Grace")
    assert "Written down: ada, takings: graded as chosen, by Grace" in said
    assert "nbgrader autograde 01-basics --student ada --force" in said
    assert "decided: ada, takings: graded as chosen, by Grace" in run(assigned)
    (decision,) = open_ledger(assigned.course).decisions("01-basics")
    assert (decision.who, decision.why) == ("Grace", "The second is a copy.")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("eve",), "'eve' has handed in nothing for 01-basics"),
        (("ada", "takins"), "01-basics has no exercise 'takins'"),
        (("ada", "--cell", "1", "--why", "x"), "Name the exercise"),
        (("ada", SLUG, "--points", "3"), "has a reason"),
    ],
)
def test_what_the_command_refuses(assigned: Exercise, arguments: tuple[str, ...], words: str) -> None:
    """An unknown student or exercise, and a decision that is not whole, are told in a sentence."""
    doubled(assigned, "ada")
    assert words in run(assigned, *arguments, code=2)
    assert not open_ledger(assigned.course).decisions("01-basics")


def test_a_notebook_that_cannot_be_shown(assigned: Exercise) -> None:
    """Of a notebook that cannot be read the reason is shown, beside the release."""
    hand_in(assigned, "bo", RIGHT)
    (folder(assigned, "bo") / "01-basics.ipynb").write_bytes(b"{")
    shown = run(assigned, "bo")
    assert "is cut off" in shown
