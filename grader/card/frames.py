"""Stacks: which frame is the learner's, and what functions, places and goroutines are called."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader.card.prose import code

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from grader.course import Exercise
    from grader.verdict import Frame


@dataclass(frozen=True)
class Sources:
    """All code that a verdict speaks of: the attempt's files as lines, and the exercise's own."""

    exercise: Exercise
    files: Mapping[str, list[str]]

    def mine(self, frames: Sequence[Frame]) -> Frame | None:
        """Return the innermost frame in the learner's files."""
        return next((frame for frame in frames if frame.file in self.files), None)

    def here(self, frames: Sequence[Frame]) -> Frame | None:
        """Return the innermost frame in the learner's files or in the exercise's."""
        ours = {*self.files, *self.exercise.test_files, *self.exercise.manifest.given}
        return next((frame for frame in frames if frame.file in ours), None)

    def place(self, file: str, line: int) -> str:
        """Return "line 23", with the file where that is not plain."""
        if file in self.files and len(self.files) == 1:
            return f"line {line}"
        return f"line {line} of {code(file)}"

    def source(self, file: str, line: int) -> str:
        """Return a line of the learner's."""
        lines = self.files.get(file, [])
        return lines[line - 1] if 1 <= line <= len(lines) else ""

    def test_in(self, frames: Sequence[Frame]) -> str:
        """Return the test that a stack runs in, or nothing."""
        names = (full_name(frame.function, self.exercise).split(".")[0] for frame in reversed(frames))
        return next((name for name in names if re.match(r"Test(?![a-z])", name)), "")


def full_name(function: str, exercise: Exercise) -> str:
    """Return a function's name without its package, if that is the exercise's: `(*Counter).Add`."""
    name = re.sub(r"\[\.\.\.\]|\([^()*]*\)$|\(0x.*$", "", function.rpartition("/")[2])
    package, _, rest = name.partition(".")
    own = {exercise.slug, exercise.manifest.package}
    return rest if rest and package.removesuffix("_test") in own else name


def short_name(function: str, exercise: Exercise) -> str:
    """Return what the learner calls a function: `Add`; a function literal has the name around it."""
    parts = re.sub(r"(\.func\d+|\.gowrap\d+|\.\d+|-range\d+|\.deferwrap\d+)+$", "", full_name(function, exercise))
    return parts.rpartition(".")[2].strip("()*") or parts


def goroutine_name(name: str) -> str:
    """Return "goroutine 9" for 9 or goroutine 9; other names as they are."""
    return f"goroutine {name}" if name.isdigit() else name
