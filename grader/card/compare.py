"""What a test said: its sentence, and expected beside got with the difference marked."""

from __future__ import annotations

import difflib
import re
from typing import Literal

from grader.card.excerpt import columns
from grader.card.model import Block, Code, Diff, DiffLine, Pair
from grader.card.prose import sentence

DIFF_LINES = 24  # of a difference over several lines
CONTEXT = 3  # equal lines on each side of a difference

_SIDES = re.compile(r"^\s*(expected|want|actual|got)(?:\s*:\s*|\s+|$)(.*)$", re.IGNORECASE)
_TESTIFY = re.compile(r"^\s*(Error Trace|Error|Test|Messages):[ \t]*(.*)$")


def told(message: str) -> tuple[str, tuple[Block, ...]]:
    """Return what a message says as a sentence, and as blocks what else it shows."""
    lines = _testify(message.strip("\n").split("\n"))
    expected, got, rest = _sides(lines)
    said = rest[0].strip() if rest else ""
    more = "\n".join(rest[1:]).rstrip()
    blocks: list[Block] = [Code(more, wrap=True)] if more.strip() else []
    if expected is not None and got is not None:
        blocks.append(compared(expected, got))
    return sentence(said), tuple(blocks)


def _testify(lines: list[str]) -> list[str]:
    """Return the author's words and the sides of a testify report; other messages as they are."""
    fields: dict[str, list[str]] = {}
    field = ""
    for line in lines:
        if start := _TESTIFY.match(line):
            field = start[1]
            fields[field] = [start[2].strip()]
        elif field:
            fields[field].append(re.sub(r"^[ \t]+", "", line) if field == "Messages" else line.strip())
    if "Error Trace" not in fields or "Error" not in fields:
        return lines
    error = fields["Error"]
    error = error[: error.index("Diff:")] if "Diff:" in error else error
    if not any(_SIDES.match(line) for line in error):
        return fields.get("Messages", []) + error
    return fields.get("Messages", [error[0]]) + [line for line in error[1:] if line]


def _sides(lines: list[str]) -> tuple[str | None, str | None, list[str]]:
    """Take the lines of `expected …` and `got …`, each with the lines that go on it, out of a message."""
    sides: dict[str, list[str]] = {}
    rest: list[str] = []
    side = ""
    for number, line in enumerate(lines):
        found = _SIDES.match(line) if number or re.match(r"\s*expected\b", line, re.IGNORECASE) else None
        if found:
            side = "expected" if found[1].lower() in {"expected", "want"} else "got"
            sides[side] = [found[2].rstrip()]
        elif side and line[:1] in {" ", "\t"}:
            sides[side].append(line.rstrip())
        else:
            side = ""
            rest.append(line)
    if sides.keys() != {"expected", "got"}:
        return None, None, lines
    return _dedented(sides["expected"]), _dedented(sides["got"]), rest


def _dedented(lines: list[str]) -> str:
    """Join a side's lines; a first line that is empty announced a block below it."""
    body = lines[1:] if not lines[0] and len(lines) > 1 else lines
    margin = min((len(line) - len(line.lstrip()) for line in body if line.strip()), default=0) if body is not lines else 0
    return "\n".join(line[margin:] for line in body).strip("\n")


def compared(expected: str, got: str) -> Pair | Diff:
    """Return two values as a pair of lines, or as a diff where one has several."""
    if "\n" not in expected + got:
        return _pair(expected, got)
    left, right = expected.split("\n"), got.split("\n")
    lines: list[DiffLine] = []
    for tag, a, b, c, d in difflib.SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if tag == "equal":
            same = left[a:b] if b - a <= 2 * CONTEXT else [*left[a : a + CONTEXT], "…", *left[b - CONTEXT : b]]
            lines += [DiffLine(" ", line) for line in same]
            continue
        column = max(columns(line) for line in left[a:b] + right[c:d]) + 3
        lines += _run("-", "expected", left[a:b], column) + _run("+", "got", right[c:d], column)
    if (over := len(lines) - DIFF_LINES) > 0:
        lines[DIFF_LINES:] = [DiffLine(" ", f"… {over} lines left out …")]
    return Diff(tuple(lines))


def _run(sign: Literal["-", "+"], side: str, lines: list[str], column: int) -> list[DiffLine]:
    """Return lines of one side, the first of them with its name."""
    return [DiffLine(sign, line, "" if index else side, 0 if index else column - columns(line)) for index, line in enumerate(lines)]


def _pair(expected: str, got: str) -> Pair:
    """Cut what two lines share, by whole words, from both ends."""
    left, right = (re.findall(r"\s+|\w+|[^\w\s]", side) for side in (expected, got))
    start = 0
    while start < min(len(left), len(right)) and left[start] == right[start]:
        start += 1
    end = 0
    while end < min(len(left), len(right)) - start and left[-1 - end] == right[-1 - end]:
        end += 1
    pieces = [("".join(s[:start]), "".join(s[start : len(s) - end]), "".join(s[len(s) - end :])) for s in (left, right)]
    return Pair(pieces[0], pieces[1])
