"""What a cell is, by its first line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["nothing", "answer", "program", "package", "statements", "command", "shell", "magic", "inspect"]

SHELLS = ("bash", "sh")
"""What follows %% in the first line of a shell script."""

_ANSWER = re.compile(r"(?://|#|--)\s*([\w-]+(?:/[\w-]+)*)/((?=[\w.-]*\.)[\w.-]+|Dockerfile|Makefile)\s*")
_COMMENT = re.compile(r"(?:\s+|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
_PACKAGE = re.compile(r"package\s+(\w+)")


@dataclass(frozen=True)
class Cell:
    """A cell: its text and what it is.

    | kind | name | rest |
    |---|---|---|
    | answer | the exercise's slug as written | the file |
    | package | a package that is not main | |
    | command, magic | what follows `%` or `%%` | the rest of the line |
    | shell | the shell | the script |
    | inspect | what follows `?` | |
    """

    kind: Kind
    text: str
    name: str = ""
    rest: str = ""
    body: str = ""
    """The lines below a command or a magic."""


def classify(text: str) -> Cell:
    """Tell what a cell is."""
    text = text.removeprefix("\ufeff")
    first = text.strip().partition("\n")[0].strip()
    if answer := _ANSWER.fullmatch(first):
        return Cell("answer", text, answer[1], answer[2])
    return _asked(text, first) if first.startswith(("%", "!", "?")) else _code(text)


def _asked(text: str, first: str) -> Cell:
    """Tell a command, a shell script or a question."""
    stripped = text.strip()
    below = stripped.partition("\n")[2]
    if first.startswith("?"):
        return Cell("inspect", text, first.strip("? "))
    if first.startswith("!"):
        return Cell("shell", text, "sh", "\n".join(line.strip().removeprefix("!") for line in stripped.split("\n")))
    name, _, rest = first.lstrip("%").strip().partition(" ")
    if first.startswith("%%") and name in SHELLS:
        return Cell("shell", text, name, below)
    return Cell("magic" if first.startswith("%%") else "command", text, name, rest.strip(), below)


def _code(text: str) -> Cell:
    """Tell a program from statements, and from nothing."""
    code = _COMMENT.sub("", text, count=1)
    package = _PACKAGE.match(code)
    if package is None:
        return Cell("statements" if code else "nothing", text)
    return Cell("program", text) if package[1] == "main" else Cell("package", text, package[1])
