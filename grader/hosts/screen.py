"""What the kernel shows: pages, output as it comes, scores, and errors without tracebacks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping, Sequence
    from typing import Any

    from grader.process import Stream


@dataclass(frozen=True)
class Page:
    """Something to show, as HTML and as text."""

    html: str
    text: str
    metadata: Mapping[str, object] = field(default_factory=dict)
    """What a saved notebook notes beside it."""


@dataclass(frozen=True)
class Score:
    """The result of a grade cell: as text nothing but the points, as HTML the card."""

    points: float
    page: Page

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {"text/plain": repr(self.points), "text/html": self.page.html}


@dataclass(frozen=True)
class Button:
    """A button under a card: what it says, and what it shows below when clicked."""

    label: str
    press: Callable[[], Coroutine[Any, Any, Page]]


class Screen(Protocol):
    """The output of the cell that runs."""

    @property
    def cell_id(self) -> str:
        """The front end's name of the cell, empty if it gives none."""

    def show(self, page: Page) -> None:
        """Show a page below what is there."""

    def write(self, stream: Stream, text: str) -> None:
        """Show output of a program."""

    def offer_cell(self, text: str, *, replace: bool) -> None:
        """Put text into a new cell below, or in place of the cell that runs."""

    def offer_buttons(self, buttons: Sequence[Button], plain: str) -> None:
        """Show buttons; `plain` is what a saved notebook says in their place."""


class CellError(Exception):
    """A cell ends in an error; `lines` are all that is shown of it."""

    def __init__(self, *lines: str) -> None:
        """Show these lines."""
        self.lines = list(lines)
        super().__init__(lines[0] if lines else "")

    def _render_traceback_(self) -> list[str]:
        return self.lines


class CompileError(CellError):
    """The cell's program does not compile."""


class CommandError(CellError):
    """What the cell asks for cannot be done as asked."""


class Fault(CellError):  # noqa: N818 - learners see the name
    """Our own failure; its code stands in the log."""


class Stopped(CellError):  # noqa: N818
    """The learner stopped the cell."""
