"""Where assignments and submissions stand below a course: nbgrader's directory structure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Layout:
    """nbgrader's settings `CourseDirectory.directory_structure` and `STEP_directory`; the values are its defaults."""

    structure: str = "{nbgrader_step}/{student_id}/{assignment_id}"
    source: str = "source"
    release: str = "release"
    submitted: str = "submitted"

    def folder(self, root: Path, student: str, assignment: str) -> Path:
        """Return the folder that a student's submission of an assignment has."""
        return root / self._path(self.submitted, student, assignment)

    def made(self, root: Path, step: Literal["source", "release"], assignment: str) -> Path:
        """Return the folder that an assignment has before it is handed out."""
        return root / self._path(self.source if step == "source" else self.release, ".", assignment)

    def _path(self, step: str, student: str, assignment: str) -> str:
        return self.structure.format(nbgrader_step=step, student_id=student, assignment_id=assignment)

    def students(self, root: Path, assignment: str) -> Iterator[tuple[str, Path]]:
        """Yield each student and the folder that their submission has, or would have, by the student's name.

        Raises OSError if the folder of all students cannot be listed.
        """
        mark = "\0"
        parts = PurePath(self._path(self.submitted, mark, assignment)).parts
        at = next(index for index, part in enumerate(parts) if mark in part)
        above = root.joinpath(*parts[:at])
        if not above.is_dir():
            return
        before, _, after = (re.escape(text) for text in parts[at].partition(mark))
        for path in sorted(above.iterdir()):
            if named := re.fullmatch(f"{before}(.+){after}", path.name):
                yield named[1], path.joinpath(*parts[at + 1 :])
