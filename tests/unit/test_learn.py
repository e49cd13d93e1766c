"""The learner's copies of the released notebooks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from grader import learn, notebook
from grader.course import Course
from grader.errors import NotebookError


def answer(text: str) -> dict[str, Any]:
    """Return an answer cell."""
    return notebook.code_cell("one--a_go", text, nbgrader={"grade_id": "one--a_go", "solution": True})


def release(course: Course, *cells: dict[str, Any]) -> None:
    """Release a notebook of these cells as the course's only phase."""
    folder = course.root / "release/01-locks"
    (folder / "01-locks_files").mkdir(parents=True, exist_ok=True)
    (folder / "01-locks_files/x.svg").write_text("<svg/>")
    (folder / "01-locks.ipynb").write_bytes(notebook.dumps(notebook.document(list(cells), "01-locks")))


def sources(path: Path) -> dict[str, str]:
    """Return the text of each cell by its id."""
    return {cell.id: cell.text for cell in notebook.read(path).cells}


def change(path: Path, ident: str, text: str) -> bytes:
    """Change a cell as a learner would, and save; return the file's bytes."""
    document = json.loads(path.read_bytes())
    next(cell for cell in document["cells"] if cell["id"] == ident)["source"] = text
    path.write_text(json.dumps(document))
    return path.read_bytes()


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """Give a course with one released phase: a text and an answer."""
    (tmp_path / "course.toml").write_text('title = "Go"\n[[phases]]\nslug = "01-locks"\ntitle = "Locks"\nminutes = 5\n')
    course = Course(tmp_path)
    release(course, notebook.markdown_cell("text", "old"), answer("broken"))
    return course


@pytest.fixture
def target(course: Course) -> Path:
    """Give the learner's folder, with the first copies."""
    folder = course.root / "learn"
    learn.copy_for_learner(course, folder)
    return folder


def test_first_copy(course: Course) -> None:
    """The first time, the start page, each released notebook and its files are there; the second time nothing is new."""
    folder = course.root / "learn"
    assert [path.name for path in learn.copy_for_learner(course, folder)] == ["start.ipynb", "01-locks.ipynb"]
    assert sources(folder / "01-locks.ipynb") == {"text": "old", "one--a_go": "broken"}
    assert (folder / "01-locks_files/x.svg").is_file()
    assert learn.copy_for_learner(course, folder) == []


def test_start_page(target: Path) -> None:
    """The start page's first code cell shows the progress, and it links to each phase."""
    cells = notebook.read(target / "start.ipynb").cells
    assert next(cell.text for cell in cells if cell.cell_type == "code") == "%progress"
    assert "- [Locks](01-locks.ipynb), 5 minutes" in cells[-1].text


def test_an_untouched_copy_is_replaced(course: Course, target: Path) -> None:
    """A copy in which no cell was changed becomes the new release, even after its cells ran."""
    document = json.loads((target / "01-locks.ipynb").read_bytes())
    document["cells"][1]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": ["ran"]}]
    (target / "01-locks.ipynb").write_text(json.dumps(document))
    release(course, notebook.markdown_cell("text", "new"), answer("broken"))
    assert [path.name for path in learn.copy_for_learner(course, target)] == ["01-locks.ipynb"]
    assert sources(target / "01-locks.ipynb")["text"] == "new"


def test_work_is_kept(course: Course, target: Path) -> None:
    """A copy that was worked on stays byte for byte; the new release goes beside it and holds the learner's answer."""
    mine = change(target / "01-locks.ipynb", "one--a_go", "mended")
    release(course, notebook.markdown_cell("text", "new"), answer("broken"), notebook.markdown_cell("more", "more"))
    assert [path.name for path in learn.copy_for_learner(course, target)] == ["start.ipynb", "01-locks-2.ipynb"]
    assert (target / "01-locks.ipynb").read_bytes() == mine
    assert sources(target / "01-locks-2.ipynb") == {"text": "new", "one--a_go": "mended", "more": "more"}
    assert "(01-locks-2.ipynb)" in sources(target / "start.ipynb")["how"]
    assert learn.copy_for_learner(course, target) == []


def test_an_answer_that_was_carried_is_work(course: Course, target: Path) -> None:
    """The next release goes beside the second copy as well, with the same answer."""
    change(target / "01-locks.ipynb", "one--a_go", "mended")
    release(course, answer("broken"))
    learn.copy_for_learner(course, target)
    release(course, answer("broken again"))
    assert [path.name for path in learn.copy_for_learner(course, target)] == ["start.ipynb", "01-locks-3.ipynb"]
    assert sources(target / "01-locks-3.ipynb") == {"one--a_go": "mended"}


def test_an_unchanged_answer_is_not_carried(course: Course, target: Path) -> None:
    """A note of the learner's keeps the old copy; an answer they did not change comes from the new release."""
    change(target / "01-locks.ipynb", "text", "my notes")
    release(course, notebook.markdown_cell("text", "new"), answer("broken anew"))
    learn.copy_for_learner(course, target)
    assert sources(target / "01-locks.ipynb")["text"] == "my notes"
    assert sources(target / "01-locks-2.ipynb") == {"text": "new", "one--a_go": "broken anew"}


def test_an_added_cell_is_work(course: Course, target: Path) -> None:
    """A cell of the learner's own keeps the copy from being replaced."""
    document = json.loads((target / "01-locks.ipynb").read_bytes())
    document["cells"].append(notebook.code_cell("mine", "package main"))
    (target / "01-locks.ipynb").write_text(json.dumps(document))
    release(course, answer("new"))
    learn.copy_for_learner(course, target)
    assert "mine" in sources(target / "01-locks.ipynb")
    assert (target / "01-locks-2.ipynb").is_file()


@pytest.mark.parametrize(
    "data", [b"", b"not json", b'{"nbformat": 4}', b'{"nbformat": 4, "metadata": {"goprod": {"shipped": 1}}, "cells": []}']
)
def test_a_file_that_is_not_ours(course: Course, data: bytes) -> None:
    """Whatever stands under a notebook's name and was not copied there by us is left alone."""
    folder = course.root / "learn"
    folder.mkdir()
    (folder / "01-locks.ipynb").write_bytes(data)
    assert [path.name for path in learn.copy_for_learner(course, folder)] == ["start.ipynb", "01-locks-2.ipynb"]
    assert (folder / "01-locks.ipynb").read_bytes() == data


def test_a_crash_keeps_the_copy(course: Course, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the write fails at the last moment, the old copy stands and nothing is left beside it."""
    before = {path.name: path.read_bytes() for path in target.iterdir() if path.is_file()}
    release(course, answer("new"))

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(NotebookError, match="No space left on device"):
        learn.copy_for_learner(course, target)
    assert {path.name: path.read_bytes() for path in target.iterdir() if path.is_file()} == before


def test_nothing_released(tmp_path: Path) -> None:
    """A course that was never built says which command builds it."""
    (tmp_path / "course.toml").write_text('title = "Go"\n[[phases]]\nslug = "01-locks"\ntitle = "Locks"\nminutes = 5\n')
    with pytest.raises(NotebookError, match="Run `goprod build`"):
        learn.copy_for_learner(Course(tmp_path), tmp_path / "learn")
