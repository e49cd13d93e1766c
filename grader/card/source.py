"""Go source read by its lines, as gofmt lays it out: functions, declarations, what differs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from grader.card.clean import clean
from grader.errors import ManifestError

if TYPE_CHECKING:
    from grader.course import Exercise

_TOP = re.compile(r"(func|type|var|const)\b")


def lines_of(text: str) -> list[str]:
    """Return the lines of a file; line n of the file is item n - 1."""
    return clean(text).split("\n")


def function_at(lines: list[str], line: int) -> tuple[int, int] | None:
    """Return first and last line of the top-level function that contains a line."""
    for start in range(min(line, len(lines)), 0, -1):
        if lines[start - 1].startswith("func "):
            end = _end(lines, start)
            return (start, end) if line <= end else None
        if lines[start - 1].startswith("}") and start < line:
            return None
    return None


def _end(lines: list[str], start: int) -> int:
    """Return the last line of the top-level declaration that starts at a line."""
    if not re.search(r"[{(`]\s*(//.*)?$", lines[start - 1]):
        return start
    closing = re.compile(r"[})](?!.*[{(]$)")  # not `) error {`, which ends a signature over several lines
    return next((number for number in range(start + 1, len(lines) + 1) if closing.match(lines[number - 1])), len(lines))


def declaration(lines: list[str], name: str, *, other_than: int = 0) -> int:
    """Return the line that declares a name, 0 if a plain search finds none."""
    word = re.escape(name)
    for pattern in (
        rf"func\s+(\([^)]*\)\s*)?{word}\b\s*[\[(]",
        rf"\s*(type|var|const)\s+{word}\b",
        rf"\s+(\w+,\s*)*{word}(\s*,\s*\w+)*\s+[\w*\[\]<>.-]+\s*(`.*`)?\s*(//.*)?$",
        rf".*\b{word}(\s*,\s*\w+)*\s*:=",
    ):
        for number, line in enumerate(lines, 1):
            if number != other_than and re.match(pattern, line) and not re.match(r"\s*(return|go|defer|case)\b", line):
                return number
    return 0


def test_source(exercise: Exercise, name: str) -> str:
    """Return the text of a test function, or nothing where its file is not here."""
    for file in exercise.test_files:
        try:
            lines = lines_of(exercise.read(file))
        except ManifestError:
            continue
        for number, line in enumerate(lines, 1):
            if line.startswith(f"func {name}("):
                return "\n".join(lines[number - 1 : _end(lines, number)])
    return ""


def declarations(text: str) -> list[str]:
    """Return the top-level declarations of a Go file, imports and doc comments left out."""
    lines = lines_of(text)
    found, number = [], 1
    while number <= len(lines):
        end = number
        if _TOP.match(lines[number - 1]):
            end = _end(lines, number)
            found.append("\n".join(lines[number - 1 : end]))
        number = end + 1
    return found


def changed(text: str, before: str) -> str:
    """Return the declarations of a file that differ from before, or all of it if none does."""
    old = set(declarations(before))
    new = [each for each in declarations(text) if each not in old]
    return "\n\n".join(new) or clean(text).strip("\n")
