"""Measures how a cohort is graded: beside nbgrader alone with plain `go test` on the same answers, and as the cohort grows.

Run with `make bench`; `--large` adds 5,000 submissions. Exits 1 if a limit is broken.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from grader import toolchain
from tests.bench.baseline import Baseline
from tests.bench.bench import ROOT, Row, copy_of, show
from tests.bench.timed import Timed, timed
from tests.classes import Class, Size, hand_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from grader.course import Course

PHASE = "03-concurrency"
NOTEBOOKS = 50
SAMPLE = 6
"""Notebooks of the baseline that are timed, evenly chosen; their time is scaled to all."""

RIGHT = 0.75
"""The share of answers handed in that are right, as classes have it after their tries; `go test` takes longest for these."""

GRADE = ("goprod", "grade", PHASE, "-j", "2")
AUTOGRADE = ("nbgrader", "autograde", PHASE)

# Edits of the same five variants of each exercise at every size: an answer takes as long to judge in each.
SMALL, MIDDLE, LARGE = (Size(students, distinct, variants=5) for students, distinct in ((50, 40), (150, 120), (500, 400)))
HUGE = Size(5000, 300, untouched=2000)
MEMORY = 1536  # MB


def run(course: Course, program: str, *arguments: str) -> Timed:
    """Run a command of the environment in a course."""
    programs = Path(sys.executable).parent
    env = toolchain.find().env | {"PATH": os.pathsep.join([str(programs), os.environ["PATH"]])}
    return timed([str(programs / program), *arguments], course.root, env)


def classroom(folder: Path) -> Course:
    """Copy the course, build its assignment, and prepare Go's archives, as an instructor has done by then."""
    course = copy_of(ROOT / "course", folder)
    for left in ("gradebook.db", ".goprod", "submitted", "autograded", "feedback"):
        path = course.root / left
        path.unlink() if path.is_file() else shutil.rmtree(path, ignore_errors=True)
    for command in ("build", "warm"):
        run(course, "goprod", command)
    return course


def handed_in(folder: Path, size: Size) -> tuple[Course, Class]:
    """Return a course into which a class has handed in."""
    course = classroom(folder)
    return course, hand_in(course, course.phase(PHASE), size, seed=3)


def beside_nbgrader(folder: Path, size: Size, limit: float, again: float = 0) -> list[Row]:
    """Grade a class of 50 with ours, and in the same minutes a sample of it with nbgrader alone.

    `again` is the limit for grading once more with nothing changed, 0 for not to measure it.
    """
    course, made = handed_in(folder, size)
    baseline = Baseline(course, course.phase(PHASE), folder)
    students = list(made.answers)
    sample = [students[number * NOTEBOOKS // SAMPLE] for number in range(SAMPLE)]
    before = baseline.seconds(made, sample[: SAMPLE // 2])
    grade, autograde = run(course, *GRADE).seconds, run(course, *AUTOGRADE).seconds
    after = baseline.seconds(made, sample[SAMPLE // 2 :])
    plain = (before[0] + after[0]) / SAMPLE * NOTEBOOKS + (before[1] + after[1]) / 2
    both = f"nbgrader with go test {plain:.0f} s ({SAMPLE} of {NOTEBOOKS} timed)"
    what = f"{NOTEBOOKS} notebooks, {size.distinct} answers differ"
    rows = [Row(what, plain / (grade + autograde), limit, "×", f"{both}, goprod grade {grade:.0f} s and autograde {autograde:.0f} s", True)]
    if again:
        unchanged = run(course, *GRADE).seconds
        rows.append(Row("the same, graded again unchanged", plain / unchanged, again, "×", f"{both}, goprod grade {unchanged:.2f} s", True))
    return rows


def graded(folder: Path, size: Size) -> Timed:
    """Grade a class from an empty ledger."""
    course, _ = handed_in(folder, size)
    return run(course, *GRADE)


def growing(folder: Path, progress: Callable[[str], None]) -> list[Row]:
    """Grade ever larger classes, the smallest once more at the end; compare the time for each answer that differs."""
    found: list[tuple[Size, Timed]] = []
    for number, size in enumerate((SMALL, MIDDLE, LARGE, SMALL)):
        progress(f"{size.students} submissions")
        found.append((size, graded(folder / str(number), size)))
    first, last = found[0][1], found[3][1]
    small, least = (both / 2 / SMALL.distinct for both in (first.seconds + last.seconds, first.processors + last.processors))
    rows = []
    for size, took in found[1:3]:
        each, used = took.seconds / size.distinct, took.processors / size.distinct
        detail = f"{each:.3f} s an answer ({used:.3f} s of processors), {small:.3f} s ({least:.3f} s) of {SMALL.students} submissions"
        rows.append(Row(f"an answer of {size.students} submissions, {size.distinct} differ", each / small, 1.25, "×", detail))
    return rows + [weight(*each) for each in found[:3]]


def pace(size: Size, took: Timed) -> str:
    """Say how many notebooks are graded a minute."""
    return f"{size.students * 60 / took.seconds:.0f} notebooks a minute"


def weight(size: Size, took: Timed) -> Row:
    """Return the peak memory of grading a class."""
    detail = f"goprod grade and all that it starts, {took.seconds:.0f} s, {pace(size, took)}"
    return Row(f"peak memory, {size.students} submissions, {size.distinct} differ", took.peak / 2**20, MEMORY, "MB", detail)


def measure(progress: Callable[[str], None], *, large: bool) -> list[Row]:
    """Take every measurement."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        progress(f"{NOTEBOOKS} notebooks, all answers differ")
        rows = beside_nbgrader(folder / "all", Size(NOTEBOOKS, 400, right=RIGHT), 6, again=200)
        progress(f"{NOTEBOOKS} notebooks of a natural class")
        rows += beside_nbgrader(folder / "natural", Size(NOTEBOOKS, 75, untouched=24, right=RIGHT), 20)
        rows += growing(folder, progress)
        if large:
            progress(f"{HUGE.students} submissions")
            rows.append(weight(HUGE, graded(folder / "huge", HUGE)))
    return rows


def main() -> None:
    """Measure and print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--large", action="store_true", help=f"Grade {HUGE.students:,} submissions as well.")
    chosen = options.parse_args()
    with Console(stderr=True).status("") as status:
        rows = measure(status.update, large=chosen.large)
    sys.exit(show(rows))


if __name__ == "__main__":
    main()
