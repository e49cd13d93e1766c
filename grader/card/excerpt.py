"""The learner's lines: which are shown around a hit, and what is said beside them."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader.card.clean import short_line
from grader.card.model import Excerpt, Line
from grader.card.source import function_at

if TYPE_CHECKING:
    from collections.abc import Sequence

TAB = 4  # columns, as the notebook shows Go
AROUND = 2  # lines before and after a hit
_LONGEST = (120, 30)  # first and last characters of a longer line


@dataclass(frozen=True)
class Mark:
    """A line to show: a hit with a note or a caret under it, or a `grey` line that explains.

    `column` is the compiler's: bytes from 1, 0 for no caret. `width` is in characters.
    """

    line: int
    note: str = ""
    column: int = 0
    width: int = 1
    grey: bool = False


def columns(text: str) -> int:
    """Return how many columns a fixed-width font gives the text."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else not unicodedata.combining(char) for char in text)


def excerpt(lines: Sequence[str], marks: Sequence[Mark], *, file: str = "", around: int = AROUND) -> Excerpt | None:
    """Return the lines around the marks, with their functions' first lines; None if no mark is in the file."""
    marks = [mark for mark in marks if 1 <= mark.line <= len(lines)]
    if not marks:
        return None
    numbers: set[int] = set()
    for mark in marks:
        numbers |= {mark.line} if mark.grey else _around(list(lines), mark.line, around)
    by_line: dict[int, list[Mark]] = {}
    for mark in marks:
        by_line.setdefault(mark.line, []).append(mark)
    shown: list[Line] = []
    last = 0
    for number in sorted(numbers):
        if last and number == last + 2:
            shown.append(Line("plain", last + 1, _show(lines[last])))
        elif last and number > last + 1:
            shown.append(Line("cut"))
        shown.extend(_lines(lines[number - 1], number, by_line.get(number, [])))
        last = number
    return Excerpt(_aligned(shown), file)


def _around(lines: list[str], line: int, around: int) -> set[int]:
    """Return the numbers of the lines to show for a hit, within its function and with its first line."""
    inside = function_at(lines, line)
    first, last = inside or (1, len(lines))
    numbers = list(range(max(first, line - around), min(last, line + around) + 1)) if around else [line]
    while numbers and numbers[0] < line and not lines[numbers[0] - 1].strip():
        numbers.pop(0)
    while numbers and numbers[-1] > line and not lines[numbers[-1] - 1].strip():
        numbers.pop()
    return {*numbers, *((first,) if inside and around else ())}


def _show(line: str) -> str:
    return short_line(line.rstrip().expandtabs(TAB), *_LONGEST)


def _lines(source: str, number: int, marks: list[Mark]) -> list[Line]:
    """Return a line of the file and what stands under it."""
    hit = any(not mark.grey for mark in marks)
    beside = "; ".join(mark.note for mark in marks if mark.note and not mark.column)
    found = [Line("hit" if hit else "plain", number, _show(source), beside)]
    for mark in marks:
        if mark.column:
            before = source.encode()[: mark.column - 1].decode(errors="ignore")
            start = columns(before.expandtabs(TAB))
            if start > _LONGEST[0]:
                found.append(Line("say", code=mark.note))
            else:
                width = max(1, min(columns(source[len(before) :][: mark.width]), _LONGEST[0]))
                found.append(Line("say", code=f"{' ' * start}{'^' * width} {mark.note}".rstrip()))
    return found


def _aligned(lines: list[Line]) -> tuple[Line, ...]:
    """Give the notes of one piece a common column."""
    piece: list[Line] = []
    done: list[Line] = []
    for line in [*lines, Line("cut")]:
        if line.kind != "cut":
            piece.append(line)
            continue
        longest = max((columns(each.code) for each in piece if each.note), default=0)
        done += [Line(e.kind, e.number, e.code, e.note, longest - columns(e.code) + 3 if e.note else 3) for e in piece]
        done.append(line)
        piece = []
    return tuple(done[:-1])
