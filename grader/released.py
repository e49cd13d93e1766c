"""What was released for a phase, to find a submission's cells by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader import notebook
from grader.parts import bare, declared

if TYPE_CHECKING:
    from grader.course import Course, Phase

_CHANCE = 40  # characters that two texts do not share by chance


class Released:
    """What was released for a phase: the notebook's cells, and the answers that are asked for, by `SLUG/FILE`."""

    def __init__(self, course: Course, phase: Phase) -> None:
        self.phase = phase
        self.exercises = course.exercises(phase)
        self.answers = {f"{each.slug}/{file}": (each, file) for each in self.exercises for file in each.manifest.answer}
        self.by_grade_id = {notebook.grade_id(each.slug, file): name for name, (each, file) in self.answers.items()}
        self.declared = {name: declared(bare(each.broken[file])) for name, (each, file) in self.answers.items()}
        cells = _notebook(course, phase).cells
        self.ids = {cell.id: number for number, cell in enumerate(cells)}
        self.texts = {cell.text.strip(): number for number, cell in enumerate(cells)}
        self.lesson = {number for number, cell in enumerate(cells) if not cell.metadata.nbgrader.grade_id}
        self.unmistakable = [text for text, number in self.texts.items() if number in self.lesson and len(text) > _CHANCE]
        """Texts of the lesson that no answer holds by chance."""


def _notebook(course: Course, phase: Phase) -> notebook.Notebook:
    """Return the released notebook, made anew if it is not there."""
    path = course.layout.made(course.root, "release", phase.slug) / f"{phase.slug}.ipynb"
    if path.is_file():
        return notebook.read(path)
    from grader import assignment  # what it needs takes a second to import

    return notebook.parse(assignment.files(course, phase)[path.name], path)
