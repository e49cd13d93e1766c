"""A cohort's assignment graded by nbgrader's own commands, with our verdicts."""

# mypy: allow-untyped-calls

from __future__ import annotations

import asyncio
import csv
import json
import os
import re
import shutil
from html import unescape
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from traitlets.config.loader import PyFileConfigLoader

from grader.course import Course
from grader.notebook import answer_cell, code_cell, lines
from tests.conftest import HIDDEN, sum_go
from tests.e2e.classroom import PHASE, ROOT, SLUG, answers, released, run
from tests.e2e.test_release import edit, runs

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import MakeExercise

ANSWER = f"{SLUG}--till_go"
SPY = """\
import os, sys
def spy(event, args):
    if event == "subprocess.Popen":
        with open(os.environ["SPY"], "a") as file:
            print(args[0], args[1], file=file)
sys.addaudithook(spy)
"""
EXPECTED: dict[str, tuple[float | None, str]] = {
    "accepted": (10, "10 of 10 points"),
    "python": (10, "10 of 10 points"),
    "visible-only": (6, "`TestLongDay` (hidden): fail, 0 of 4"),
    "wrong": (3, "`TestQuietDay`: panic, −3"),
    "no-build": (0, "Doesn’t compile. 0 of 10 points"),
    "untouched": (0, "not attempted"),
    "truncated": (None, "is cut off"),
    "twice": (None, "till.go is there 2 times"),
    "linked": (None, "is a link"),
    "byte-order-mark": (10, "10 of 10 points"),
    "old-schema": (10, "10 of 10 points"),
    "no-grade-cell": (10, "10 of 10 points"),
}
"""Each student's score, None where a person decides, and what the comment says."""


class Graded(NamedTuple):
    """A graded class: the course, and the commands that grading started."""

    root: Path
    spied: Path

    def grades(self) -> dict[str, tuple[float | None, bool, float]]:
        """Return each student's automatic score, whether a person is asked, and the score that counts."""
        with self.gradebook() as gradebook:
            found = {student: gradebook.find_grade(SLUG, PHASE, PHASE, student) for student in EXPECTED}
            return {student: (grade.auto_score, grade.needs_manual_grade, grade.score) for student, grade in found.items()}

    def gradebook(self) -> Gradebook:
        """Open the gradebook."""
        return Gradebook(f"sqlite:///{self.root / 'gradebook.db'}")

    def feedback(self, student: str) -> str:
        """Return the feedback's HTML."""
        return (self.root / "feedback" / student / PHASE / f"{PHASE}.html").read_text(encoding="utf-8")


def call(root: Path, module: str, *command: str) -> str:
    """Run a program's command in the course, and note what it starts."""
    (root / "spy").mkdir(exist_ok=True)
    (root / "spy/sitecustomize.py").write_text(SPY)
    spied = {"PYTHONPATH": f"{root / 'spy'}{os.pathsep}{ROOT}", "SPY": str(root / "spy/started"), "JUPYTER_CONFIG_DIR": str(root / "spy")}
    done = run(root, module, *command, **spied)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def submissions(root: Path, texts: dict[str, str]) -> dict[str, bytes]:
    """Return what each student hands in."""
    handed_out = (root / "release" / PHASE / f"{PHASE}.ipynb").read_bytes()

    def book(text: str | None = None) -> Any:  # noqa: ANN401 - JSON
        made = json.loads(handed_out)
        for cell in made["cells"]:
            if text and cell["metadata"].get("nbgrader", {}).get("grade_id") == ANSWER:
                cell["source"] = lines(answer_cell(SLUG, "till.go", text))
        return made

    right = book(texts["backwards"])
    touches = ["!touch executed", "%%python\nopen('executed', 'w')", "%%bash\ntouch executed", "open('executed', 'w')"]
    touches += ["get_ipython().input_transformers_cleanup.append(lambda lines: open('executed', 'w') and lines)"]
    python = book(texts["recursion"])
    python["cells"] = [code_cell(f"touch-{number}", text) for number, text in enumerate(touches)] + python["cells"]
    twice = book(texts["backwards"])
    twice["cells"].append(next(cell for cell in book()["cells"] if cell["metadata"].get("nbgrader", {}).get("grade_id") == ANSWER))
    twice["cells"][-1]["id"] = "again"
    old = book(texts["backwards"])
    for cell in old["cells"]:
        cell["metadata"].get("nbgrader", {}).pop("schema_version", None)
    bare = book(texts["backwards"])
    bare["cells"] = [cell for cell in bare["cells"] if cell["metadata"].get("nbgrader", {}).get("grade_id") != SLUG]
    made = {
        "accepted": right,
        "python": python,
        "visible-only": book(texts["first-and-last"]),
        "wrong": book(texts["first-two"]),
        "no-build": book(sum_go("return sale")),
        "untouched": book(),
        "twice": twice,
        "old-schema": old,
        "no-grade-cell": bare,
    }
    found = {student: json.dumps(each).encode() for student, each in made.items()}
    return found | {"truncated": found["accepted"][:-200], "byte-order-mark": b"\xef\xbb\xbf" + found["accepted"]}


def handed_in(course: Course) -> None:
    """Put submissions where nbgrader collects them."""
    for student, data in submissions(course.root, answers(course)).items():
        folder = course.root / "submitted" / student / PHASE
        folder.mkdir(parents=True)
        (folder / f"{PHASE}.ipynb").write_bytes(data)
    (course.root / "submitted/linked" / PHASE).mkdir(parents=True)
    (course.root / "submitted/linked" / PHASE / f"{PHASE}.ipynb").symlink_to(course.root / "submitted/accepted" / PHASE / f"{PHASE}.ipynb")


@pytest.fixture(scope="module")
def course(make_exercise: MakeExercise) -> Course:
    """Give a course of one exercise whose submissions are collected."""
    course = released(make_exercise)
    handed_in(course)
    return course


@pytest.fixture(scope="module")
def ungraded(course: Course, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a copy of the course before it is graded."""
    root = tmp_path_factory.mktemp("ungraded") / "course"
    shutil.copytree(course.root, root, symlinks=True)
    return root


@pytest.fixture(scope="module")
def graded(course: Course, ungraded: Path) -> Graded:
    """Give the course, graded with our command and then with nbgrader's."""
    assert ungraded.is_dir()
    call(course.root, "grader.cli", "grade", PHASE, "--csv", "ours.csv")
    spied = course.root / "spy/started"
    spied.unlink(missing_ok=True)
    call(course.root, "nbgrader.apps.nbgraderapp", "autograde", PHASE)
    call(course.root, "nbgrader.apps.nbgraderapp", "generate_feedback", PHASE)
    call(course.root, "nbgrader.apps.nbgraderapp", "export")
    return Graded(course.root, spied)


def test_every_grade_is_right(graded: Graded) -> None:
    """Each score is the verdict's, as in our CSV; what is held has none, asks for a person, and counts as 0 in the export."""
    assert graded.grades() == {student: (points, points is None, points or 0) for student, (points, _) in EXPECTED.items()}
    with (graded.root / "ours.csv").open() as file:
        ours = {row["student"]: None if row["status"] == "held" else float(row["points"]) for row in csv.DictReader(file)}
    assert ours == {student: points for student, (points, _) in EXPECTED.items()}
    with (graded.root / "grades.csv").open() as file:
        theirs = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert theirs == {student: points or 0 for student, (points, _) in EXPECTED.items()}


def test_comments(graded: Graded) -> None:
    """The answer cell's comment has each test's points, or says what is held and why, or that nothing was tried."""
    with graded.gradebook() as gradebook:
        for student, (points, said) in EXPECTED.items():
            comment = gradebook.find_comment(ANSWER, PHASE, PHASE, student).auto_comment
            assert said in comment, student
            assert comment.startswith("held: ") == (points is None), student


def test_nothing_is_executed(graded: Graded) -> None:
    """No cell of a notebook has run, and no kernel was started."""
    assert [path for path in graded.root.rglob("executed") if path.name == "executed"] == []
    started = graded.spied.read_text() if graded.spied.exists() else ""
    assert "kernel" not in started.lower()


def test_feedback(graded: Graded) -> None:
    """Each student's feedback has the card and names hidden tests at most; held is said, and nobody sees another's answer."""
    words = {"accepted": "Passed:", "visible-only": "Not yet.", "wrong": "Crashed.", "no-build": "Doesn’t compile."}
    words |= {"untouched": "Not attempted.", "truncated": "Held.", "twice": "Held.", "linked": "Held."}
    exercise = Course(graded.root).exercise(SLUG)
    shown = set().union(*(runs(exercise.read(name)) for name in ("till_test.go", "broken/till.go", "till.go")))
    secret = runs(HIDDEN) - shown
    assert secret
    for student in EXPECTED:
        page = graded.feedback(student)
        assert words.get(student, "Passed:") in page, student
        plain = unescape(re.sub(r"<[^>]*>", "", page))
        assert not secret & runs(plain), student
        assert "10 came in" not in plain, student
        assert "The long day came out short" not in plain, student
    assert "len(sales) - 1" not in unescape(re.sub(r"<[^>]*>", "", graded.feedback("linked")))


def test_without_our_command_first(graded: Graded, ungraded: Path) -> None:
    """Autograde alone judges what is not judged, and gives the same grades and comments."""
    call(ungraded, "nbgrader.apps.nbgraderapp", "autograde", PHASE)
    alone = Graded(ungraded, ungraded)
    assert alone.grades() == graded.grades()
    with alone.gradebook() as mine, graded.gradebook() as theirs:
        for student in EXPECTED:
            one, other = (gradebook.find_comment(ANSWER, PHASE, PHASE, student).auto_comment for gradebook in (mine, theirs))
            assert one == other


def formgrader(root: Path, student: str) -> dict[str, Any]:
    """Do what formgrader's button does: autograde one student, in a server's loop; return its success and log."""
    config = PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config()

    async def click() -> dict[str, Any]:
        done: dict[str, Any] = NbGraderAPI(CourseDirectory(config=config), config=config).autograde(PHASE, student)
        return done

    return asyncio.run(click())


def test_what_a_person_gave_stays(ungraded: Path) -> None:
    """A manual score, extra credit and a manual comment are there after formgrader's button, which judges what has no verdict."""
    graded = Graded(ungraded, ungraded)
    shutil.rmtree(ungraded / ".goprod")
    with graded.gradebook() as gradebook:
        for student, score in (("truncated", 7.0), ("wrong", 5.0)):
            grade = gradebook.find_grade(SLUG, PHASE, PHASE, student)
            grade.manual_score, grade.extra_credit, grade.needs_manual_grade = score, 1.0, False
            gradebook.find_comment(ANSWER, PHASE, PHASE, student).manual_comment = "Seen."
        gradebook.db.commit()
    for student in ("truncated", "wrong", "accepted"):
        done = formgrader(ungraded, student)
        assert done["success"], done
    grades = graded.grades()
    assert grades["truncated"] == (None, True, 8.0)
    assert grades["wrong"] == (3.0, True, 6.0)
    assert grades["accepted"] == (10.0, False, 10.0)
    with graded.gradebook() as gradebook:
        assert gradebook.find_comment(ANSWER, PHASE, PHASE, "wrong").comment == "Seen."


def test_other_points_in_the_gradebook(ungraded: Path) -> None:
    """Where the course has other points for an exercise than the gradebook, there is no score, and the log says what to do."""
    manifest = ungraded / "phases" / PHASE / SLUG / "exercise.toml"
    edit(manifest, "TestTwoSales = { points = 6 }", "TestTwoSales = { points = 8 }")
    done = formgrader(ungraded, "accepted")
    edit(manifest, "TestTwoSales = { points = 8 }", "TestTwoSales = { points = 6 }")
    assert "takings has 10 points in the gradebook, and 12 in the course. Build it again." in done["log"]
    assert Graded(ungraded, ungraded).grades()["accepted"][:2] == (None, True)


def test_no_sandbox_is_no_grade(ungraded: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing can be judged, there is no score, and the comment says that it is not the learner's fault."""
    monkeypatch.setenv("GOPROD_RUNG", "none-such")
    assert formgrader(ungraded, "wrong")["success"]
    graded = Graded(ungraded, ungraded)
    assert graded.grades()["wrong"][:2] == (None, True)
    with graded.gradebook() as gradebook:
        assert "infra: There is no sandbox" in gradebook.find_comment(ANSWER, PHASE, PHASE, "wrong").auto_comment


def test_a_fault_of_ours_is_no_grade(ungraded: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a verdict cannot be shown, there is no score, and the last one does not stay."""
    monkeypatch.setattr("grader.hosts.feedback.graded", lambda *_: 1 / 0)
    graded = Graded(ungraded, ungraded)
    assert graded.grades()["byte-order-mark"][0] == 10
    assert formgrader(ungraded, "byte-order-mark")["success"]
    assert graded.grades()["byte-order-mark"][:2] == (None, True)
    with graded.gradebook() as gradebook:
        assert "infra: The verdict cannot be shown" in gradebook.find_comment(ANSWER, PHASE, PHASE, "byte-order-mark").auto_comment
