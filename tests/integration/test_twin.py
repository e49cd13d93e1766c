"""Twins, judged by real Go: the verdict that is moved says what judging the twin itself says."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from grader import guard, toolchain, twin
from grader.attempt import Attempt
from grader.check import check
from grader.cohort import Judge
from grader.course import Course
from grader.ledger import Ledger

if TYPE_CHECKING:
    from grader.verdict import Verdict

COURSE = Course(Path(__file__).resolve().parents[2] / "course")


def edited(text: str) -> str:
    """Return a text with comments, blank lines and another indentation: the same program."""
    lines = []
    for number, line in enumerate(text.split("\n")):
        if number % 3 == 0 and not line.startswith("//"):
            lines += ["// a note", ""]
        lines.append(line.replace("\t", "    ") + ("  // so" if line.endswith("{") else ""))
    return "\n".join(lines)


def told(verdict: Verdict) -> dict[str, Any]:
    """Return what a verdict says, without what differs from run to run."""
    found: dict[str, Any] = msgspec.to_builtins(verdict)
    found.pop("seconds", None)
    for test in found["tests"]:
        for key in ("seconds", "output", "panic"):
            test.pop(key, None)
        for goroutine in test.get("goroutines", ()):
            goroutine.pop("name")
        if "race" in test:
            test["race"].pop("report")
            for access in test["race"]["accesses"]:
                access.pop("goroutine")
    return found


@pytest.mark.parametrize("name", ["wrong/one-reader", "wrong/lock-each-line", "solution"])
def test_as_if_judged(name: str) -> None:
    """A race, a failure and a pass: moved to the twin's lines, the verdict is the one that judging the twin gives."""
    exercise = COURSE.exercise("unlocked-read")
    variant = next(each for each in exercise.variants() if each.name == name)
    text = (variant.folder / "lot.go").read_text()
    one, other = (Attempt.from_texts(exercise, {"lot.go": each}) for each in (text, edited(text)))

    async def both() -> tuple[Verdict, Verdict, int]:
        judge = await Judge.of(COURSE, ledger := Ledger(None))
        await judge.current(one)
        moved = await judge.current(other)
        return moved, await check(other), len(ledger._db.execute("SELECT DISTINCT digest FROM program").fetchall())

    moved, judged, programs = asyncio.run(both())
    assert programs == 1
    assert told(moved) == told(judged)


def test_what_the_guard_finds() -> None:
    """The guard's text without comments has the same lines of code for both."""
    exercise = COURSE.exercise("unlocked-read")
    text = exercise.read("lot.go")

    async def both() -> list[twin.Program | None]:
        tools = toolchain.find()
        importcfg = await tools.importcfg(exercise)
        attempts = (Attempt.from_texts(exercise, {"lot.go": each}) for each in (text, edited(text)))
        return [twin.program(await guard.inspect(attempt, tools, importcfg)) for attempt in attempts]

    one, other = asyncio.run(both())
    assert one
    assert other
    assert one.digest == other.digest
    assert len(one.lines["lot.go"]) == len(other.lines["lot.go"])
    assert one.lines != other.lines
