"""Runs each test of a built attempt in a process of its own, and says how it ended."""

from __future__ import annotations

import asyncio
import math
import os
import re
import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from grader import process, reports
from grader.errors import InfraError
from grader.records import CANARY, Order
from grader.sandbox import DISK, FILE_SIZE, PROCESSES, RACE_EXIT
from grader.verdict import Message, TestResult

if TYPE_CHECKING:
    from pathlib import Path

    from grader.course import Exercise
    from grader.guard import Inspection
    from grader.process import Ended, Finished
    from grader.records import Outcome
    from grader.sandbox import Sandbox
    from grader.verdict import Race, Status

_GRACE = 2.0  # seconds between the testing package's time-out and the wall limit
_OUTPUT = 1 << 20  # bytes

_CUT_SHORT: dict[Ended, Status] = {"timeout": "timeout", "output": "limit", "memory": "memory", "disk": "limit"}

_LIMITS: tuple[tuple[str, str], ...] = (
    (r"^runtime/cgo: pthread_create failed|^runtime: failed to create new OS thread", f"It started more than {PROCESSES} threads."),
    (r"^race: limit on \d+ simultaneously alive", "It had more goroutines at once than the race detector can follow: over 8,000."),
    (r"^SIGXFSZ: ", f"It wrote more than {FILE_SIZE >> 20} MB to one file."),
)
"""Limits that end a process in the words of Go's or the race detector's runtime, and ours."""

_CRASHES: tuple[tuple[Status, str], ...] = (
    (
        "memory",
        r"^fatal error: (runtime: )?(out of memory|cannot allocate memory|failed to reserve|too many address)|ThreadSanitizer: .*allocate",
    ),
    *(("limit", words) for words, _ in _LIMITS),
    ("leak", r"^panic: deadlock: main bubble goroutine has exited but blocked goroutines remain"),
    (
        "timeout",
        r"^panic: test timed out after|^panic: deadlock: all goroutines in bubble are blocked|^fatal error: all goroutines are asleep",
    ),
    ("panic", r"^panic: |^fatal error: "),
)
"""What a crash is called, by the words of Go's runtime; the first that fits."""


@dataclass(frozen=True)
class TestSource:
    """A test of the judge as its file has it: its doc comment, and whether learners see it."""

    name: str
    story: str
    visible: bool


def test_sources(exercise: Exercise) -> dict[str, TestSource]:
    """Return the tests that are here, in the manifest's order."""
    found = {}
    for file in exercise.test_files:
        for doc, name in re.findall(r"((?:^//[^\n]*\n)*)^func (Test\w+)\(", exercise.read(file), re.MULTILINE):
            story = " ".join(word for line in doc.splitlines() for word in line.removeprefix("//").split())
            found[name] = TestSource(name, story, file in exercise.manifest.visible)
    return {name: found[name] for name in exercise.manifest.tests if name in found}


async def run_tests(exercise: Exercise, binary: Path, inspection: Inspection, box: Sandbox) -> tuple[TestResult, ...]:
    """Run every test of the manifest, and the canary, in the sandbox.

    If the canary does not fail as it must, no test's word is taken: all are invalid, unless
    none says that it passed.
    Raises InfraError where a test cannot be started.
    """
    sources = test_sources(exercise)
    runner = Runner(exercise, binary, box)
    try:
        async with asyncio.TaskGroup() as group:
            canary = group.create_task(runner.run(CANARY))
            tasks = {name: group.create_task(runner.run(name)) for name in sources}
    except ExceptionGroup as faults:
        raise InfraError("run", f"a test of {exercise.slug} could not be run: {faults.exceptions[0]}") from faults
    done, outcome = canary.result()
    honest = (outcome == "fail" and done.code == 1) or all(task.result()[1] != "pass" for task in tasks.values())
    results = []
    for name, task in tasks.items():
        result = _result(exercise, sources[name], *task.result(), inspection)
        results.append(result if honest else msgspec.structs.replace(result, status="invalid", points=0))
    return tuple(results)


class Runner:
    """Runs tests of one binary, as many at a time as there are processors."""

    def __init__(self, exercise: Exercise, binary: Path, box: Sandbox) -> None:
        """Prepare to run the tests of `binary`, which was built for `exercise` and stands in a folder of its own."""
        self._manifest = exercise.manifest
        self._binary, self._box = binary, box
        self._processors = os.cpu_count() or 1
        self._turns = asyncio.Semaphore(self._processors)

    async def run(self, test: str, *, count: int = 1, processors: int | None = None) -> tuple[Finished, Outcome]:
        """Run a test in a process of its own, `count` times there, on that many processors or on one.

        A test that somebody kills is run again: what is killed twice has asked for it. Raises InfraError if the sandbox fails.
        """
        done, outcome = await self._once(test, count, processors)
        return await self._once(test, count, processors) if done.killed else (done, outcome)

    async def _once(self, test: str, count: int, processors: int | None) -> tuple[Finished, Outcome]:
        order = Order(test, self._manifest.timeout * count, count=count)
        wanted = process.Limits(seconds=order.seconds + _GRACE, output=_OUTPUT, memory=self._manifest.memory << 20, trace=True)
        cpu = math.ceil(wanted.seconds * self._processors)
        async with self._turns:
            with self._box.room(self._binary.parent.parent) as room:
                env = room.env if processors is None else {**room.env, "GOMAXPROCS": str(processors)}
                command, limits = room.command(self._binary, cpu=cpu, loopback=self._manifest.loopback), room.limits(wanted)
                done = room.ended(await process.run(command, env=env, cwd=room.folder, limits=limits, stdin=order.encode()))
        return done, order.outcome(done.reply)


def _result(exercise: Exercise, source: TestSource, done: Finished, outcome: Outcome, inspection: Inspection) -> TestResult:
    entry = exercise.manifest.tests[source.name]
    said = reports.messages(done.stdout)
    status = classify(done, outcome, said)
    race = _with_source(reports.race(done.stderr), exercise, inspection) if status == "race" else None
    crashed = status in {"panic", "leak", "timeout"}
    if status == "fail" and not said:
        said = (Message(text=_silent(done)),)
    if status in {"memory", "limit"}:
        said = (*said, Message(text=_limit(done, exercise)))
    return TestResult(
        name=source.name,
        status=status,
        points=(entry.points or 0) if status == "pass" else -(entry.cost or 0),
        max=entry.points or 0,
        cost=entry.cost or 0,
        visible=source.visible,
        story=source.story,
        messages=() if status == "pass" else said,
        race=race,
        panic=reports.panic(done.stderr) if crashed else "",
        goroutines=reports.goroutines(done.stderr) if crashed else (),
        output="" if status == "pass" else _output(done),
        seconds=round(done.seconds, 3),
    )


def classify(done: Finished, outcome: Outcome, said: tuple[Message, ...]) -> Status:
    """Say how a test ended, from its process, its record and what it printed.

    A pass is the record with the nonce and exit code 0. Who dies without a record
    has failed; who leaves well without one, or with another's, is invalid.
    """
    if done.ended != "exit":
        return _CUT_SHORT[done.ended]
    if outcome == "forged" or (done.code == 0 and outcome != "pass"):
        return "invalid"
    if done.code == 0:
        return "pass"
    if outcome == "fail":
        return "leak" if any(message.text.startswith("leak: ") for message in said) else "fail"
    return _crash(done)


def _crash(done: Finished) -> Status:
    """Say how a test ended that could not say so itself."""
    if done.code == RACE_EXIT and "WARNING: DATA RACE" in done.stderr:
        return "race"
    if done.code in {-signal.SIGKILL, -signal.SIGXCPU}:
        return "limit"  # the kernel's: processor time, or all of the machine's memory
    return next((status for status, words in _CRASHES if re.search(words, done.stderr, re.MULTILINE)), "fail")


def _with_source(race: Race | None, exercise: Exercise, inspection: Inspection) -> Race | None:
    """Add what the source tells about each side: the variable, and the locks held along the stack."""
    if race is None:
        return None
    places = [reports.in_files(access.frames, exercise.manifest.answer) for access in race.accesses]
    if not all(places):
        return race
    names = inspection.shared(*((frames[0].file, frames[0].line) for frames in places))
    accesses = []
    for access, frames, name in zip(race.accesses, places, names, strict=True):
        held = [inspection.held(frame.file, frame.line) for frame in frames]
        known = None if any(h is None for h in held) else tuple(lock for h in held for lock in h or ())
        accesses.append(msgspec.structs.replace(access, held=known, variable=name))
    return msgspec.structs.replace(race, accesses=(accesses[0], accesses[1]))


def _limit(done: Finished, exercise: Exercise) -> str:
    """Say which limit stopped a test."""
    ends = {"output": f"It printed more than {_OUTPUT >> 20} MB.", "disk": f"It wrote more than {DISK >> 20} MB to files."}
    if done.ended in ends:
        return ends[done.ended]
    if done.ended == "exit" and done.code in {-signal.SIGKILL, -signal.SIGXCPU}:
        return "It used up its processor time, or all of the machine's memory."
    said = (sentence for words, sentence in _LIMITS if re.search(words, done.stderr, re.MULTILINE))
    return next(said, f"It used more than {exercise.manifest.memory} MB of memory.")


def _silent(done: Finished) -> str:
    ending = f"was killed by signal {-done.code}" if done.code < 0 else f"ended with exit code {done.code}"
    return f"The test's process {ending} before the test could say anything."


def _output(done: Finished) -> str:
    return "\n".join(part for part in (reports.printed(done.stdout), reports.tidy(done.stderr).strip()) if part)
