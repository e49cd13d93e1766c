"""The grades of whole classes: those of the manifests, whatever else the machine does."""

from __future__ import annotations

import contextlib
import csv
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from grader.course import Course
from tests.classes import Size, hand_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.classes import Class

COURSE = Path(__file__).resolve().parents[2] / "course"
PHASE = "03-concurrency"
HEAD = ("student", "exercise", "points", "max", "status")
CLASS = Size(students=200, distinct=240, twins=80, untouched=40, harmless=48, doubtful=24)
SMALL = Size(students=16, distinct=48, twins=16, untouched=8, harmless=4, doubtful=4)


def classroom(folder: Path, size: Size, seed: int) -> tuple[Path, Class]:
    """Copy the course, let a class hand in, and return the copy's root and the class."""
    kept = ("learn", "source", "submitted", "autograded", "feedback", ".goprod", "gradebook.db*")
    root = Path(shutil.copytree(COURSE, folder / "course", ignore=shutil.ignore_patterns(*kept)))
    course = Course(root)
    return root, hand_in(course, course.phase(PHASE), size, seed)


def grades(root: Path, jobs: int) -> list[tuple[str, ...]]:
    """Grade with an empty ledger; return the rows of the CSV."""
    shutil.rmtree(root / ".goprod", ignore_errors=True)
    command = [str(Path(sys.executable).parent / "goprod"), "grade", PHASE, "-j", str(jobs), "--csv", "grades.csv"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    with (root / "grades.csv").open(newline="", encoding="utf-8") as file:
        return [tuple(row) for row in csv.reader(file)]


def wrong(found: list[tuple[str, ...]], made: Class) -> list[tuple[str, ...]]:
    """Return the rows that are not in the truth, then those that are missing."""
    assert len(set(found)) == len(found)
    return [*sorted(set(found) - set(made.rows)), *sorted(set(made.rows) - set(found))]


@contextlib.contextmanager
def busy_processors() -> Iterator[None]:
    """Keep every processor busy with something else."""
    burners = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(os.cpu_count() or 1)]
    try:
        yield
    finally:
        for burner in burners:
            burner.kill()
            burner.wait()


def test_every_grade_of_a_class(tmp_path: Path) -> None:
    """Each of the 1,600 grades of 200 students is the one that the manifests give; the CSV has five columns and a row for each grade."""
    root, made = classroom(tmp_path, CLASS, seed=1)
    head, *rows = grades(root, jobs=2)
    assert head == HEAD
    assert len(rows) == 200 * 8
    assert wrong(rows, made) == []


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Class, bytes]:
    """Give a small class, and its table of grades that one job makes."""
    root, made = classroom(tmp_path_factory.mktemp("small"), SMALL, seed=2)
    _, *rows = grades(root, jobs=1)
    assert wrong(rows, made) == []
    return root, made, (root / "grades.csv").read_bytes()


def test_more_jobs_than_processors(small: tuple[Path, Class, bytes]) -> None:
    """Four jobs make the table that one job makes, byte for byte."""
    root, made, alone = small
    _, *rows = grades(root, jobs=4)
    assert wrong(rows, made) == []
    assert (root / "grades.csv").read_bytes() == alone


def test_busy_processors(small: tuple[Path, Class, bytes]) -> None:
    """A process on each processor that never rests changes no grade: the table is the same, byte for byte."""
    root, made, alone = small
    with busy_processors():
        _, *rows = grades(root, jobs=2)
    assert wrong(rows, made) == []
    assert (root / "grades.csv").read_bytes() == alone
