"""Runs a released notebook as a learner does, with other texts in its answer cells."""

# mypy: allow-untyped-calls

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
from nbclient import NotebookClient

from grader.course import Course
from grader.notebook import answer_cell, grade_id

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nbformat import NotebookNode

COURSE = Course(Path(__file__).parents[2] / "course")
PHASE = COURSE.phase("3")
RELEASED = COURSE.root / "release" / PHASE.slug / f"{PHASE.slug}.ipynb"


def course_copy(folder: Path) -> Path:
    """Copy the course, without what a learner did, and return the folder for their notebooks."""
    shutil.copytree(COURSE.root, folder / "course", ignore=shutil.ignore_patterns("learn", "source", "release", "gradebook.db"))
    learn = folder / "course" / "learn"
    learn.mkdir()
    return learn


def notebook(answers: Mapping[str, Mapping[str, str]], *, examples: bool = False) -> NotebookNode:
    """Return the released notebook with these answers, by slug and file; example cells only on demand."""
    released: NotebookNode = nbformat.read(RELEASED, as_version=4)
    texts = {grade_id(slug, file): answer_cell(slug, file, text) for slug, files in answers.items() for file, text in files.items()}
    for cell in released.cells:
        about = cell.metadata.get("nbgrader", {})
        if about.get("solution"):
            cell.source = texts.get(about["grade_id"], cell.source)
    if not examples:
        released.cells = [cell for cell in released.cells if "example" not in cell.metadata.get("tags", [])]
    return released


def run(book: NotebookNode, folder: Path) -> dict[str, tuple[str, str]]:
    """Run a notebook; return each grade cell's text/plain and text/html by slug."""
    execute(book, folder)
    return {cell.metadata.nbgrader.grade_id: score(cell) for cell in book.cells if cell.metadata.get("nbgrader", {}).get("grade")}


def run_each(slug: str, answers: Sequence[Mapping[str, str]], folder: Path) -> list[tuple[str, str]]:
    """Run an exercise's cells with one answer after the other, in one kernel; return what the grade cell showed each time."""
    cells = []
    for answer in answers:
        book = notebook({slug: answer})
        cells += [cell for cell in book.cells if cell.metadata.get("nbgrader", {}).get("grade_id", "").partition("--")[0] == slug]
    for number, cell in enumerate(cells):
        cell.id = f"{slug}-{number}"
    book.cells = cells
    execute(book, folder)
    return [score(cell) for cell in cells if cell.metadata.nbgrader.grade]


def execute(book: NotebookNode, folder: Path) -> None:
    """Run every cell in the kernel that the notebook names."""
    NotebookClient(book, timeout=120, kernel_name="goprod", resources={"metadata": {"path": str(folder)}}, allow_errors=True).execute()


def score(cell: NotebookNode) -> tuple[str, str]:
    """Return a grade cell's result as text/plain and text/html."""
    (output,) = [output for output in cell.outputs if output.output_type == "execute_result"]
    return output.data["text/plain"], output.data["text/html"]
