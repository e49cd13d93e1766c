"""A card as text of at most 78 columns: for terminals, and wherever HTML is not shown."""

from __future__ import annotations

import math
import textwrap
from functools import singledispatch
from itertools import zip_longest
from typing import TYPE_CHECKING

from grader.card.excerpt import columns
from grader.card.model import SIGNS, Code, Diff, Excerpt, Folded, Map, Meter, Pair, Paragraph, Race, Rows, Spark, Table

if TYPE_CHECKING:
    from grader.card.model import Block, Card, Entry, Lane, Line, Row, Side, Text

WIDTH = 78
MARGIN = 2  # columns left of the body; excerpts hang their marks in it
_LABELS = (16, 22)  # columns of the timeline's labels, least and most
_BEFORE, _AFTER = 18, 22  # columns of its lanes before and after the marks
_BARS = " ▁▂▃▄▅▆▇█"
_METER = 24  # columns of a bar along a row


def render(card: Card) -> str:
    """Return the card as lines of text, each ended by a newline."""
    lines = _wrapped(f"{card.word} {_prose(card.fact)}".rstrip(), f"{SIGNS[card.shape]} ", "  ")
    if card.next:
        lines += _wrapped(_prose(card.next), "  → ", "    ")
    if card.points:
        lines.append(f"  {card.points}")
    before: Block | None = None
    for block in card.blocks:
        if part := _block(block, MARGIN):
            joined = (_quiet(block) and isinstance(before, Paragraph)) or (isinstance(block, Map) and block.bar)
            lines += part if joined else ["", *part]
            before = block
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _quiet(block: Block) -> bool:
    return isinstance(block, Paragraph) and block.tone == "quiet"


def _prose(text: Text) -> str:
    """Return prose with backticks around code."""
    return "".join(f"`{span.text}`" if span.code else span.text for span in text)


def _wrapped(text: str, first: str, rest: str) -> list[str]:
    """Return text broken into lines; only a word that is longer than a line is cut."""
    counted = "".join(char + "\0" * (columns(char) - 1) for char in text)  # a wide character counts twice
    lines = textwrap.wrap(counted, WIDTH, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False)
    return [line.replace("\0", "") for line in lines] or [first]


def _cut(line: str, width: int = WIDTH) -> str:
    """Return a line of code that fits."""
    if columns(line) <= width:
        return line
    while line and columns(line) > width - 1:
        line = line[:-1]
    return f"{line}…"


def _aside(left: str, right: str) -> list[str]:
    """Return a line with something at its right edge, or below it where there is no room."""
    gap = WIDTH - columns(left) - columns(right)
    if not right:
        return [left]
    return [f"{left}{' ' * gap}{right}"] if gap > 1 else [left, f"{right:>{WIDTH}}"]


@singledispatch
def _block(block: Block, indent: int) -> list[str]:
    """Return the lines of a block; each kind has its own function below."""
    raise NotImplementedError(type(block).__name__, indent)


@_block.register
def _paragraph(block: Paragraph, indent: int) -> list[str]:
    pad = " " * indent
    if block.tone == "quiet" and len(block.text) > 1 and block.text[-1].code:
        return _wrapped("".join(span.text for span in block.text), pad, f"{pad}  ")
    return _wrapped(_prose(block.text), pad, pad)


@_block.register
def _excerpt(block: Excerpt, indent: int) -> list[str]:
    margin = " " * indent if indent > MARGIN else ""
    name = [f"{' ' * indent}{block.file}"] if block.file else []
    return name + [_cut(margin + _line(line, block.digits, WIDTH - len(margin))) for line in block.lines]


@_block.register
def _code(block: Code, indent: int) -> list[str]:
    """Return code; a line that is too long is broken, not cut."""
    lines = []
    for line in block.text.split("\n"):
        margin = " " * (indent + len(line) - len(line.lstrip()))
        fits = indent + columns(line) <= WIDTH
        lines += [f"{' ' * indent}{line}"] if fits else _wrapped(line.lstrip(), margin, f"{margin}        ")
    return lines


@_block.register
def _folded(block: Folded, indent: int) -> list[str]:
    pad = " " * indent
    if block.plain is None:
        return [*_wrapped(_prose(block.summary), pad, pad), *_inside(block, indent)]
    return _wrapped(block.plain, pad, pad) if block.plain else []


def _inside(block: Folded, indent: int) -> list[str]:
    """Return what is folded, indented; what is folded in it stands below it."""
    lines: list[str] = []
    for inner in block.blocks:
        nested = isinstance(inner, Folded)
        part = _block(inner, indent if nested else indent + 2)
        lines += ["", *part] if nested and part else part
    return lines


def _line(line: Line, digits: int, width: int) -> str:
    """Return a line of an excerpt with its gutter; beside a note the code is cut to what has room."""
    if line.kind == "cut":
        return f"{' ' * (digits + 3)}┊"
    if line.kind == "say":
        return f"{' ' * (digits + 3)}│ {line.code}"
    start = f"{'▸' if line.kind == 'hit' else ' '} {line.number:>{digits}} │ "
    if not line.note:
        return start + line.code
    room = width - columns(start) - columns(line.note) - 5
    return (
        f"{start}{_cut(line.code, room)}   ← {line.note}"
        if columns(line.code) + line.gap - 3 > room
        else f"{start}{line.code}{' ' * line.gap}← {line.note}"
    )


@_block.register
def _rows(block: Rows, indent: int) -> list[str]:
    return [line for row in block.rows for line in _row(row, indent)]


def _row(row: Row, indent: int) -> list[str]:
    pad = " " * indent
    title = _wrapped(_prose(row.title), f"{pad}{SIGNS[row.shape]} ", f"{pad}  ")
    title[-1:] = _aside(title[-1], row.points)
    return title + [line for block in row.blocks for line in _block(block, indent + 2)]


@_block.register
def _pair(block: Pair, indent: int) -> list[str]:
    """Return expected and got; the difference is marked below where both fit on a line."""
    pad = " " * indent
    expected, got = "".join(block.expected), "".join(block.got)
    lines = [f"{pad}expected  {expected}", f"{pad}got       {got}"]
    if max(map(columns, lines)) > WIDTH:
        hang = f"{pad}          "
        return [*_wrapped(expected, f"{pad}expected  ", hang), *_wrapped(got, f"{pad}got       ", hang)]
    if block.got[1]:
        lines.append(f"{pad}          {' ' * columns(block.got[0])}{'~' * columns(block.got[1])}")
    return lines


@_block.register
def _diff(block: Diff, indent: int) -> list[str]:
    pad = " " * indent
    signs = {"-": "\u2212", "+": "+", " ": " "}
    return [_cut(f"{pad}{signs[line.sign]} {line.text}{' ' * line.gap}{line.side}") for line in block.lines]


@_block.register
def _table(block: Table, indent: int) -> list[str]:
    """Return a table whose columns are as wide as their cells; what does not fit goes on in its column."""
    pad = " " * indent
    shown = len(block.head) - bool(block.below)
    rows = [block.head[:shown], *(tuple(map(_cell, row[:shown])) for row in block.rows)]
    widths = [max(columns(row[at]) if at < len(row) else 0 for row in rows) for at in range(shown)]
    over = len(pad) + sum(widths) + 2 * (len(widths) - 1) - WIDTH
    if over > 0:
        wrapped = 0 if block.numbers else -1
        widths[wrapped] = max(12, widths[wrapped] - over)
    lines = []
    for row, below in zip(rows, ("", *block.below) if block.below else [""] * len(rows), strict=True):
        cells = [[cell] if columns(cell) <= width else textwrap.wrap(cell, width) for cell, width in zip(row, widths, strict=True)]
        for line in zip_longest(*cells, fillvalue=""):
            parts = [f"{part:{'>' if at in block.numbers else '<'}{widths[at]}}" for at, part in enumerate(line)]
            lines.append(_cut(f"{pad}{'  '.join(parts)}".rstrip()))
        lines += _wrapped(below, f"{pad}    ", f"{pad}      ") if below else []
    return lines


def _cell(cell: Text | Spark | Meter) -> str:
    """Return a cell of a table, its bars as characters."""
    if isinstance(cell, Spark):
        return f"{''.join(map(_bar, cell.filled))} {_bar(cell.outlined)}"
    if isinstance(cell, Meter):
        return "█" * math.ceil(_METER * cell.share)
    return _prose(cell)


def _bar(height: float) -> str:
    return _BARS[math.ceil((len(_BARS) - 1) * height)]


@_block.register
def _race(block: Race, indent: int) -> list[str]:  # noqa: ARG001 - it has the whole width
    """Return the timeline, then each side."""
    first, second = block.left.lane, block.right.lane
    widest = max(len(label) for lane in (first, second) for label in (lane.function, lane.goroutine))
    labels = min(max(widest + MARGIN + 2, _LABELS[0]), _LABELS[1])
    gap = " " * (labels + _BEFORE)
    lines = [
        _lane(first, labels),
        f"{_label(first.goroutine, labels)}{gap[labels:]}┊",
        f"{gap}┊ nothing makes one wait for the other",
        _lane(second, labels),
        _label(second.goroutine, labels),
    ]
    return [*lines, "", *_side(block.left), "", *_side(block.right)]


def _label(name: str, width: int) -> str:
    return f"{' ' * MARGIN}{name[: width - MARGIN - 1]:<{width - MARGIN}}"


def _lane(lane: Lane, labels: int) -> str:
    """Return a goroutine's line of the timeline, schematic: the locked stretch, and the mark."""
    lock = f"Lock {lane.lock_line} ├" if lane.lock else ""
    mark = " ".join(("■" if lane.verb == "writes" else "□", lane.verb, lane.place.removeprefix("line "))).rstrip() + " "
    before = f"{lock}{'─' * (_BEFORE - 1 - len(lock))} "
    after = f"{mark:─<{_AFTER - 1}}┤ Unlock" if lane.lock else f"{mark:─<{_AFTER}}"
    return _cut(f"{_label(lane.function, labels)}{before}{after}")


def _side(side: Side) -> list[str]:
    lines = _wrapped(_prose(side.label), "  ", "  ")
    if side.excerpt:
        lines += _block(side.excerpt, 2)
    said = " ".join(part for part in (_prose(side.holds), side.called) if part)
    return lines + (_wrapped(said, "  ", "  ") if said else [])


@_block.register
def _map(block: Map, indent: int) -> list[str]:
    """Return the rows of a phase or of the course map, in columns."""
    pad = " " * indent
    lines = [f"{pad}[{''.join({'done': '■', 'half': '◧', 'not': '□'}[state] for state in block.bar)}]", ""] if block.bar else []
    numbers = max((len(str(entry.number)) for entry in block.entries), default=1)
    widest = max((columns(_prose(entry.title)) for entry in block.entries), default=0)
    titles = min(widest, WIDTH - 36)
    return lines + [_entry(entry, numbers, titles, pad) for entry in block.entries]


def _entry(entry: Entry, numbers: int, titles: int, pad: str) -> str:
    title = _prose(entry.title)
    title = title if columns(title) <= titles else f"{title[: titles - 1]}…"
    gap = " " * (titles - columns(title) + 3)
    return _cut(f"{pad}{SIGNS[entry.shape]} {entry.number:>{numbers}}  {title}{gap}{entry.plain or entry.side}")
