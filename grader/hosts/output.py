"""The screen that a front end of Jupyter is."""
# mypy: allow-untyped-calls

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.hosts.screen import Button, Page
    from grader.hosts.shell import GoShell
    from grader.process import Stream


class Output:
    """A Screen."""

    def __init__(self, shell: GoShell) -> None:
        """Show by the means of `shell`."""
        self._shell = shell

    @property
    def cell_id(self) -> str:
        """The front end's name of the cell, empty if it gives none."""
        return str(self._shell.get_parent().get("metadata", {}).get("cellId", ""))

    def show(self, page: Page) -> None:
        """Show a page."""
        self._shell.display_pub.publish({"text/html": page.html, "text/plain": page.text}, metadata=dict(page.metadata))

    def write(self, stream: Stream, text: str) -> None:
        """Show output of a program."""
        target = sys.stdout if stream == "stdout" else sys.stderr
        target.write(text)
        target.flush()

    def offer_cell(self, text: str, *, replace: bool) -> None:
        """Put text into a new cell below, or in place of this one."""
        self._shell.set_next_input(text, replace=replace)

    def offer_buttons(self, buttons: Sequence[Button], plain: str) -> None:
        """Show buttons below."""
        self._shell.kernel.buttons.show(self.cell_id, buttons, plain)
