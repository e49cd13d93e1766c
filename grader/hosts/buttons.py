"""Buttons under a card: conveniences over the commands, on which no result depends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from IPython.core.displaypub import DisplayPublisher

    from grader.hosts.screen import Button

_VIEW = "application/vnd.jupyter.widget-view+json"


class Buttons:
    """The rows of buttons that are shown, one for each cell."""

    def __init__(self, publisher: DisplayPublisher) -> None:
        """Show rows with `publisher`."""
        self._publisher = publisher
        self._rows: dict[str, tuple[Any, str]] = {}

    def show(self, cell: str, buttons: Sequence[Button], plain: str) -> None:
        """Show a row in a cell, in place of the one that it had."""
        import asyncio

        import ipywidgets

        from grader.hosts.failures import page_of

        if cell in self._rows:
            _close(self._rows.pop(cell)[0])
        below = ipywidgets.HTML()
        made = []
        for button in buttons:
            widget = ipywidgets.Button(description=button.label, layout=ipywidgets.Layout(width="auto"))

            async def press(button: Button = button) -> None:
                try:
                    page = await button.press()
                except Exception as error:  # noqa: BLE001 - nobody else would tell the learner
                    page = page_of(error)
                below.value = page.html

            widget.on_click(lambda _widget, press=press: asyncio.ensure_future(press()))
            made.append(widget)
        row = ipywidgets.VBox([ipywidgets.HBox(made), below])
        self._rows[cell] = (row, plain)
        self._publish(cell, {_VIEW: {"version_major": 2, "version_minor": 0, "model_id": row.model_id}, "text/plain": plain})

    def retire(self) -> None:
        """Replace every row by its words: buttons of a kernel that is gone show as an error."""
        for cell, (_, plain) in self._rows.items():
            self._publish(cell, {"text/plain": plain}, update=True)
        self._rows.clear()

    def _publish(self, cell: str, data: dict[str, Any], *, update: bool = False) -> None:
        self._publisher.publish(data, transient={"display_id": f"goprod-{cell}"}, update=update)


def _close(widget: Any) -> None:  # noqa: ANN401 - ipywidgets has no types
    for child in getattr(widget, "children", ()):
        _close(child)
    widget.close()
