"""Answers that are one program: they differ in comments, blank lines and indentation alone, and so in no verdict.

The lines of such twins correspond one to one. A verdict on the one, with each line put where
it is in the other, is the verdict on the other.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from grader.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grader.guard import Inspection

_TELLS_LINES = re.compile(r'"(runtime(/\w+)*|log(/\w+)?)"')
"""Imports by which a program can know its own lines."""


@dataclass(frozen=True)
class Program:
    """What an answer is without what no program can tell: `digest`, and the lines that hold code, by file."""

    digest: str
    lines: dict[str, tuple[int, ...]]


def program(inspection: Inspection) -> Program | None:
    """Return the program of an answer; None if its text has a part in what it does, or the guard has not understood all of it."""
    if inspection.refusals or inspection.error or not inspection.code:
        return None
    parts: list[object] = []
    lines = {}
    for file, code in sorted(inspection.code.items()):
        every = code.split("\n")
        if _TELLS_LINES.search(code) or any(line.count("`") % 2 for line in every):  # a literal over several lines keeps its blanks
            return None
        kept = {number: line.strip() for number, line in enumerate(every, 1) if line.strip()}
        lines[file] = tuple(kept)
        parts.append([file, list(kept.values())])
    return Program(hashlib.sha256(msgspec.json.encode(parts)).hexdigest(), lines)


def moved(verdict: Verdict, old: Mapping[str, tuple[int, ...]], new: Mapping[str, tuple[int, ...]], inspection: Inspection) -> Verdict:
    """Return a verdict on an answer as the verdict on its twin, whose code is on the lines `new` and is inspected as `inspection`.

    Which known wrong fix it is, the hash and the seconds are left to who asked.
    """
    places = {file: dict(zip(old[file], new[file], strict=True)) for file in old}
    names = "|".join(map(re.escape, places))
    quoted = re.compile(rf"(?<![\w/.-])({names}):(\d{{1,9}})")

    def line(file: str, number: int) -> int:
        return places[file].get(number, number)

    def walk(value: Any, file: str = "") -> Any:  # noqa: ANN401 - JSON
        if isinstance(value, str):
            return quoted.sub(lambda found: f"{found[1]}:{line(found[1], int(found[2]))}", value)
        if isinstance(value, list | tuple):
            return [walk(each, file) for each in value]
        if not isinstance(value, dict):
            return value
        mine = value.get("file") or next((frame["file"] for frame in value.get("frames", ()) if frame["file"] in places), file)
        made = {key: walk(each, mine) for key, each in value.items()}
        if mine in places and isinstance(value.get("line"), int):
            made["line"] = line(mine, value["line"])
        return made

    document = walk(msgspec.to_builtins(verdict))
    return msgspec.structs.replace(msgspec.convert(document, type=Verdict), functions=inspection.outline, wrong=None)
