"""A known wrong fix is known by its failures, its words and its code; it chooses words, never points."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from grader import verdict as verdicts
from grader.recognise import expected, failures, recognise, words
from grader.verdict import Message, Refusal, Verdict, WrongFix

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grader.course import Exercise
    from grader.verdict import Status
    from tests.conftest import MakeExercise

NAMES = ("TestTwoSales", "TestLongDay", "TestQuietDay")
WRONG = """
[wrong.by-code]
fails = { TestTwoSales = "fail" }
code = '^\\s*panic\\('
message = "By its code."

[wrong.by-output]
fails = { TestTwoSales = "fail" }
output = 'the till says \\d+$'
message = "By its words."
next = "Look again."

[wrong.by-both]
fails = { TestTwoSales = "fail" }
output = 'says'
code = 'sum'
message = "By both."

[wrong.all-but-one]
fails = { "*" = "race", TestQuietDay = "pass" }
message = "By its failures."

[wrong.refused]
fails = { "*" = "refused" }
output = 'unsafe'
message = "By what was refused."

[wrong.vet]
fails = { "*" = "vet" }
message = "By vet."
"""


def verdict(*statuses: Status, said: str = "", panic: str = "") -> Verdict:
    """Return a verdict whose tests ended so; the first said something."""
    tests = tuple(
        verdicts.TestResult(name, status, messages=(Message(said),) if said and not n else (), panic=panic if not n else "", visible=n != 1)
        for n, (name, status) in enumerate(zip(NAMES, statuses, strict=False))
    )
    return Verdict(slug="takings", status=verdicts.overall(tests), tests=tests, points=4, max=10)


@pytest.fixture(scope="module")
def known(make_exercise: MakeExercise) -> Exercise:
    """Give an exercise with these known wrong fixes alone."""
    manifest = make_exercise().read("exercise.toml")
    return make_exercise({"exercise.toml": manifest.partition("[wrong.first-two]")[0] + WRONG})


@pytest.mark.parametrize(
    ("found", "code", "name"),
    [
        (verdict("fail", "pass", "pass"), "\tpanic(1)", "by-code"),
        (verdict("fail", "pass", "pass", said="the till says 4\nmore"), "", "by-output"),
        (verdict("fail", "pass", "pass", panic="the till says 4"), "", "by-output"),
        (verdict("fail", "pass", "pass", said="it says 4"), "sum := 0", "by-both"),
        (verdict("fail", "pass", "pass", said="it says 4"), "total := 0", None),
        (verdict("fail", "pass", "pass"), "sum := 0", None),
        (verdict("fail", "pass", "pass", said="the till says 4"), "panic(1)", "by-code"),
        (verdict("race", "race", "pass"), "", "all-but-one"),
        (verdict("race", "race", "race"), "", None),
        (verdict("race", "fail", "pass"), "", None),
        (verdict("race", "pass", "pass"), "", None),
        (verdict("pass", "pass", "pass"), "panic(1)", None),
        (Verdict(slug="takings", status="refused", refusals=(Refusal("import", "`unsafe` is not", "till.go", 1),)), "", "refused"),
        (Verdict(slug="takings", status="refused", refusals=(Refusal("import", "`os` is not", "till.go", 1),)), "", None),
        (Verdict(slug="takings", status="vet"), "", "vet"),
        (Verdict(slug="takings", status="build"), "", None),
        (Verdict(slug="takings", status="infra"), "", None),
    ],
)
def test_recognise(known: Exercise, found: Verdict, code: str, name: str | None) -> None:
    """The first entry speaks whose failures are the attempt's, test by test, and whose patterns are found."""
    told = recognise(known, found, {"till.go": code})
    assert (told.wrong and told.wrong.name) == name
    assert (told.status, told.points, told.max) == (found.status, found.points, found.max)


def test_what_is_told(known: Exercise) -> None:
    """The verdict carries the entry's name, its message and its next step."""
    told = recognise(known, verdict("fail", "pass", "pass", said="the till says 4"), {})
    assert told.wrong == WrongFix("by-output", "By its words.", "Look again.")


def test_untouched_code_is_not_told(known: Exercise) -> None:
    """Whoever has not tried anything yet is told nothing of wrong fixes."""
    found = Verdict(slug="takings", status="not-attempted", tests=verdict("race", "race", "pass").tests)
    assert recognise(known, found, {}).wrong is None


@pytest.mark.parametrize(
    ("fails", "spelled_out"),
    [
        ({"A": "fail"}, {"A": "fail"}),
        ({"*": "race"}, {"A": "race", "B": "race"}),
        ({"*": "race", "B": "pass"}, {"A": "race"}),
        ({"*": "race", "B": "fail"}, {"A": "race", "B": "fail"}),
        ({"A": "pass"}, {}),
        ({"*": "build"}, {"*": "build"}),
        ({"Z": "fail"}, {}),
        ({}, {}),
    ],
)
def test_expected(fails: Mapping[str, str], spelled_out: Mapping[str, str]) -> None:
    """A star stands for every test that is not named, but for reasons of the whole answer."""
    assert expected(fails, {"A": None, "B": None}) == spelled_out


def test_failures() -> None:
    """What fails is told by test, hidden ones too unless they are not asked for; what did not run is told as a whole."""
    found = verdict("fail", "race", "pass")
    assert failures(found) == {"TestTwoSales": "fail", "TestLongDay": "race"}
    assert failures(found, visible_only=True) == {"TestTwoSales": "fail"}
    assert failures(Verdict(slug="x", status="build")) == {"*": "build"}


def test_words() -> None:
    """The words are those of messages, panics, errors and refusals; hidden tests' words are left out on request."""
    hidden = verdicts.TestResult("TestH", "panic", visible=False, panic="hidden")
    found = Verdict(slug="x", status="fail", tests=(*verdict("fail", said="a", panic="b").tests, hidden), errors=(Message("c"),))
    assert words(found) == "a\nb\nhidden\nc"
    assert words(found, visible_only=True) == "a\nb\nc"
