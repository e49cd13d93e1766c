"""Stacks: which frame is the learner's, and what functions, places and goroutines are called."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader.card.prose import code
from grader.card.source import lines_of
from grader.errors import ManifestError

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

    def lines(self, file: str) -> list[str]:
        """Return the lines of a file of the learner's or of the exercise's; none where it is not here."""
        if file in self.files or file not in {*self.exercise.test_files, *self.exercise.manifest.given}:
            return self.files.get(file, [])
        try:
            return lines_of(self.exercise.read(file))
        except ManifestError:
            return []

    def line(self, file: str, line: int) -> str:
        """Return a line of a file, or nothing."""
        lines = self.lines(file)
        return lines[line - 1] if 1 <= line <= len(lines) else ""

    def called(self, frame: Frame) -> str:
        """Return the learner's function that the line of a frame calls, or nothing."""
        names = {found[1] for lines in self.files.values() for line in lines if (found := re.match(r"func (?:\([^)]*\) )?(\w+)", line))}
        return next((name for name in re.findall(r"(\w+)\(", self.line(frame.file, frame.line)) if name in names), "")

    def test_in(self, frames: Sequence[Frame]) -> str:
        """Return the test that a stack runs in, or nothing."""
        names = (full_name(frame.function).split(".")[0] for frame in reversed(frames))
        return next((name for name in names if re.match(r"Test(?![a-z])", name)), "")


def full_name(function: str) -> str:
    """Return a function's name without folders and type arguments: `(*Counter).Add`, `sync.(*WaitGroup).Go`."""
    return function.replace("[...]", "").rpartition("/")[2]


def short_name(function: str) -> str:
    """Return what the learner calls a function: `Add`; a function literal has the name around it."""
    name = re.sub(r"(\.(func|gowrap|deferwrap)\d+|\.\d+|-range\d+)+$", "", full_name(function))
    return name.rpartition(".")[2].strip("()*") or name


def goroutine_name(name: str) -> str:
    """Return "goroutine 9" for 9 or goroutine 9; other names as they are."""
    return f"goroutine {name}" if name.isdigit() else name
