"""The skeleton of a new exercise."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from grader import skeleton
from grader.contract import verify
from grader.course import Course
from grader.errors import CourseError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from grader.course import Exercise


@pytest.mark.parametrize("place", ["01-basics/lost-update", "1/lost-update", "Basics/lost-update"])
def test_a_skeleton_is_an_exercise(exercise: Exercise, place: str) -> None:
    """What is written loads as an exercise of the phase, whose tests import it under its own path."""
    folder = skeleton.write(exercise.course, place)
    new = exercise.course.exercise("lost-update")
    assert new.folder == folder
    assert new.phase == exercise.phase
    for name in new.test_files:
        assert f'"{new.import_path}"' in new.read(name)
        assert "IMPORT_PATH" not in new.read(name)


def test_every_gap_is_named(exercise: Exercise) -> None:
    """Verify names each gap with its file and line, and what to write there, and runs nothing yet."""
    folder = skeleton.write(exercise.course, "01-basics/lost-update")
    proof = asyncio.run(verify(exercise.course.exercise("lost-update")))
    marks = [path for path in folder.rglob("*") if path.is_file() for line in path.read_text().splitlines() if "SKELETON:" in line]
    assert len(proof.problems) == len(marks)
    assert len(marks) > 10
    assert "exercise.toml:1: to write: the heading a learner sees, a scene rather than a rule" in proof.problems
    assert {problem.partition(":")[0] for problem in proof.problems} >= {"counter.go", "broken/counter.go", "wrong/first/counter.go"}
    assert proof.verdicts == {}


def test_the_module_of_another_course(tmp_path: Path) -> None:
    """In a course with another module, helpers are imported from there."""
    (tmp_path / "course.toml").write_text('title = "Go"\n[[phases]]\nslug = "01-a"\ntitle = "A"\nminutes = 5\n')
    (tmp_path / "go.mod").write_text("module goprod.example/course2\n")
    folder = skeleton.write(Course(tmp_path), "01-a/x")
    text = (folder / "hidden_test.go").read_text()
    assert '"goprod.example/course2/internal/settle"' in text
    assert '"goprod.example/course2/phases/01-a/x"' in text


@pytest.mark.parametrize(
    "place", ["", "x", "/", "01-basics", "01-basics/", "01-basics/Lost", "01-basics/a b", "01-basics/../x", "01-basics/a/b", "1/ü"]
)
def test_a_place_that_is_none(exercise: Exercise, place: str) -> None:
    """A place that is not PHASE/SLUG is told with an example, and nothing is written."""
    with pytest.raises(UsageError, match=r"is not PHASE/SLUG\. A slug is lower-case words with hyphens, such as"):
        skeleton.write(exercise.course, place)
    assert exercise.course.slugs() == ["takings"]


def test_a_place_that_is_taken(exercise: Exercise) -> None:
    """An exercise that is there is not overwritten, and neither is a folder that is no exercise."""
    with pytest.raises(UsageError, match=r"takings is there already\. Choose another slug\."):
        skeleton.write(exercise.course, "01-basics/takings")
    (exercise.folder.parent / "notes").mkdir()
    with pytest.raises(UsageError, match=r"notes is there already\."):
        skeleton.write(exercise.course, "01-basics/notes")


def test_an_unknown_phase(exercise: Exercise) -> None:
    """An unknown phase is told with those that there are."""
    with pytest.raises(CourseError, match=r"no phase is called '02-more'\. The phases are 01-basics\."):
        skeleton.write(exercise.course, "02-more/x")


def test_a_course_that_cannot_be_written(tmp_path: Path) -> None:
    """Where the folder cannot be made, that is told with what to do."""
    (tmp_path / "course.toml").write_text('title = "Go"\n[[phases]]\nslug = "01-a"\ntitle = "A"\nminutes = 5\n')
    (tmp_path / "go.mod").write_text("module example.com/x\n")
    (tmp_path / "phases").touch()
    with pytest.raises(UsageError, match=r"01-a/x cannot be written: .* Make the course's folder writable, or free some space\."):
        skeleton.write(Course(tmp_path), "01-a/x")
