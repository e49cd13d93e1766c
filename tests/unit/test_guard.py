"""Asking the guard: what it is told, and what its answer, its failure or its exhaustion becomes."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from grader import guard
from grader.attempt import Attempt
from grader.errors import InfraError
from grader.guard import GuardFunction, Inspection, Lock, Use
from grader.process import Limits
from grader.toolchain import Toolchain
from grader.verdict import Function, Held, Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from grader.course import Exercise
    from tests.conftest import MakeExercise

    Inspect = Callable[[str], Inspection]

EMPTY = '{"refusals":[],"functions":[],"uses":{},"code":{}}'
TOOLS = Toolchain(goroot=Path("/usr/lib/go"), version="go1.27.3", cc="gcc")


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the path of a program that stands for the guard."""
    path = tmp_path / "guard"

    async def of_that_name(_: Toolchain, name: str) -> Path:
        assert name == "guard"
        return path

    monkeypatch.setattr(Toolchain, "program", of_that_name)
    return path


@pytest.fixture
def inspect(program: Path, exercise: Exercise) -> Inspect:
    """Give the function that asks a guard which is this shell script about the broken code."""

    def ask(script: str) -> Inspection:
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        return asyncio.run(guard.inspect(Attempt.from_texts(exercise, {}), TOOLS, Path("importcfg")))

    return ask


def test_what_the_guard_is_told(inspect: Inspect, program: Path, exercise: Exercise) -> None:
    """The guard gets the attempt's files and what the manifest allows, kind and init included."""
    inspect(f"/bin/cat > request\necho '{EMPTY}'")
    assert msgspec.json.decode((program.parent / "request").read_bytes()) == {
        "package": "till",
        "kind": "package",
        "init": False,
        "imports": ["slices"],
        "selectors": [],
        "files": exercise.broken,
        "given": {},
        "importcfg": "importcfg",
    }


def test_what_a_manifest_allows(program: Path, make_exercise: MakeExercise) -> None:
    """A manifest's `init` and `selectors` reach the guard."""
    manifest = make_exercise().read("exercise.toml").replace("minutes = 5\n", 'minutes = 5\ninit = true\nselectors = ["os.Stdout"]\n')
    program.write_text(f"#!/bin/sh\n/bin/cat > request\necho '{EMPTY}'\n")
    program.chmod(0o755)
    asyncio.run(guard.inspect(Attempt.from_texts(make_exercise({"exercise.toml": manifest}), {}), TOOLS, Path("importcfg")))
    request = msgspec.json.decode((program.parent / "request").read_bytes())
    assert (request["init"], request["selectors"]) == (True, ["os.Stdout"])


def test_its_answer(inspect: Inspect) -> None:
    """The report is read: refusals, functions, uses, code and the first error."""
    found = inspect(
        """/bin/cat << 'END'
{"refusals":[{"rule":"init","text":"No.","file":"till.go","line":3,"column":6,"end_column":10}],
"functions":[{"name":"Sum","file":"till.go","start":5,"end":9,"locks":[{"lock":"mu","line":6,"to":8}],"unclear":false}],
"uses":{"till.go:7":[{"text":"sum","declared":"till.go:2:5"}]},"code":{"till.go":"package till"},"error":"till.go:9:1: expected }"}
END"""
    )
    assert found.refusals == (Refusal("init", "No.", "till.go", 3, 6, 10),)
    assert found.outline == (Function("Sum", "till.go", 5, 9),)
    assert found.uses == {"till.go:7": (Use("sum", "till.go:2:5"),)}
    assert found.code == {"till.go": "package till"}
    assert found.error == "till.go:9:1: expected }"


@pytest.mark.parametrize(
    ("script", "limits"),
    [
        ("exec /bin/sleep 9", Limits(memory=1)),
        ("exec /bin/cat /dev/zero", Limits(output=1 << 20)),
    ],
)
def test_an_attempt_that_exhausts_the_guard(inspect: Inspect, monkeypatch: pytest.MonkeyPatch, script: str, limits: Limits) -> None:
    """Where the guard's memory or output runs over, the attempt is refused, and is no fault of ours."""
    monkeypatch.setattr(guard, "_LIMITS", limits)
    found = inspect(script)
    assert found.refusals == (Refusal("size", "Reading this code takes more memory than any answer needs.", "till.go", 0),)
    assert (found.functions, found.uses, found.code) == ((), {}, {})


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("echo 'guard: panic: index out of range' >&2; exit 1", "(exit, exit 1): guard: panic: index out of range Run it again."),
        ("kill -9 $$", "(exit, exit -9)"),
        ("exec /bin/sleep 9", "(timeout, exit -9)"),
        ("echo nothing", "report on takings cannot be read: JSON is malformed"),
        ("echo '{}'", "report on takings cannot be read: Object missing required field `refusals`"),
        ("", "report on takings cannot be read: Input data was truncated"),
    ],
)
def test_a_guard_that_fails(inspect: Inspect, monkeypatch: pytest.MonkeyPatch, script: str, words: str) -> None:
    """A guard that crashes, gets no time or says nothing is a fault of ours, told with the exercise and the guard's words."""
    monkeypatch.setattr(guard, "_LIMITS", Limits(seconds=0.5))
    with pytest.raises(InfraError) as caught:
        inspect(script)
    assert caught.value.code == "guard"
    assert words in str(caught.value)
    assert "takings" in str(caught.value)


@pytest.mark.usefixtures("program")
def test_a_guard_that_cannot_start(exercise: Exercise) -> None:
    """A guard that is not there is a fault of ours."""
    with pytest.raises(InfraError, match=r"the guard cannot start on takings: .*No such file or directory") as caught:
        asyncio.run(guard.inspect(Attempt.from_texts(exercise, {}), TOOLS, Path("importcfg")))
    assert caught.value.code == "guard"


OUTER = GuardFunction("Sum", "till.go", 1, 9, (Lock("a", 2, 8),), unclear=False)
INNER = GuardFunction("Sum.func1", "till.go", 4, 6, (), unclear=False)
UNCLEAR = GuardFunction("Add", "till.go", 11, 12, (Lock("a", 11, 12),), unclear=True)


@pytest.mark.parametrize(
    ("line", "held"),
    [(2, ()), (3, (Held("a", 2),)), (5, ()), (8, (Held("a", 2),)), (9, ()), (10, None), (12, None)],
)
def test_held(line: int, held: tuple[Held, ...] | None) -> None:
    """The innermost function's locks count, from the line after Lock to that of Unlock; none can be told where the source is unclear."""
    assert Inspection((), (OUTER, INNER, UNCLEAR), {}, {}).held("till.go", line) == held


@pytest.mark.parametrize(
    ("a", "b", "shared"),
    [
        ((Use("t.sum", "1:1"),), (Use("till.sum", "1:1"),), ("t.sum", "till.sum")),
        ((Use("t", "1:1"), Use("t.sum", "2:1")), (Use("t", "1:1"), Use("t.sum", "2:1")), ("t.sum", "t.sum")),
        ((Use("a", "1:1"), Use("b", "2:1")), (Use("a", "1:1"), Use("b", "2:1")), ("", "")),
        ((Use("a", "1:1"),), (Use("a", "2:1"),), ("", "")),
        ((), (), ("", "")),
    ],
)
def test_shared(a: tuple[Use, ...], b: tuple[Use, ...], shared: tuple[str, str]) -> None:
    """Two lines share the one variable that both use, a field before the value it is of; where several could be meant, none."""
    inspection = Inspection((), (), {"a.go:1": a, "b.go:2": b}, {})
    assert inspection.shared(("a.go", 1), ("b.go", 2)) == shared
