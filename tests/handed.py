"""A notebook that a student hands in, with what a test needs to damage it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from grader import notebook

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Mapping, Sequence

    from grader.course import Exercise


class Handed:
    """A notebook to damage: full of answers, one exercise of which is aimed at, and another."""

    def __init__(self, exercises: Sequence[Exercise], answers: Mapping[str, Mapping[str, str]], rng: random.Random) -> None:
        """Fill the released notebook of a phase with answers: the text of each file, by slug and file."""
        self.rng = rng
        course, phase = exercises[0].course, exercises[0].phase.slug
        self.document: dict[str, Any] = json.loads((course.root / "release" / phase / f"{phase}.ipynb").read_text())
        self.exercise, self.other = rng.sample(exercises, 2)
        for exercise in exercises:
            for file, text in answers[exercise.slug].items():
                cell = self.by_grade_id(notebook.grade_id(exercise.slug, file))
                cell["source"] = notebook.lines(notebook.answer_cell(exercise.slug, file, text))
        self.whole = json.dumps(self.document)

    @property
    def cells(self) -> list[dict[str, Any]]:
        """The notebook's cells."""
        found: list[dict[str, Any]] = self.document["cells"]
        return found

    @property
    def slug(self) -> str:
        """The exercise that is aimed at."""
        return self.exercise.slug

    def by_grade_id(self, ident: str) -> dict[str, Any]:
        """Return the cell with this nbgrader id."""
        return next(cell for cell in self.cells if cell["metadata"].get("nbgrader", {}).get("grade_id") == ident)

    def answer(self, exercise: Any = None) -> dict[str, Any]:  # noqa: ANN401 - an exercise, or the one that is aimed at
        """Return the cell of an answer."""
        exercise = exercise or self.exercise
        return self.by_grade_id(notebook.grade_id(exercise.slug, exercise.manifest.answer[0]))

    def check(self) -> dict[str, Any]:
        """Return the check cell."""
        return self.by_grade_id(self.slug)

    def lesson(self) -> list[dict[str, Any]]:
        """Return the cells of the lesson."""
        return [cell for cell in self.cells if "nbgrader" not in cell["metadata"] and not cell.get("id", "").endswith("--task")]

    def add(self, text: str, kind: str = "code", **metadata: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
        """Put a cell in at any place."""
        cell = notebook.code_cell(f"{self.rng.getrandbits(32):08x}", text, **metadata)
        cell["cell_type"] = kind
        self.cells.insert(self.rng.randrange(len(self.cells) + 1), cell)
        return cell

    def bytes(self) -> bytes:
        """Return the notebook as it is handed in."""
        return json.dumps(self.document).encode()


def source(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


def begin(cell: dict[str, Any], change: Callable[[str], str]) -> None:
    first, newline, rest = source(cell).partition("\n")
    cell["source"] = notebook.lines(change(first + newline) + rest)


def copied(cell: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(cell))
    return found
