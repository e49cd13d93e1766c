"""nbgrader's validate, nbconvert and papermill on the released notebook."""

# mypy: allow-untyped-calls

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import nbformat
import papermill
from nbconvert import HTMLExporter

from tests.e2e.solving import COURSE, PHASE, course_copy, notebook, run

if TYPE_CHECKING:
    from pathlib import Path


def validate(path: Path) -> str:
    """Return what `nbgrader validate` prints of a notebook."""
    command = [sys.executable, "-m", "nbgrader", "validate", path.name]
    done = subprocess.run(command, cwd=path.parent, capture_output=True, text=True, timeout=600, check=False)
    assert "Traceback" not in done.stdout + done.stderr
    return done.stdout


def test_validate_says_passed_to_who_passed(tmp_path: Path) -> None:
    """A solved notebook validates; an untouched one names cells that did not pass."""
    folder = course_copy(tmp_path)
    solved = {e.slug: {name: e.read(name) for name in e.manifest.answer} for e in COURSE.exercises(PHASE)}
    for name, answers in (("solved", solved), ("untouched", {})):
        nbformat.write(notebook(answers), folder / f"{name}.ipynb")
    assert "Success" in validate(folder / "solved.ipynb")
    assert "Success" not in validate(folder / "untouched.ipynb")


def test_html_has_the_cards(tmp_path: Path) -> None:
    """Nbconvert's page of a run notebook has the cards, and Go in colours."""
    book = notebook({})
    book.cells = [cell for cell in book.cells if "unlocked-read" in cell.metadata.get("nbgrader", {}).get("grade_id", "")]
    run(book, course_copy(tmp_path))
    page, _ = HTMLExporter().from_notebook_node(book)
    assert "Not tried yet." in page
    assert "gp-fig" in page
    assert '<span class="kd">func</span>' in page


def test_papermill_runs_the_notebook(tmp_path: Path) -> None:
    """Papermill runs the notebook's example cells to their end."""
    folder = course_copy(tmp_path)
    book = notebook({}, examples=True)
    book.cells = [cell for cell in book.cells if "example" in cell.metadata.get("tags", [])][:2]
    nbformat.write(book, folder / "in.ipynb")
    done = papermill.execute_notebook(folder / "in.ipynb", folder / "out.ipynb", cwd=str(folder), progress_bar=False)
    assert [cell.execution_count for cell in done.cells] == [1, 2]
