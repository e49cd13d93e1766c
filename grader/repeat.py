"""Runs a variant's tests again and again, and tells every run that ended otherwise: a flip."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING

from grader import reports, sandbox, toolchain, workplace
from grader.build import build
from grader.errors import InfraError
from grader.judge import Runner, classify

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from grader.attempt import Attempt

BATCH = 25
"""Runs in one process, of tests that end well or by their own word; who races, crashes or hangs ends the process."""


async def repeat(attempt: Attempt, expected: Mapping[str, str], times: int) -> list[str]:
    """Run each test so often, in turn on one processor and on two; return the flips, a line each.

    `expected` is how each test ended the first time. Raises InfraError if the attempt does not build again.
    """
    tools = toolchain.find()
    seen: Counter[tuple[str, str, str]] = Counter()
    with workplace.folder() as folder:
        box = await sandbox.best(tools)
        built = await build(attempt, tools, await tools.importcfg(attempt.exercise), folder, box)
        if built.binary is None:
            raise InfraError("repeat", f"{attempt.exercise.slug} built once and not again: {built.errors[:1]}")
        runner = Runner(attempt.exercise, built.binary, box)

        async def one(test: str, was: str, number: int, count: int) -> None:
            done, outcome = await runner.run(test, count=count, processors=number % 2 + 1)
            now = classify(done, outcome, reports.messages(done.stdout))
            if now != was:
                seen[test, was, "mixed" if outcome == "forged" and count > 1 else now] += 1

        async with asyncio.TaskGroup() as group:
            for test, was in expected.items():
                for number, count in enumerate(_batches(times, BATCH if was in {"pass", "fail"} else 1)):
                    group.create_task(one(test, was, number, count))
    return [f"{test} was {was}, then {now} ({often}×)" for (test, was, now), often in seen.items()]


def _batches(times: int, size: int) -> Iterator[int]:
    while times > 0:
        yield min(times, size)
        times -= size
