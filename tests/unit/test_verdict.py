"""The verdict: a document that a machine can rely on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import msgspec
import pytest

from grader import verdict as verdicts
from grader.verdict import Status, Verdict, overall, score

if TYPE_CHECKING:
    from tests.conftest import Validate

SCHEMA = Path(__file__).parents[2] / "docs/verdict.schema.json"
WRITE = (
    'python -c "import json; from grader.verdict import json_schema; print(json.dumps(json_schema(), indent=2))" > docs/verdict.schema.json'
)

RICH = Verdict(
    slug="takings",
    status="race",
    points=4,
    max=10,
    hash="k",
    rung="rlimits",
    seconds=0.5,
    tests=(
        verdicts.TestResult(
            "TestA",
            "race",
            max=6,
            story="The till forgot.",
            race=verdicts.Race(
                (
                    verdicts.Access(
                        "write", "goroutine 7", (verdicts.Frame("f", "a.go", 1),), held=(verdicts.Held("mu", 3),), variable="n"
                    ),
                    verdicts.Access("read", "main goroutine", (), (verdicts.Frame("g", "b.go", 2),), held=()),
                ),
                "WARNING: DATA RACE",
            ),
        ),
        verdicts.TestResult("TestB", "pass", points=4, max=4),
        verdicts.TestResult(
            "TestC",
            "panic",
            points=-3,
            cost=3,
            visible=False,
            panic="panic: x",
            output="\0\x1b\u2028",
            seconds=0.25,
            goroutines=(verdicts.Goroutine("7", "running", (verdicts.Frame("f", "a.go", 1),)),),
            messages=(verdicts.Message("m", "t.go", 1),),
        ),
    ),
    hidden=verdicts.Hidden(2, 4),
    refusals=(verdicts.Refusal("import", "No.", "a.go", 3, 1, 5),),
    errors=(verdicts.Message("e", "a.go", 1, 2),),
    functions=(verdicts.Function("f", "a.go", 1, 9),),
    wrong=verdicts.WrongFix("w", "message", "next"),
    fault="f",
    detail="d",
)


def results(*statuses: Status) -> tuple[verdicts.TestResult, ...]:
    """Return a test for each status: 6 points each if it passed, else a cost of 2 for each even one."""
    return tuple(
        verdicts.TestResult(f"Test{n}", status, points=6 if status == "pass" else -2 * (n % 2 == 0), max=6)
        for n, status in enumerate(statuses)
    )


@pytest.mark.parametrize("verdict", [RICH, Verdict(slug="takings", status="infra")])
def test_a_verdict_is_as_published(verdict: Verdict, validate: Validate) -> None:
    """A verdict fits the published schema and can be read back."""
    assert validate(verdict) is verdict


def test_the_published_schema_is_up_to_date() -> None:
    """docs/verdict.schema.json is what the code says."""
    assert json.loads(SCHEMA.read_text()) == json.loads(json.dumps(verdicts.json_schema())), f"write it anew: {WRITE}"


def test_every_key_is_spelled_out() -> None:
    """A machine that reads a verdict finds every key, defaults too, at every depth."""
    document = json.loads(verdicts.encode(RICH))
    assert set(document) == set(Verdict.__struct_fields__)
    assert set(document["tests"][1]) == set(verdicts.TestResult.__struct_fields__)
    assert set(document["tests"][0]["race"]["accesses"][1]) == set(verdicts.Access.__struct_fields__)
    assert [access["held"] for access in document["tests"][0]["race"]["accesses"]] == [[{"lock": "mu", "line": 3}], []]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[]",
        b"\xff",
        b'{"slug": "x", "status": "won"}',
        b'{"slug": "x", "status": "pass", "points": "10"}',
        b'{"slug": "x", "status": "pass", "grade": 10}',
        b'{"slug": "x", "status": "pass", "schema": 2}',
    ],
)
def test_what_is_no_verdict(data: bytes) -> None:
    """Anything else is not read as a verdict."""
    with pytest.raises(msgspec.MsgspecError):
        verdicts.decode(data)


@pytest.mark.parametrize(
    ("statuses", "status"),
    [
        (("pass", "pass"), "pass"),
        (("pass", "fail"), "fail"),
        (("fail", "race", "pass"), "race"),
        (("leak", "race", "panic"), "panic"),
        (("timeout", "panic"), "timeout"),
        (("limit", "memory", "invalid"), "invalid"),
        (("pass", "infra", "invalid"), "infra"),
        ((), "invalid"),
    ],
)
def test_overall(statuses: tuple[Status, ...], status: Status) -> None:
    """An attempt is as its gravest test; without a test it has no result."""
    assert overall(results(*statuses)) == status


def test_every_status_of_a_test_has_a_weight() -> None:
    """All statuses that a test can have are weighed; the others are the whole attempt's."""
    assert set(get_args(Status)) - set(verdicts.GRAVEST_FIRST) == {"not-attempted", "refused", "build", "vet"}
    assert verdicts.GRAVEST_FIRST[-1] == "pass"


@pytest.mark.parametrize(
    ("statuses", "points"),
    [((), (0, 0)), (("pass", "pass"), (12, 12)), (("pass", "fail"), (6, 12)), (("fail", "pass"), (4, 12)), (("fail", "fail"), (0, 12))],
)
def test_score(statuses: tuple[Status, ...], points: tuple[int, int]) -> None:
    """Points less costs, and never below 0."""
    assert score(results(*statuses)) == points


@pytest.mark.parametrize("status", get_args(Status))
def test_passed(status: Status) -> None:
    """One status alone is a pass."""
    assert Verdict(slug="x", status=status).passed is (status == "pass")
