"""Every error that the grader raises on purpose.

    GoprodError                 message for a person; `exit_code` for the shell
    ├── UsageError              exit 2: what was asked for cannot be done as asked
    │   ├── CourseError         no course here, or its course.toml is wrong
    │   ├── ManifestError       an exercise.toml is wrong; knows file, line and key
    │   ├── UnknownExerciseError  no exercise has this name; knows the nearest
    │   ├── AttemptError        the learner's files cannot be read as an attempt
    │   ├── NotebookError       a notebook cannot be read or written
    │   └── SandboxError        the sandbox that was asked for is out of reach here
    └── InfraError              exit 3: our own failure, never a grade; has a `code`
        ├── ToolchainError      Go or a C compiler is missing or too old
        └── StoreError          the store cannot be read or written

A message says what happened, to which exercise or file, and what to do next.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class GoprodError(Exception):
    """The root: `str(error)` is one or two sentences for a person."""

    exit_code = 3


class UsageError(GoprodError):
    """What was asked for cannot be done as asked."""

    exit_code = 2


class CourseError(UsageError):
    """No course stands here, or its course.toml is wrong."""


class ManifestError(UsageError):
    """An exercise.toml is wrong: which file, which line, which key, what to do."""

    def __init__(self, path: Path, problem: str, *, key: str = "", line: int = 0) -> None:
        self.path, self.key, self.line = path, key, line
        place = f"{path}:{line}" if line else str(path)
        super().__init__(f"{place}: {f'`{key}`: ' if key else ''}{problem}")


class UnknownExerciseError(UsageError):
    """No exercise of the course has this name."""


class AttemptError(UsageError):
    """The learner's files cannot be read as an attempt at the exercise."""


class NotebookError(UsageError):
    """A notebook cannot be read or written."""


class SandboxError(UsageError):
    """The sandbox that was asked for is out of reach on this machine."""


class InfraError(GoprodError):
    """Our own failure: never a grade. `code` names the place for the log."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)


class ToolchainError(InfraError):
    """Go or a C compiler is missing or too old."""


class StoreError(InfraError):
    """The store cannot be read or written."""
