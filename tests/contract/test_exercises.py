"""Every exercise of the course keeps its contract."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from grader.contract import verify
from grader.course import Course

COURSE = Course(Path(__file__).parents[2] / "course")

CLASSIC = {
    "first-wins-leak": "drop-the-winner",
    "unlocked-read": "value-receiver",
    "check-then-act": "rlock-then-lock",
    "stop-hangs": "timeout-around-the-wait",
    "shared-append": "limit-one",
    "worker-panic": "recover-in-print",
    "backoff-ignores-context": "check-after-the-sleep",
    "request-context-outlives": "background-untracked",
}
"""The wrong fix of each exercise that must never earn full points."""


@pytest.mark.parametrize("slug", COURSE.slugs())
def test_the_contract_holds(slug: str) -> None:
    """Solution, broken, every wrong and every accept are judged as the manifest says."""
    exercise = COURSE.exercise(slug)
    proof = asyncio.run(verify(exercise))
    assert proof.problems == []
    assert [remark for remark in proof.remarks if not remark.endswith("more than half")] == []
    assert proof.verdicts["solution"].points == exercise.manifest.full == 10


@pytest.mark.parametrize(("slug", "wrong"), CLASSIC.items())
def test_the_commonest_wrong_fix_is_known(slug: str, wrong: str) -> None:
    """The wrong fix that the syllabus says must not pass is among those that the contract proves."""
    assert wrong in COURSE.exercise(slug).manifest.wrong
