"""The contract of an exercise: what breaks it is named, with the place and what to do. Judging is played."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from grader import contract
from grader import verdict as verdicts
from grader.contract import Proof, verify
from grader.recognise import recognise
from grader.verdict import Message, Refusal, Verdict

if TYPE_CHECKING:
    from grader.attempt import Attempt
    from grader.course import Exercise
    from grader.verdict import Status
    from tests.conftest import MakeExercise

ENDS: dict[str, tuple[Status, Status, Status]] = {
    "solution": ("pass", "pass", "pass"),
    "broken": ("fail", "fail", "pass"),
    "wrong/first-two": ("pass", "fail", "panic"),
    "wrong/first-and-last": ("pass", "fail", "pass"),
    "accept/backwards": ("pass", "pass", "pass"),
    "accept/recursion": ("pass", "pass", "pass"),
}
"""How TestTwoSales, TestLongDay (hidden) and TestQuietDay end for each variant."""


@pytest.fixture
def ends(monkeypatch: pytest.MonkeyPatch) -> dict[str, tuple[Status, Status, Status]]:
    """Give how each variant's tests end, to be changed; nothing is compiled."""
    table = dict(ENDS)

    async def check(attempt: Attempt) -> Verdict:
        exercise = attempt.exercise
        paths = {variant.name: variant.folder / "till.go" for variant in exercise.variants()}
        name = next(name for name, path in paths.items() if path.is_file() and path.read_text() == attempt.files["till.go"])
        worth = {"TestTwoSales": (6, 0), "TestLongDay": (4, 0), "TestQuietDay": (0, 3)}
        tests = tuple(
            verdicts.TestResult(
                test, status, points=points if status == "pass" else -cost, max=points, cost=cost, visible=test != "TestLongDay",
                messages=() if status == "pass" else (Message(f"{test} says so"),),
            )
            for (test, (points, cost)), status in zip(worth.items(), table[name], strict=True)
        )  # fmt: skip
        earned, most = verdicts.score(tests)
        status = "not-attempted" if attempt.untouched else verdicts.overall(tests)
        return recognise(exercise, Verdict(slug="takings", status=status, tests=tests, points=earned, max=most), attempt.files)

    async def code(attempt: Attempt) -> str:
        return attempt.files["till.go"]

    async def formatted(_: Exercise) -> list[str]:
        return []

    monkeypatch.setattr(contract, "check", check)
    monkeypatch.setattr(contract, "_code", code)
    monkeypatch.setattr(contract, "_formatted", formatted)
    return table


def prove(exercise: Exercise) -> Proof:
    """Verify an exercise."""
    return asyncio.run(verify(exercise))


@pytest.mark.usefixtures("ends")
def test_an_exercise_that_holds(exercise: Exercise) -> None:
    """An exercise whose variants all end as declared holds."""
    told: list[str] = []
    proof = asyncio.run(verify(exercise, progress=told.append))
    assert (proof.problems, proof.flips, proof.holds) == ([], [], True)
    assert proof.remarks == ["wrong/first-and-last earns 6 of 10: more than half"]
    assert sorted(told) == sorted(f"takings {name}" for name in ENDS)


@pytest.mark.parametrize(
    ("variant", "how", "problems"),
    [
        ("solution", ("pass", "race", "pass"), ["solution: TestLongDay is race, the manifest says pass: TestLongDay says so"]),
        (
            "accept/backwards",
            ("pass", "pass", "fail"),
            ["accept/backwards: TestQuietDay is fail, the manifest says pass: TestQuietDay says so"],
        ),
        (
            "broken",
            ("fail", "pass", "pass"),
            ["broken: TestLongDay is pass, the manifest says fail", "broken: earns 4; untouched code earns 0"],
        ),
        ("solution", ("invalid", "pass", "pass"), ["solution: could not be judged:"]),
        (
            "wrong/first-and-last",
            ("pass", "pass", "pass"),
            [
                "wrong/first-and-last: TestLongDay is pass, the manifest says fail",
                "wrong/first-and-last: earns all 10 points",
                "wrong/first-and-last: gets no message: its entry does not fit it",
            ],
        ),
        (
            "wrong/first-and-last",
            ("pass", "fail", "panic"),
            [
                "wrong/first-and-last: TestQuietDay is panic, the manifest says pass: TestQuietDay says so",
                "wrong/first-and-last: gets the message of first-two",
                (
                    "wrong/first-and-last: with the visible tests alone it gets the message of first-two: "
                    "add an `output` or `code` pattern there"
                ),
            ],
        ),
    ],
)
def test_a_variant_that_ends_otherwise(
    exercise: Exercise, ends: dict[str, tuple[Status, ...]], variant: str, how: tuple[Status, ...], problems: list[str]
) -> None:
    """Each variant that ends otherwise than declared is named, with its test, both endings, and what it earns or is told."""
    ends[variant] = how
    assert prove(exercise).problems == problems


@pytest.mark.usefixtures("ends")
def test_an_entry_that_fits_the_broken_code(make_exercise: MakeExercise) -> None:
    """An entry that fails as broken/ does, and has no pattern, would speak after any change: that is told."""
    manifest = make_exercise().read("exercise.toml").replace('{ TestLongDay = "fail" }', '{ TestTwoSales = "fail", TestLongDay = "fail" }')
    problems = prove(make_exercise({"exercise.toml": manifest})).problems
    assert "broken: fits the entry first-and-last: add an `output` or `code` pattern there" in problems


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        (
            {"hidden_test.go": None},
            "exercise.toml:6: `hidden`: the file hidden_test.go is missing. Write it, or take it out of the manifest.",
        ),
        ({"till.go": None}, "exercise.toml:4: `answer`: the file till.go is missing. Write it, or take it out of the manifest."),
        (
            {"broken/till.go": None},
            "exercise.toml:4: `answer`: the file broken/till.go is missing. Write it, or take it out of the manifest.",
        ),
        (
            {"wrong/first-two/till.go": None},
            "exercise.toml:29: `wrong.first-two`: there is no folder wrong/first-two/. Write it, or take the entry out",
        ),
        (
            {"accept/backwards/till.go": None},
            "exercise.toml:18: `accept.backwards`: there is no folder accept/backwards/. Write it, or take the entry out",
        ),
        ({"wrong/new/till.go": "package till\n"}, "wrong/new is not in the manifest. Add [wrong.new]"),
        (
            {"hidden_test.go": "package till_test\n\nfunc TestLongDay(t *testing.T) {}\n\nfunc TestNew(t *testing.T) {}\n"},
            "hidden_test.go:5: TestNew is not declared in [tests]. Give it `points` if broken/ fails it, else a `cost`",
        ),
        ({"hidden_test.go": "package till_test\n"}, "exercise.toml:12: `tests.TestLongDay`: no test file has it. Write it, or take it out"),
        ({"till.go": "package till\n\n// SKELETON: tell the story\n"}, "till.go:3: to write: tell the story"),
    ],
)
def test_what_is_wrong_before_anything_runs(make_exercise: MakeExercise, files: dict[str, str | None], problem: str) -> None:
    """What is missing or undeclared is told with file, line, key and what to do, and nothing is run."""
    proof = prove(make_exercise(files))
    assert proof.problems == [problem]
    assert proof.verdicts == {}


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('[broken]\nfails = { TestTwoSales = "fail", TestLongDay = "fail" }\n', "", "exercise.toml: there is no [broken]"),
        (
            "TestLongDay = { points = 4 }",
            "TestLongDay = { cost = 4 }",
            "exercise.toml:12: `tests.TestLongDay`: a test that broken/ fails has points",
        ),
        (
            "TestQuietDay = { cost = 3 }",
            "TestQuietDay = { points = 3 }",
            "exercise.toml:13: `tests.TestQuietDay`: a test that broken/ fails has points",
        ),
    ],
)
def test_a_manifest_that_contradicts_itself(make_exercise: MakeExercise, old: str, new: str, problem: str) -> None:
    """What a test is worth has to agree with how broken/ fails."""
    manifest = make_exercise().read("exercise.toml")
    assert old in manifest
    (found,) = prove(make_exercise({"exercise.toml": manifest.replace(old, new)})).problems
    assert found.startswith(problem)


@pytest.mark.parametrize(
    ("judged", "problem"),
    [
        (
            {"status": "refused", "refusals": (Refusal("import", "`os` is not on the list of packages for this exercise.", "till.go", 3),)},
            "is refused: till.go:3: `os` is not on the list of packages for this exercise. `imports` in exercise.toml is that list",
        ),
        (
            {"status": "refused", "refusals": (Refusal("init", "`init` runs before the tests.", "till.go", 9),)},
            "is refused: till.go:9: `init` runs before the tests.",
        ),
        (
            {"status": "build", "errors": (Message("undefined: Summe", "till.go", 7, 2),)},
            "does not pass the compiler: till.go:7: undefined: Summe",
        ),
        ({"status": "vet", "errors": (Message("unreachable code", "till.go", 8, 2),)}, "does not pass vet: till.go:8: unreachable code"),
    ],
)
@pytest.mark.usefixtures("ends")
def test_a_variant_that_no_test_sees(exercise: Exercise, monkeypatch: pytest.MonkeyPatch, judged: dict[str, Any], problem: str) -> None:
    """A variant that is refused or does not build is told once, with the place, and not test by test."""
    right = contract.check  # type: ignore[attr-defined]  # played by `ends`

    async def check(attempt: Attempt) -> Verdict:
        verdict = await right(attempt)
        shut = attempt.files["till.go"] == exercise.read("wrong/first-two/till.go")
        return Verdict(slug="takings", max=10, **judged) if shut else verdict

    monkeypatch.setattr(contract, "check", check)
    assert prove(exercise).problems == [f"wrong/first-two: {problem}"]


@pytest.mark.usefixtures("ends")
def test_remarks(make_exercise: MakeExercise) -> None:
    """What would be good to have is remarked, and breaks nothing."""
    manifest = make_exercise().read("exercise.toml").replace('"Add it up.", ', "")
    before, _, rest = manifest.partition("[accept.backwards]")
    exercise = make_exercise(
        {
            "exercise.toml": f"{before}[broken]{rest.partition('[broken]')[2]}",
            "accept/backwards/till.go": None,
            "hidden_test.go": make_exercise().read("hidden_test.go").replace("// The long day came out short.\n", ""),
        }
    )
    proof = prove(exercise)
    assert proof.holds
    assert proof.remarks == [
        "accept/ has fewer than 2 folders: that many show that the tests judge, and do not compare",
        "accept/recursion has no title and note: add [accept.recursion]",
        "there are 2 hints: a ladder has 3, a question, the idea, the plan",
        "TestLongDay has no doc comment: it speaks for the test when that races, crashes or hangs",
        "wrong/first-and-last earns 6 of 10: more than half",
    ]


@pytest.mark.usefixtures("ends")
def test_a_variant_that_is_no_attempt(make_exercise: MakeExercise) -> None:
    """A variant with a file that is no answer, or with none, is told by its name."""
    exercise = make_exercise(
        {"wrong/first-two/other.go": "package till\n", "accept/backwards/till.go": None, "accept/backwards/sub/till.go": "package till\n"}
    )
    problems = prove(exercise).problems
    assert problems[0].startswith("wrong/first-two: takings has no answer file 'other.go'.")
    assert problems[1].startswith(f"accept/backwards: {exercise.folder}/accept/backwards holds no file.")


def test_infra_is_not_a_verdict(exercise: Exercise, ends: dict[str, tuple[Status, ...]], monkeypatch: pytest.MonkeyPatch) -> None:
    """Our own failure is told with its code and words."""
    judged = contract.check  # type: ignore[attr-defined]  # played by `ends`

    async def check(attempt: Attempt) -> Verdict:
        verdict = await judged(attempt)
        return verdict if attempt.untouched else msgspec.structs.replace(verdict, status="infra", fault="link", detail="no room", tests=())

    monkeypatch.setattr(contract, "check", check)
    assert set(prove(exercise).problems) == {f"{name}: could not be judged: link no room" for name in ends if name != "broken"}
