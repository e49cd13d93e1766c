"""Where submissions stand: nbgrader's directory structure, as an instructor may have changed it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from grader.course import Course
from grader.errors import CourseError
from grader.hosts.layouts import layout_of
from grader.layout import Layout

if TYPE_CHECKING:
    from pathlib import Path

    from grader.course import Exercise

ANOTHER = "{assignment_id}/{nbgrader_step}/by-{student_id}"


@pytest.mark.parametrize(
    ("layout", "place"),
    [
        (Layout(), "submitted/ada/01-basics"),
        (Layout(submitted="in"), "in/ada/01-basics"),
        (Layout(ANOTHER), "01-basics/submitted/by-ada"),
        (Layout("{nbgrader_step}/{assignment_id}/{student_id}"), "submitted/01-basics/ada"),
    ],
)
def test_students(tmp_path: Path, layout: Layout, place: str) -> None:
    """Each student's folder is found by the structure, and is where nbgrader would put it."""
    assert list(layout.students(tmp_path, "01-basics")) == []
    for student in ("bo", "ada"):
        (tmp_path / place.replace("ada", student)).mkdir(parents=True)
    (tmp_path / "other").mkdir()
    found = list(layout.students(tmp_path, "01-basics"))
    assert found == [(student, tmp_path / place.replace("ada", student)) for student in ("ada", "bo")]
    assert layout.folder(tmp_path, "ada", "01-basics") == tmp_path / place


def test_what_the_settings_say(exercise: Exercise) -> None:
    """The layout is read from nbgrader_config.py, whatever else stands there; without the file it is nbgrader's own."""
    course = Course(exercise.course.root)
    assert layout_of(course) == Layout()
    text = f"c = get_config()\nc.CourseDirectory.directory_structure = {ANOTHER!r}\nc.Exchange.root = '/x'\n"
    (course.root / "nbgrader_config.py").write_text(text)
    assert layout_of(course) == Layout(ANOTHER)
    (course.root / "nbgrader_config.py").write_text("c.CourseDirectory.submitted_directory = 'in'\n")
    assert layout_of(course) == Layout(submitted="in")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("c.CourseDirectory.directory_structure = '{nbgrader_step}/{student_id}'", "lacks {assignment_id}"),
        ("import none_such", "ModuleNotFoundError: No module named 'none_such'"),
        ("c.CourseDirectory =", "SyntaxError"),
    ],
)
def test_settings_that_cannot_be(exercise: Exercise, text: str, words: str) -> None:
    """A file that cannot be read, or a structure that nbgrader itself could not use, is told with its place."""
    (exercise.course.root / "nbgrader_config.py").write_text(text + "\n")
    with pytest.raises(CourseError) as told:
        layout_of(exercise.course)
    assert words in str(told.value)
    assert str(exercise.course.root / "nbgrader_config.py") in str(told.value)
