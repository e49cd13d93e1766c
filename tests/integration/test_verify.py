"""The contract of an exercise, proved with the real toolchain."""

from __future__ import annotations

import asyncio
import subprocess
from typing import TYPE_CHECKING

from grader import toolchain
from grader.contract import verify

if TYPE_CHECKING:
    from tests.conftest import MakeExercise


def test_a_contract_that_holds(make_exercise: MakeExercise) -> None:
    """The exercise of the unit tests holds its contract with real Go, three times over, and none of its runs flips."""
    small = make_exercise()
    subprocess.run([str(toolchain.find().goroot / "bin/gofmt"), "-l", "-w", "."], cwd=small.folder, check=True)
    proof = asyncio.run(verify(small, repeat=3))
    assert (proof.problems, proof.flips, proof.runs) == ([], [], 18)
    assert {name: (v.status, v.points) for name, v in proof.verdicts.items()} == {
        "solution": ("pass", 10), "broken": ("not-attempted", 0), "wrong/first-two": ("panic", 3), "wrong/first-and-last": ("fail", 6),
        "accept/backwards": ("pass", 10), "accept/recursion": ("pass", 10),
    }  # fmt: skip


def test_what_go_itself_objects_to(make_exercise: MakeExercise) -> None:
    """Our own files have to be as gofmt writes them and clean to vet: both are told."""
    test = make_exercise().read("till_test.go").replace("nothing came in, and the till says %d", "the till says %s")
    broken = make_exercise().read("broken/till.go").replace("\tsum := 0", "\tsum  := 0")
    proof = asyncio.run(verify(make_exercise({"till_test.go": test, "broken/till.go": broken})))
    assert not proof.holds
    assert "broken/till.go is not formatted: run gofmt -w on it" in proof.problems
    assert any(problem.startswith("go vet: ") and "of wrong type int" in problem for problem in proof.problems)
