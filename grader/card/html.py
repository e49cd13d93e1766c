"""A card as a self-contained piece of HTML: static, escaped, with the styles that it uses."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from grader.card.model import SIGNS
from grader.card.style import names_in, stylesheet

if TYPE_CHECKING:
    from jinja2 import Template
    from markupsafe import Markup

    from grader.card.model import Card, Shape, Text

_UNBROKEN = 40  # characters of code in prose that stay on one line
_CHARACTER = 7.3  # pixels of a label's character in the timeline
_LONGEST = 26  # characters of such a label
_LANE = 96  # pixels that the labels have at least


def render(card: Card) -> str:
    """Return the card as one <div>."""
    fragment = _template().render(card=card)
    opening, _, rest = fragment.partition("\n")
    return f"{opening}\n<style>{stylesheet(names_in(fragment))}</style>\n{rest}\n"


@cache
def _template() -> Template:
    """Return the template of a card."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # slow to import, and text needs none

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        auto_reload=False,
    )
    environment.filters.update(prose=_prose, icon=_icon, label=_label, lane=_lane)
    return environment.get_template("card.html")


def _prose(text: Text) -> Markup:
    """Return a line of prose, escaped."""
    from markupsafe import Markup, escape

    pieces = []
    for span in text:
        piece = escape(span.text)
        if span.code:
            style = Markup(' style="white-space:normal"') if len(span.text) > _UNBROKEN else ""
            piece = Markup("<code{}>{}</code>").format(style, piece)
        if span.href:
            piece = Markup('<a href="{}">{}</a>').format(span.href, piece)
        if span.dim:
            piece = Markup('<span class="gp-dim">{}</span>').format(piece)
        pieces.append(Markup("<b>{}</b>").format(piece) if span.bold else piece)
    return Markup("").join(pieces)


def _icon(shape: Shape) -> Markup:
    """Return the icon of a shape: its letter, over which the stylesheet draws."""
    from markupsafe import Markup

    return Markup('<span class="gp-i gp-{}" aria-hidden="true">{}</span>').format("q" if shape == "hint" else shape, SIGNS[shape])


def _label(text: str) -> str:
    """Return a label of the timeline, cut to what has room there."""
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _lane(labels: list[str]) -> int:
    """Return where the timeline's lanes begin, in pixels, for these labels."""
    return max(_LANE, round(_CHARACTER * max(len(_label(label)) for label in labels)) + 12)
