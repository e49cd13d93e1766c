"""What may be shown of text from outside: no control characters, no endless lines."""

from __future__ import annotations

import re
from typing import TypeVar

LINES = (80, 40)  # of a long output, how many first and last lines are shown
COLUMNS = (200, 60)  # of a long line of output, how many first and last characters
SENTENCE = (700, 300)  # of anything else

_ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b\n]*(?:\x07|\x1b\\)?|[PX^_][^\x1b\n]*(?:\x1b\\)?|[@-Z\\-_])")
# Beside control characters: the overrides that reverse what is read, and half characters.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

T = TypeVar("T")


def clean(text: str) -> str:
    """Return the text without terminal escapes, control characters and direction overrides."""
    return _CONTROL.sub("", _ESCAPE.sub("", text.replace("\r\n", "\n")))


def short_line(line: str, first: int, last: int) -> str:
    """Return the line, or its first and last part."""
    return line if len(line) <= first + last else f"{line[:first]} … {line[-last:]}"


def shorten(text: str, columns: tuple[int, int] = COLUMNS) -> str:
    """Return the text with long lines and long outputs cut to first and last part."""
    lines = text.split("\n")
    if (over := len(lines) - sum(LINES)) > 1:
        lines[LINES[0] : -LINES[1]] = [f"… {over} lines left out …"]
    return "\n".join(short_line(line, *columns) for line in lines)


def clean_document(value: T) -> T:
    """Return a verdict, or a part of it, with every string clean and of bearable length."""
    if isinstance(value, str):
        return shorten(clean(value), SENTENCE)  # type: ignore[return-value]
    if isinstance(value, tuple):
        return tuple(clean_document(item) for item in value)  # type: ignore[return-value]
    if fields := getattr(value, "__struct_fields__", None):
        return type(value)(**{field: clean_document(getattr(value, field)) for field in fields})
    return value
