"""A cohort's grading when something goes wrong: killed, out of space, damaged, refused. Nothing is lost, nothing counts twice."""

from __future__ import annotations

import contextlib
import csv
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import psutil
import pytest
from nbgrader.api import Gradebook

from grader import notebook
from grader.course import Course
from grader.ledger import open_ledger
from tests.conftest import FILES
from tests.e2e.classroom import GOPROD, NBGRADER, PHASE, ROOT, SLUG, command, released, run

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tests.conftest import MakeExercise

RIGHT, WRONG = FILES["till.go"], FILES["wrong/first-and-last/till.go"]
CLASS = {f"student-{number:02}": f"{WRONG if number % 3 == 0 else RIGHT}\n// {number % 10}\n" for number in range(14)}
"""What each student hands in: ten answers that differ, a third of them wrong."""


def hand_in(root: Path, answers: Mapping[str, str]) -> None:
    """Put notebooks where nbgrader collects them."""
    for student, text in answers.items():
        folder = root / "submitted" / student / PHASE
        folder.mkdir(parents=True, exist_ok=True)
        read = notebook.read(root / "release" / PHASE / f"{PHASE}.ipynb")
        ident = notebook.grade_id(SLUG, "till.go")
        assert any(cell.metadata.nbgrader.grade_id == ident for cell in read.cells)
        made = notebook.code_cell(ident, notebook.answer_cell(SLUG, "till.go", text), nbgrader={"grade_id": ident, "solution": True})
        (folder / f"{PHASE}.ipynb").write_bytes(notebook.dumps(notebook.document([made], PHASE)))


def grades(root: Path) -> list[tuple[str, str, str]]:
    """Grade to the end, and return each student's exercise, points and status."""
    done = run(root, GOPROD, "grade", PHASE, "--csv", "grades.csv")
    assert done.returncode == 0, done.stdout + done.stderr
    with (root / "grades.csv").open() as file:
        return [(row["student"], row["points"], row["status"]) for row in csv.DictReader(file)]


EXPECTED = [(student, "6" if text.startswith(WRONG) else "10", "graded") for student, text in CLASS.items()]


@pytest.fixture(scope="module")
def built(make_exercise: MakeExercise) -> Path:
    """Give a course that is released, with a class that has handed in."""
    root = released(make_exercise).root
    hand_in(root, CLASS)
    return root


@pytest.fixture
def course(built: Path, tmp_path: Path) -> Path:
    """Give a copy of the course, ungraded."""
    root = tmp_path / "course"
    shutil.copytree(built, root)
    return root


def judged(root: Path) -> int:
    """Return how many verdicts the ledger has by now."""
    try:
        with sqlite3.connect(f"file:{root / '.goprod/cohort.sqlite'}?mode=ro", uri=True) as file:
            return int(file.execute("SELECT count(*) FROM verdict").fetchone()[0])
    except sqlite3.OperationalError:
        return 0


def below(process: subprocess.Popen[bytes]) -> Iterator[psutil.Process]:
    """Yield the processes that a grader has started."""
    try:
        yield from psutil.Process(process.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return


def gone(process: psutil.Process) -> bool:
    """Return whether a process has ended within some seconds; who reaps it is not the grader's."""
    for _ in range(500):
        try:
            if process.status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.01)
    return False


def start(root: Path) -> subprocess.Popen[bytes]:
    """Start grading."""
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command(GOPROD, "grade", PHASE), cwd=root, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def test_the_class_is_graded(course: Path) -> None:
    """Undisturbed, every grade is right: what the other tests compare with."""
    assert grades(course) == EXPECTED
    assert judged(course) == len(set(CLASS.values()))


@pytest.mark.parametrize("verdicts", [0, 1, 4])
def test_a_killed_grader_goes_on_where_it_was(course: Path, verdicts: int) -> None:
    """Killed at any moment and started again, the grades are the same, nothing is judged twice, and no process is left."""
    process = start(course)
    while judged(course) < verdicts or not list(below(process)):
        time.sleep(0.01)
    time.sleep(0.03)
    started = list(below(process))
    process.kill()
    process.wait()
    assert all(gone(each) for each in started)
    before = judged(course)
    assert before >= verdicts
    with open_ledger(Course(course))._db as file:
        kept = dict(file.execute("SELECT key, digest FROM verdict").fetchall())
    assert grades(course) == EXPECTED
    with open_ledger(Course(course))._db as file:
        after = dict(file.execute("SELECT key, digest FROM verdict").fetchall())
    assert kept.items() <= after.items()
    assert len(after) == len(set(CLASS.values()))


def test_any_process_may_be_killed(course: Path) -> None:
    """Whatever processes below a grader are killed, one now and then, the class has the same grades in the end."""
    chance = random.Random(5)  # noqa: S311 - which process, not a secret
    process = start(course)
    killed = 0
    while process.poll() is None:
        if judged(course) and (victims := list(below(process))):
            with contextlib.suppress(psutil.NoSuchProcess):
                chance.choice(victims).kill()
                killed += 1
                time.sleep(0.7)  # what was killed runs again, and may end
        time.sleep(0.001)
    assert killed
    assert grades(course) == EXPECTED


def test_a_full_disk(course: Path) -> None:
    """Where the ledger cannot grow the grading stops with a sentence; with room again it ends with the same grades."""
    code = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (90_000, 90_000)); from grader.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "grade", PHASE],
        cwd=course,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert grades(course) == EXPECTED


@pytest.mark.parametrize("times", [1, 200])
def test_a_damaged_ledger(course: Path, times: int) -> None:
    """Verdicts whose bytes were changed are found by their digest and judged again, with the same grades."""
    assert grades(course) == EXPECTED
    with sqlite3.connect(course / ".goprod/cohort.sqlite") as file:
        keys = [key for (key,) in file.execute("SELECT key FROM verdict")][:times]
        for key in keys:
            file.execute(
                "UPDATE verdict SET body = CAST(replace(body, '\"points\":6', '\"points\":9') || ' ' AS BLOB) WHERE key = ?", (key,)
            )
    assert grades(course) == EXPECTED


def test_a_ledger_that_is_none(course: Path) -> None:
    """A file that is no ledger any more is told, with what to do; moved away, the class is graded again."""
    assert grades(course) == EXPECTED
    path = course / ".goprod/cohort.sqlite"
    for name in ("cohort.sqlite-wal", "cohort.sqlite-shm"):
        (path.parent / name).unlink(missing_ok=True)
    path.write_bytes(b"x" * 20_000)
    done = run(course, GOPROD, "grade", PHASE)
    assert done.returncode == 3
    assert "Move the file away: a new one is made." in done.stderr
    path.rename(path.with_suffix(".old"))
    assert grades(course) == EXPECTED


def test_a_clock_that_goes_back(course: Path) -> None:
    """Grades do not depend on the clock: a day back in the midst changes nothing."""
    spot = course / "clock"
    spot.mkdir()
    (spot / "sitecustomize.py").write_text("import time\nnow = time.time\ntime.time = lambda: now() - 86400\n")
    assert grades(course) == EXPECTED
    hand_in(course, {"student-99": RIGHT + "\n// late\n"})
    done = run(course, GOPROD, "grade", PHASE, "--csv", "grades.csv", PYTHONPATH=f"{spot}{os.pathsep}{ROOT}")
    assert done.returncode == 0, done.stderr
    assert ("student-99", "10", "graded") in grades(course)
    assert set(EXPECTED) <= set(grades(course))


def test_permission_denied(course: Path) -> None:
    """A student's folder that cannot be read is told; the others are graded."""
    folder = course / "submitted/student-01" / PHASE / f"{PHASE}.ipynb"
    shutil.chown(course, "nobody")
    for path in course.rglob("*"):
        shutil.chown(path, "nobody")
    folder.chmod(0)
    if os.getuid() == 0:
        folder.unlink()
        folder.symlink_to("/proc/1/root/etc/shadow")
    found = grades(course)
    assert ("student-01", "0", "held") in found
    assert set(EXPECTED) - {("student-01", "10", "graded")} <= set(found)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("grade", "02-errors"), "no phase is called '02-errors'. The phases are 01-basics."),
        (("grade", PHASE, "--course", "/"), "/ is not a course: it has no course.toml."),
        (("regrade", "x"), "no phase is called 'x'"),
        (("review", PHASE, "nobody"), "'nobody' has handed in nothing for 01-basics"),
    ],
)
def test_what_is_not_there(course: Path, arguments: tuple[str, ...], words: str) -> None:
    """An unknown assignment, a folder that is no course, a student who handed in nothing: a sentence and exit 2."""
    done = run(course, GOPROD, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_nothing_handed_in(course: Path) -> None:
    """Without submissions there is a sentence that says what to do."""
    shutil.rmtree(course / "submitted")
    done = run(course, GOPROD, "grade", PHASE)
    assert done.returncode == 2
    assert "Collect them first, or name another assignment." in done.stderr


def test_a_missing_release(course: Path) -> None:
    """Grading needs no release/: what was released is made from the exercises."""
    shutil.rmtree(course / "release")
    assert grades(course) == EXPECTED


def test_a_locked_gradebook(course: Path) -> None:
    """While another program holds the gradebook, nbgrader says so and keeps what it has; our grades do not need it."""
    one = ("--student", "student-01")
    assert run(course, NBGRADER, "autograde", PHASE, *one).returncode == 0
    with sqlite3.connect(course / "gradebook.db", isolation_level=None) as file:
        file.execute("BEGIN EXCLUSIVE")
        assert grades(course) == EXPECTED
        done = run(course, NBGRADER, "autograde", PHASE, *one, "--force")
        assert done.returncode != 0
        assert "database is locked" in done.stdout + done.stderr
        file.execute("ROLLBACK")
    assert run(course, NBGRADER, "autograde", PHASE, *one, "--force").returncode == 0
    assert score(course, "student-01") == 10


def test_a_gradebook_of_an_older_nbgrader(course: Path) -> None:
    """A gradebook that lacks a column of today is told and left as it is; `nbgrader db upgrade` is nbgrader's way on."""
    with sqlite3.connect(course / "gradebook.db") as file:
        file.execute("ALTER TABLE grade DROP COLUMN extra_credit")
    before = (course / "gradebook.db").read_bytes()
    done = run(course, NBGRADER, "autograde", PHASE, "--student", "student-01")
    assert done.returncode != 0
    assert "extra_credit" in done.stdout + done.stderr
    assert grades(course) == EXPECTED
    assert len(before) == len((course / "gradebook.db").read_bytes())


def score(root: Path, student: str) -> float:
    """Return a student's score in the gradebook."""
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        return float(gradebook.find_submission(PHASE, student).score)
