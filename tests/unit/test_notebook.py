"""Notebooks: the cells that are written, and the answers that are read back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from grader import assignment, notebook
from grader.attempt import Attempt
from grader.course import Course
from grader.errors import AttemptError, NotebookError

if TYPE_CHECKING:
    from pathlib import Path

    from grader.course import Exercise

MANIFEST = """\
title = "Two tills"
minutes = 10
package = "tills"
answer = ["tills.go", "tills.yaml"]
given = ["clock.go"]
visible = ["tills_test.go"]
imports = ["sync"]
[tests]
TestOne = { points = 7 }
TestTwo = { cost = 2 }
[broken]
fails = { TestOne = "fail" }
"""
FILES = {
    "lesson.md": "# Tills\n\n```{code-cell} go\npackage main\n\nfunc main() {}\n```\n\n```{exercise} two-tills\n```\n\nMore.\n",
    "two-tills/exercise.toml": MANIFEST,
    "two-tills/clock.go": "package tills\n\n// `now` is ```fenced```\n",
    "two-tills/tills_test.go": "package tills_test\n\nfunc TestOne(t *testing.T) {\n}\n\nfunc TestTwo(t *testing.T) {\n}\n",
    "two-tills/broken/tills.go": "package tills\n\nvar x = 1\n",
    "two-tills/broken/tills.yaml": "a: 1\n",
}


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """Give a course of one phase with one exercise of two answer files."""
    (tmp_path / "course.toml").write_text('title = "T"\n[[phases]]\nslug = "01-tills"\ntitle = "Tills"\nminutes = 5\n')
    (tmp_path / "go.mod").write_text("module example.com/t\n")
    for name, text in FILES.items():
        path = tmp_path / "phases/01-tills" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return Course(tmp_path)


@pytest.fixture
def exercise(course: Course) -> Exercise:
    """Give the exercise of that course."""
    return course.exercise("two-tills")


def built(course: Course) -> dict[str, Any]:
    """Return the notebook of the course's phase."""
    data = assignment.files(course, course.phases[0])["01-tills.ipynb"]
    found: dict[str, Any] = json.loads(data)
    return found


def saved(folder: Path, document: object) -> Path:
    """Save a notebook as a learner would hand it in."""
    path = folder / "handed-in.ipynb"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def cell(document: dict[str, Any], ident: str) -> dict[str, Any]:
    """Return the cell with this id."""
    found: dict[str, Any] = next(each for each in document["cells"] if each["id"] == ident)
    return found


def test_cells_of_a_phase(course: Course) -> None:
    """An exercise is a task, the folded given files, a cell for each answer file, and a grade cell."""
    ids = [each["id"] for each in built(course)["cells"]]
    assert ids == [
        "tills",
        "tills-example",
        "two-tills--task",
        "two-tills--given",
        "two-tills--tills_go",
        "two-tills--tills_yaml",
        "two-tills--check",
        "tills-2",
    ]


def test_answer_cells(course: Course) -> None:
    """An answer cell starts with the mark of its file, in the file's comment sign, and a blank line."""
    document = built(course)
    assert "".join(cell(document, "two-tills--tills_go")["source"]) == "// two-tills/tills.go\n\npackage tills\n\nvar x = 1"
    assert "".join(cell(document, "two-tills--tills_yaml")["source"]) == "# two-tills/tills.yaml\n\na: 1"


def test_metadata_for_nbgrader(course: Course) -> None:
    """Answer cells are solutions without points; the grade cell is locked and has the points of all tests."""
    document = built(course)
    common = {"schema_version": 3, "task": False}
    assert cell(document, "two-tills--tills_go")["metadata"] == {
        "nbgrader": common | {"grade_id": "two-tills--tills_go", "solution": True, "grade": False, "locked": False},
        "tags": ["nbval-skip"],
    }
    grade = cell(document, "two-tills--check")
    assert "".join(grade["source"]) == "%check two-tills"
    assert grade["metadata"]["nbgrader"] == common | {
        "grade_id": "two-tills",
        "solution": False,
        "grade": True,
        "locked": True,
        "points": 7,
    }
    assert cell(document, "tills-example")["metadata"] == {"tags": ["example"]}


def test_a_fence_that_holds_backticks(course: Course) -> None:
    """A given file is folded in a fence that is longer than any run of backticks in it."""
    text = "".join(cell(built(course), "two-tills--given")["source"])
    assert "````go\npackage tills\n\n// `now` is ```fenced```\n````" in text


def test_a_valid_go_notebook(course: Course) -> None:
    """The notebook is valid for nbformat, written as nbformat writes it, and says that it is Go."""
    data = assignment.files(course, course.phases[0])["01-tills.ipynb"].decode()
    document = nbformat.reads(data, as_version=4)  # type: ignore[no-untyped-call]
    nbformat.validate(document)
    assert nbformat.writes(document) + "\n" == data  # type: ignore[no-untyped-call]
    assert document.metadata.kernelspec == {"name": "goprod", "display_name": "Go (goprod)", "language": "go"}
    assert document.metadata.language_info.name == "go"
    assert document.metadata.goprod == {"phase": "01-tills", "version": 1}


def test_same_bytes(course: Course) -> None:
    """Building twice gives the same bytes, and CRLF in the sources changes none."""
    first = assignment.files(course, course.phases[0])
    for name in FILES:
        path = course.root / "phases/01-tills" / name
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    again = Course(course.root)
    assert assignment.files(again, again.phases[0]) == first


def test_grade_ids_that_collide(course: Course) -> None:
    """Two answer files that would share a grade id are an error."""
    manifest = course.root / "phases/01-tills/two-tills/exercise.toml"
    manifest.write_text(MANIFEST.replace("tills.yaml", "tills_go"))
    (manifest.parent / "broken/tills_go").write_text("x\n")
    with pytest.raises(NotebookError, match=r"two answer files have the grade id 'two-tills--tills_go'"):
        built(course)


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("a.go", "// s/a.go"),
        ("q.sql", "-- s/q.sql"),
        ("Dockerfile", "# s/Dockerfile"),
        ("Makefile", "# s/Makefile"),
        ("go.mod", "// s/go.mod"),
    ],
)
def test_first_lines(file: str, line: str) -> None:
    """The mark of a file is a comment in its language."""
    assert notebook.first_line("s", file) == line


def test_answers_come_back(course: Course, exercise: Exercise, tmp_path: Path) -> None:
    """What was written is read back by file, with the first line and an end of line."""
    found = notebook.answers(saved(tmp_path, built(course)), exercise)
    assert found == {"tills.go": "// two-tills/tills.go\n\npackage tills\n\nvar x = 1\n", "tills.yaml": "# two-tills/tills.yaml\n\na: 1\n"}


def test_answers_are_normalised(course: Course, exercise: Exercise, tmp_path: Path) -> None:
    """CRLF and a byte order mark go; a source that is one string is read as well; nothing else changes."""
    document = built(course)
    cell(document, "two-tills--tills_go")["source"] = "\ufeffpackage tills\r\n\tvar é = 1\r\n"
    cell(document, "two-tills--tills_yaml")["source"] = ""
    assert notebook.answers(saved(tmp_path, document), exercise) == {"tills.go": "package tills\n\tvar é = 1\n", "tills.yaml": ""}


def test_a_duplicate(course: Course, exercise: Exercise, tmp_path: Path) -> None:
    """A cell that is there twice is harmless with one text, and an error with two."""
    document = built(course)
    twin = json.loads(json.dumps(cell(document, "two-tills--tills_go")))
    document["cells"].append(twin)
    assert "tills.go" in notebook.answers(saved(tmp_path, document), exercise)
    twin["source"] = ["other"]
    with pytest.raises(NotebookError, match=r"two-tills/tills.go is there 2 times, with different texts"):
        notebook.answers(saved(tmp_path, document), exercise)


def test_a_missing_cell(course: Course, exercise: Exercise, tmp_path: Path) -> None:
    """A deleted answer cell is an error that names the file and the id."""
    document = built(course)
    document["cells"].remove(cell(document, "two-tills--tills_go"))
    with pytest.raises(NotebookError, match=r"cell of two-tills/tills.go is missing.*'two-tills--tills_go'"):
        notebook.answers(saved(tmp_path, document), exercise)


def test_a_retyped_cell(course: Course, exercise: Exercise, tmp_path: Path) -> None:
    """An answer cell that became Markdown is an error."""
    document = built(course)
    cell(document, "two-tills--tills_go")["cell_type"] = "markdown"
    with pytest.raises(NotebookError, match="no longer a code cell"):
        notebook.answers(saved(tmp_path, document), exercise)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b"print('hello')", "is not JSON"),
        (b'{"cells": [{"cell_type": "code"', "is cut off"),
        (b'{"nbformat": 4, "cells": [\xff\xfe]}', "is not JSON"),
        (b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": "\\ud800", "metadata": {}}]}', "is not JSON"),
        (b"[" * 1_000_000, "is not JSON|is JSON, but not a notebook|is cut off"),
        (b'{"nbformat": 4, "x": ' + b"[" * 1_000_000 + b"]" * 1_000_000 + b"}", "is not JSON"),
        (b"[]", "is JSON, but not a notebook"),
        (b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": 5, "metadata": {}}]}', "is JSON, but not a notebook"),
        (b'{"nbformat": 3, "worksheets": []}', "has notebook format 3, not 4"),
    ],
)
def test_what_is_no_notebook(exercise: Exercise, tmp_path: Path, data: bytes, words: str) -> None:
    """A file that is no notebook is an error that says how."""
    path = tmp_path / "bad.ipynb"
    path.write_bytes(data)
    with pytest.raises(NotebookError, match=words):
        notebook.answers(path, exercise)


def test_what_is_no_file(exercise: Exercise, tmp_path: Path) -> None:
    """A missing file, a folder and a file that is too large are errors; the last is not read."""
    with pytest.raises(NotebookError, match="is missing"):
        notebook.answers(tmp_path / "gone.ipynb", exercise)
    with pytest.raises(NotebookError, match="is not a file"):
        notebook.answers(tmp_path, exercise)
    with (tmp_path / "big.ipynb").open("wb") as file:
        file.truncate(notebook.LARGEST + 1)
    with pytest.raises(NotebookError, match="larger than 20 MiB"):
        notebook.answers(tmp_path / "big.ipynb", exercise)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """Return a real notebook in which a value was replaced by any other, and which may be cut or have a byte changed."""
    document: Any = json.loads(WHOLE)
    place, keys = document, list[Any]()
    while isinstance(place, dict | list) and place and (not keys or draw(st.booleans())):
        keys.append(draw(st.sampled_from(list(place) if isinstance(place, dict) else range(len(place)))))
        place = place[keys[-1]]
    holder = document
    for key in keys[:-1]:
        holder = holder[key]
    holder[keys[-1]] = draw(JSON | st.just("code") | st.just(10**4000))
    data = bytearray(json.dumps(document).encode())
    if draw(st.booleans()):
        at = draw(st.integers(0, len(data) - 1))
        data[at:] = draw(st.binary(max_size=4)) + (data[at + 1 :] if draw(st.booleans()) else b"")
    return bytes(data)


WHOLE = notebook.dumps(
    notebook.document(
        [
            notebook.markdown_cell("lesson", "# Tills"),
            notebook.code_cell(
                "a", "// two-tills/tills.go\n\npackage tills\n", nbgrader={"grade_id": "two-tills--tills_go", "solution": True}
            ),
            notebook.code_cell("b", "# two-tills/tills.yaml\n\na: 1\n", nbgrader={"grade_id": "two-tills--tills_yaml", "solution": True}),
        ],
        "01-tills",
    )
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=damaged() | st.binary())
@example(data=b"[" * 100_000)
@example(data=b'{"nbformat": 4, "cells": ' + b'{"a":' * 100_000)
@example(data=b'{"nbformat": ' + b"9" * 5000 + b"}")
def test_any_bytes_are_a_notebook_or_told(exercise: Exercise, tmp_path: Path, data: bytes) -> None:
    """Whatever a file holds, reading the answers gives texts of the answer files, or an error for a person."""
    path = tmp_path / "any.ipynb"
    path.write_bytes(data)
    try:
        attempt = Attempt.from_texts(exercise, notebook.answers(path, exercise))
    except (NotebookError, AttemptError):
        return
    assert list(attempt.files) == list(exercise.manifest.answer)
    assert all(isinstance(text, str) and text.strip() for text in attempt.files.values())
