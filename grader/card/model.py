"""A card: what is shown of a verdict or a page, before it is HTML or text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal, NamedTuple

Shape = Literal["none", "refused", "build", "fail", "race", "stuck", "pass", "infra", "half", "hint", "later", "bars"]
"""The icon of a card or a row, and with it the accent."""

SIGNS: dict[Shape, str] = {
    "none": "○", "refused": "⊘", "build": "^", "fail": "✗", "race": "⇄", "stuck": "‖",
    "pass": "✓", "infra": "↻", "half": "◐", "hint": "?", "later": "…", "bars": "≡",
}  # fmt: skip
"""The letter of each shape: in the text, and in the HTML under the drawn icon."""

SHAPES: dict[str, Shape] = {
    "not-attempted": "none", "refused": "refused", "build": "build", "vet": "build", "fail": "fail", "panic": "fail",
    "race": "race", "timeout": "stuck", "leak": "stuck", "memory": "stuck", "limit": "stuck", "pass": "pass",
    "invalid": "infra", "infra": "infra",
}  # fmt: skip
"""The shape of each status (grader.verdict.Status) of an attempt or a test."""


@dataclass(frozen=True)
class Span:
    """A piece of a line of prose."""

    text: str
    code: bool = False
    bold: bool = False
    href: str = ""
    dim: bool = False


Text = tuple[Span, ...]
"""A line of prose."""


@dataclass(frozen=True)
class Paragraph:
    """Prose; a label heads what follows, a quiet one is secondary."""

    kind: ClassVar = "paragraph"
    text: Text
    tone: Literal["", "label", "quiet"] = ""


@dataclass(frozen=True)
class Line:
    """A line of an excerpt.

    `plain` and `hit` are the learner's (number 0: a continuation), `say` is a caret or
    a remark in the accent, `cut` stands for lines that are left out.
    """

    kind: Literal["plain", "hit", "say", "cut"]
    number: int = 0
    code: str = ""
    note: str = ""
    """What the arrow behind the code says, aligned by `gap` spaces; grey on a plain line."""
    gap: int = 3


@dataclass(frozen=True)
class Excerpt:
    """Lines of a file under their numbers; `file` only where it must be named."""

    kind: ClassVar = "excerpt"
    lines: tuple[Line, ...]
    file: str = ""

    @property
    def digits(self) -> int:
        """The width of the number column."""
        return max(2, *(len(str(line.number)) for line in self.lines), 2)


@dataclass(frozen=True)
class Code:
    """Code or output as it stands; `wrap` where its lines may be broken."""

    kind: ClassVar = "code"
    text: str
    wrap: bool = False


@dataclass(frozen=True)
class Lane:
    """One goroutine of the race's timeline. `lock_line` 0: no lock is held, or it cannot be told."""

    function: str
    goroutine: str
    verb: str
    place: str
    lock: str = ""
    lock_line: int = 0
    knows: bool = False
    """Whether the locks held could be told."""


@dataclass(frozen=True)
class Side:
    """One goroutine of a race in full: its lines, what it holds, how it came there."""

    lane: Lane
    label: Text
    excerpt: Excerpt | None
    holds: Text
    stack: tuple[str, ...]
    called: str
    """What the text twin says instead of the stack."""


@dataclass(frozen=True)
class Race:
    """Two goroutines that use the same memory, as a timeline and side by side."""

    kind: ClassVar = "race"
    left: Side
    right: Side
    memory: str


@dataclass(frozen=True)
class Spark:
    """Small bars in a cell of a table, of heights 0 to 1: filled ones, and one apart in outline. `says` tells them to who cannot see."""

    kind: ClassVar = "spark"
    filled: tuple[float, ...]
    outlined: float
    says: str


@dataclass(frozen=True)
class Meter:
    """A bar along a row of a table, of length 0 to 1; the number that it draws stands beside it."""

    kind: ClassVar = "meter"
    share: float


@dataclass(frozen=True)
class Table:
    """A table. `numbers` are the columns of numbers, at the right of their column.

    `below` is what the text twin says below each row, in place of the last column.
    """

    kind: ClassVar = "table"
    head: tuple[str, ...]
    rows: tuple[tuple[Text | Spark | Meter, ...], ...]
    numbers: tuple[int, ...] = ()
    below: tuple[str, ...] = ()


@dataclass(frozen=True)
class Pair:
    """Expected and got on one line each, in pieces: same, different, same."""

    kind: ClassVar = "pair"
    expected: tuple[str, str, str]
    got: tuple[str, str, str]


class DiffLine(NamedTuple):
    """A line of both sides (" "), of what was expected ("-") or of what came ("+").

    `side` names the side, on the first line of its run, after `gap` spaces.
    """

    sign: Literal[" ", "-", "+"]
    text: str
    side: str = ""
    gap: int = 0


@dataclass(frozen=True)
class Diff:
    """Expected and got over several lines."""

    kind: ClassVar = "diff"
    lines: tuple[DiffLine, ...]


@dataclass(frozen=True)
class Folded:
    """Details under a summary.

    `plain` is what the text twin says in their place: None shows the details, "" nothing.
    """

    kind: ClassVar = "folded"
    summary: Text
    blocks: tuple[Block, ...]
    open: bool = False
    plain: str | None = ""


@dataclass(frozen=True)
class Row:
    """A row of a list: an icon in the margin, a title, points, and what belongs to it."""

    shape: Shape
    title: Text
    points: str = ""
    blocks: tuple[Block, ...] = ()


@dataclass(frozen=True)
class Rows:
    """A list of tests, errors or refusals."""

    kind: ClassVar = "rows"
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Entry:
    """A row of a map: number, title, what is said beside it, and at the right."""

    shape: Shape
    number: int
    title: Text
    side: str = ""
    beside: str = ""
    here: bool = False
    plain: str = ""
    """What the text twin says at the right, where it differs from `side`."""


@dataclass(frozen=True)
class Map:
    """The exercises of a phase, or the phases of a course; `bar` draws a progress bar above."""

    kind: ClassVar = "map"
    entries: tuple[Entry, ...]
    bar: tuple[Literal["done", "half", "not"], ...] = ()


Block = Paragraph | Excerpt | Code | Race | Table | Pair | Diff | Folded | Rows | Map


class Told(NamedTuple):
    """What the head of a card says (prose with `backticks`), and what is shown below it."""

    fact: str
    step: str
    blocks: list[Block]


@dataclass(frozen=True)
class Card:
    """What is shown: status word, fact, next step and points, then blocks.

    `label` is read by screen readers; a `page` has a neutral word, in no accent.
    """

    shape: Shape
    label: str
    word: str
    fact: Text
    next: Text = ()
    points: str = ""
    blocks: tuple[Block, ...] = ()
    page: bool = False
