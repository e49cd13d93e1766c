"""Lines of prose: backticks to code, plurals, lists, places, and the first clause of a message."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from grader.card.model import Span, Text

if TYPE_CHECKING:
    from collections.abc import Sequence

CLAUSE_LONGEST = 90  # characters of a message that still make a headline
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def inline(text: str, *, bold: bool = False) -> Text:
    """Return a line of prose whose `backticks` mark code."""
    parts = re.split(r"`([^`\n]+)`", text)
    return tuple(Span(part, code=bool(index % 2), bold=bold) for index, part in enumerate(parts) if part)


def code(text: str) -> str:
    """Mark code for `inline`; backticks in it are left out."""
    return f"`{text.replace('`', '')}`" if text.strip("` \n") else ""


def emphasised(text: str) -> Text:
    """Return prose whose first sentence is bold."""
    first, _, rest = re.sub(r"(?<=[.?])\s+(?=[\w`])", "\0", text.strip(), count=1).partition("\0")
    return inline(first, bold=True) + (inline(" " + rest) if rest else ())


def count(number: int, noun: str, plural: str = "") -> str:
    """Return "1 test", "3 tests"."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


def spelled(number: int) -> str:
    """Return a small number as a word."""
    return _NUMBERS[number] if 0 <= number < len(_NUMBERS) else str(number)


def listed(items: Sequence[str], conjunction: str = "and") -> str:
    """Return "a, b and c"."""
    return f"{', '.join(items[:-1])} {conjunction} {items[-1]}" if len(items) > 1 else "".join(items)


def capitalised(text: str) -> str:
    """Return the text with a capital first letter, unless its first word is an identifier."""
    word = re.match(r"\S*", text)
    identifier = word is not None and re.search(r"[a-z][A-Z]|[_().`\d]", word[0].rstrip(".,:"))
    return text if identifier else text[:1].upper() + text[1:]


def uncapitalised(text: str) -> str:
    """Return a sentence as it stands after a colon."""
    return text[:1].lower() + text[1:]


def sentence(text: str) -> str:
    """Return the text as a sentence: capitalised, with a full stop."""
    text = capitalised(text.strip())
    return text if not text or text[-1] in ".?:" else text + "."


def clause(message: str) -> str:
    """Return the first clause of a message as a headline, or nothing if it is too long for one.

    A colon inside quotes is somebody else's and ends nothing.
    """
    first = re.match(r'(?:"[^"]*"|(?!: |; ).)*', message.strip().split("\n")[0])
    words = first[0].rstrip(".: ") if first else ""
    return capitalised(words) if 0 < len(words) <= CLAUSE_LONGEST else ""
