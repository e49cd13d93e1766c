"""Goroutines that do not go on: what each waits for, as a table, as marked lines and as a sentence."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from grader.card.excerpt import Mark
from grader.card.frames import Sources, goroutine_name, short_name
from grader.card.model import Table, Text
from grader.card.prose import code, count, inline, listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.verdict import Frame, Goroutine

ROWS = 8  # of the table


class _State(NamedTuple):
    """A state of a crash dump and its words: see phrases/waiting.toml."""

    begin: str
    alone: str
    until: str
    verb: str
    blocked: str = ""
    thing: str = ""


@cache
def _states() -> tuple[_State, ...]:
    text = (Path(__file__).parent / "phrases" / "waiting.toml").read_text(encoding="utf-8")
    return tuple(_State(**state) for state in tomllib.loads(text)["state"])


class Waiting(NamedTuple):
    """Goroutines with equal stacks: the first of them, how many, and the innermost frame of the exercise's code."""

    first: Goroutine
    number: int
    frame: Frame | None
    blocked: str
    until: str
    verb: str

    @property
    def subject(self) -> str:
        """Who waits: "goroutine 20", "2 goroutines"."""
        return goroutine_name(self.first.name) if self.number == 1 else count(self.number, "goroutine")

    @property
    def says(self) -> str:
        """Who does what: "goroutine 20 waits", "2 goroutines wait to send"."""
        first, space, rest = self.verb.partition(" ")
        return f"{self.subject} {self.verb if self.number == 1 else first.removesuffix('s') + space + rest}"


def waiting(goroutines: Sequence[Goroutine], of: Sources) -> list[Waiting]:
    """Return who waits in the exercise's code; equal stacks are counted, not repeated."""
    groups: dict[tuple[object, ...], list[Goroutine]] = {}
    for goroutine in goroutines:
        if of.here(goroutine.frames):
            groups.setdefault((goroutine.state.split(",")[0], goroutine.frames, goroutine.created), []).append(goroutine)
    found = []
    for (first, *_), number in ((members, len(members)) for members in groups.values()):
        frame = of.here(first.frames)
        state = next((state for state in _states() if first.state.startswith(state.begin)), None)
        if state is None:
            found.append(Waiting(first, number, frame, first.state, "", "waits"))
            continue
        thing = re.search(state.thing, of.line(frame.file, frame.line)) if frame and state.thing else None
        blocked = state.blocked.format(thing=thing[1]) if thing else state.alone
        cases = _cases(of, frame) if frame and state.begin == "select" else []
        until = f"{listed(cases, 'or')} is ready" if cases else state.until
        found.append(Waiting(first, number, frame, blocked, until, state.verb))
    return found


def _cases(of: Sources, frame: Frame) -> list[str]:
    """Return the channels of the select on the frame's line."""
    head = of.line(frame.file, frame.line)
    found = []
    for line in of.files.get(frame.file, [])[frame.line :]:
        if line.startswith(head[: len(head) - len(head.lstrip())] + "}"):
            break
        if case := re.match(r"\s*case (?:[^<]*<-\s*([\w.]+)|([\w.]+)\s*<-)", line):
            found.append(code(case[1] or case[2]))
    return found


def table(all_waiting: Sequence[Waiting], of: Sources) -> Table:
    """Return who waits, in what, on which line, until what."""
    rows: list[tuple[Text, ...]] = []
    for each in all_waiting[:ROWS]:
        name = each.subject.removeprefix("goroutine ")
        test = of.test_in(each.first.frames)
        start = each.first.created[0].function if each.first.created else ""
        origin = "the test" if test else f"from {code(short_name(start))}" if start else ""
        frame = each.frame
        inside = code(short_name(frame.function)) if frame and frame.file in of.files else "the test" if frame else ""
        line = "" if frame is None else str(frame.line) if len(of.files) == 1 and frame.file in of.files else f"{frame.file}:{frame.line}"
        rows.append(
            (
                inline(f"{name}, {origin}" if origin else name),
                inline(f"{inside}, in {each.blocked}" if inside not in {"", "the test"} else each.blocked),
                inline(line),
                inline(each.until),
            )
        )
    if (over := sum(each.number for each in all_waiting[ROWS:])) > 0:
        rows.append((inline(f"{over} more"), (), (), ()))
    return Table(("Goroutine", "Blocked in", "Line", "Until"), tuple(rows))


def marks(all_waiting: Sequence[Waiting], file: str) -> list[Mark]:
    """Return the lines of a file on which somebody waits."""
    return [Mark(each.frame.line, each.says) for each in all_waiting if each.frame and each.frame.file == file]


def lines_said(all_waiting: Sequence[Waiting], of: Sources) -> str:
    """Return "on line 22", "both on line 22", "on lines 22 and 30", or nothing where no line is the learner's."""
    number = sum(each.number for each in all_waiting)
    places = {(each.frame.file, each.frame.line) for each in all_waiting if each.frame and each.frame.file in of.files}
    if not places:
        return ""
    if len(places) == 1:
        ((file, line),) = places
        return f"{('', 'both ', 'all ')[min(number, 3) - 1]}on {of.place(file, line)}"
    if len(of.files) == 1:
        return f"on lines {listed([str(line) for _, line in sorted(places)])}"
    return f"on {listed([of.place(file, line) for file, line in sorted(places)])}"
