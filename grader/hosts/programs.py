"""Cells that are programs: Go with -race, or a shell script. Their output is shown as it comes."""

from __future__ import annotations

import codecs
import shutil
import signal
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from grader import process, scratch, toolchain
from grader.errors import CourseError, UsageError
from grader.hosts import pages
from grader.hosts.screen import CompileError

if TYPE_CHECKING:
    from grader.hosts.cells import Cell
    from grader.hosts.screen import Page, Screen
    from grader.hosts.session import Session
    from grader.process import Ended, Stream
    from grader.scratch import Outcome
    from grader.verdict import Message

_SHOWN = 10  # compile errors
_PANIC = 2  # what the Go runtime exits with


async def run_program(session: Session, screen: Screen, cell: Cell) -> None:
    """Run a program or statements. Raises CompileError, UsageError or InfraError."""
    try:
        root = session.course.root
    except CourseError:
        root = Path.cwd()  # Go alone needs no course
    outcome = await scratch.run(cell.text, root, screen.write, program=cell.kind == "program")
    if outcome.errors:
        screen.show(pages.not_compiled(outcome.errors, cell.text))
        raise CompileError(*(_said(error) for error in outcome.errors[:_SHOWN]))
    if ending := _ending(outcome):
        screen.show(ending)


async def run_shell(screen: Screen, cell: Cell) -> None:
    """Run a shell script, with Go on its PATH. Raises UsageError where there is no such shell."""
    shell = shutil.which(cell.name)
    if shell is None:
        raise UsageError(f"There is no {cell.name} here. Use %%sh.")
    decoders = {name: codecs.getincrementaldecoder("utf-8")("replace") for name in ("stdout", "stderr")}

    def watch(stream: Stream, data: bytes) -> None:
        screen.write(stream, decoders[stream].decode(data))

    done = await process.run([shell, "-c", cell.rest], env=toolchain.find().env, cwd=Path.cwd(), limits=scratch.LIMITS, watch=watch)
    if ending := _stopped(done.ended) or _exit(done.code):
        screen.show(ending)


def refuse_package(session: Session, cell: Cell) -> NoReturn:
    """Say what a cell of a package that is not main lacks: its first line. Always raises UsageError."""
    course = session.course
    for exercise in course.exercises():
        if exercise.manifest.package == cell.name:
            line = f"// {exercise.slug}/{exercise.manifest.answer[0]}"
            raise UsageError(f"This cell is of package {cell.name} and names no exercise. Begin it with the line `{line}`.")
    raise UsageError(f"This cell is of package {cell.name}. A cell can run package main, or answer an exercise that its first line names.")


def _ending(outcome: Outcome) -> Page | None:
    """Say in a line how a program ended, nothing if all went well."""
    if stopped := _stopped(outcome.ended):
        return stopped
    if outcome.raced:
        reports = outcome.stderr.count("WARNING: DATA RACE")
        many = "the race detector's report is" if reports == 1 else f"the race detector's {reports} reports are"
        return pages.notice("race", "Data race.", f"Exit code {outcome.code}; {many} above.")
    if outcome.code == _PANIC and ("panic: " in outcome.stderr or "fatal error: " in outcome.stderr):
        return pages.notice("panic", "Crashed.", f"Exit code {outcome.code}; what Go says of it is above.")
    return _exit(outcome.code)


def _stopped(ended: Ended) -> Page | None:
    limits = scratch.LIMITS
    if ended == "timeout":
        return pages.notice("timeout", "Stopped.", f"It still ran after {limits.seconds / 60:.0f} minutes.")
    if ended == "memory":
        return pages.notice("memory", "Out of memory.", f"It was stopped at {(limits.memory or 0) >> 20} MiB.")
    if ended == "output":
        return pages.notice("limit", "Stopped.", f"It printed more than {limits.output >> 20} MiB.")
    return None


def _exit(code: int) -> Page | None:
    if code == 0:
        return None
    if code < 0:
        return pages.notice("fail", "Killed.", f"It was ended by {signal.Signals(-code).name}.")
    return pages.notice("fail", f"Exit code {code}.", "")


def _said(error: Message) -> str:
    return f"cell:{error.line}:{error.column}: {error.text}" if error.line else error.text
