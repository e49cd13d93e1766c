"""Tells whether a part of an answer stands in another cell: what its declarations and its lines say."""

from __future__ import annotations

import re

# Comments and literals; each reaches its end or the text's, so that no text takes long.
_NO_CODE = re.compile(r"""//[^\n]*|/\*[\s\S]*?(?:\*/|\Z)|"(?:\\.|[^"\\\n])*"?|`[^`]*`?|'(?:\\.|[^'\\\n])*'?""")
_DECLARED = re.compile(r"^(?:func \((?:\w+ )?\*?(\w+)[^)\n]*\) (\w+)|(?:func|type|var|const) (\w+))", re.MULTILINE)
_USED = re.compile(r"(?<![.\w])[A-Za-z_]\w*")  # not of another package, nor a field or a method
_PACKAGE = re.compile(r"^package\s+(\w+)", re.MULTILINE)
_CALLED = re.compile(r"^(?:func|type) (\w+)", re.MULTILINE)


class PartOfGo:
    """Tells whether a text has what a Go answer needs and lacks: what it once declared, or what nobody else did."""

    def __init__(self, answer: str, once: set[tuple[str, str]], others: set[tuple[str, str]]) -> None:
        code = bare(answer)
        self.here, self.once, self.others = declared(code), once, others
        self.names = {name for _, name in self.here}
        self.used = set(_USED.findall(code)) - self.names
        self.package = packages(code)
        self.open = [pair for pair in ("{}", "()") if _left_open(code, pair) > 0]

    def in_text(self, text: str, *, code: bool) -> bool:
        """Return whether a cell's text holds such a part; only a cell of code can, unless it declares what the answer once did."""
        other = bare(text)
        package = packages(other)
        if package and self.package and package != self.package:
            return False
        lacking = declared(other) - self.here
        if lacking & self.once:
            return True
        return (code and not lacking & self.others) and (
            any(receiver in self.names for receiver, _ in lacking)
            or any(name in self.used for name in _CALLED.findall(other))
            or any(_left_open(other, pair) < 0 for pair in self.open)
        )


class PartOfLines:
    """Tells whether a text has lines of the released file that an answer lacks."""

    def __init__(self, answer: str, broken: str) -> None:
        self.lacking = _lines(broken) - _lines(answer)

    def in_text(self, text: str, *, code: bool) -> bool:  # noqa: ARG002 - as PartOfGo is asked
        """Return whether a cell's text holds such a part."""
        return len(self.lacking & _lines(text)) > 1


def bare(text: str) -> str:
    """Return Go code without its comments and literals."""
    return _NO_CODE.sub("", text)


def packages(code: str) -> list[str]:
    """Return the names in the package clauses of bare Go code."""
    return _PACKAGE.findall(code)


def declared(code: str) -> set[tuple[str, str]]:
    """Return what bare Go code declares at its top level, as receiver and name."""
    return {(receiver, method or other) for receiver, method, other in _DECLARED.findall(code)}


def _lines(text: str) -> set[str]:
    return {line.strip() for line in text.split("\n")} - {""}


def _left_open(code: str, pair: str) -> int:
    return code.count(pair[0]) - code.count(pair[1])
