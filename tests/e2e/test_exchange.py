"""A cohort's assignment by nbgrader's exchange or from archives, and nbgrader's own settings beside our grading."""

# mypy: allow-untyped-calls

from __future__ import annotations

import csv
import json
import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from traitlets.config.loader import PyFileConfigLoader

from grader.course import Course
from tests.conftest import HIDDEN
from tests.e2e import classroom
from tests.e2e.classroom import PHASE, SLUG
from tests.e2e.test_grading import EXPECTED, call, formgrader, submissions
from tests.e2e.test_release import runs, tree

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.conftest import MakeExercise

NBGRADER = "nbgrader.apps.nbgraderapp"
LEARNERS = ("visible-only", "twice")
POINTS = {student: EXPECTED[student][0] for student in LEARNERS}
SENT = "2027-01-30 15:00:00 UTC"
NAMED = r".*/extracted/(?P<student_id>[\w-]+)_(?P<timestamp>[\d-]{19})/(?:[^/]+/)?(?P<file_id>[^/]+)$"
"""How a learning platform's archives are named: STUDENT_TIME.zip, with the notebook in a folder or not."""


class Class(NamedTuple):
    """A course and what its learners hand in."""

    root: Path
    books: dict[str, bytes]

    def nbgrader(self, *command: str) -> str:
        """Run a command of nbgrader in the course."""
        return call(self.root, NBGRADER, *command)

    def ours(self) -> dict[str, float | None]:
        """Run `goprod grade`; return each student's points, None where a person decides."""
        call(self.root, "grader.cli", "grade", PHASE, "--csv", "ours.csv")
        with (self.root / "ours.csv").open() as file:
            return {row["student"]: None if row["status"] == "held" else float(row["points"]) for row in csv.DictReader(file)}

    def scores(self, name: str = SLUG) -> dict[str, float | None]:
        """Return each student's automatic score for a cell, by default for our exercise."""
        with self.gradebook() as gradebook:
            submitted = gradebook.assignment_submissions(PHASE)
            return {each.student.id: gradebook.find_grade(name, PHASE, PHASE, each.student.id).auto_score for each in submitted}

    def autograded(self) -> dict[str, float | None]:
        """Autograde each submission as formgrader's button does; return the automatic scores."""
        for student in self.books:
            if self.place("submitted", student).is_dir():
                done = formgrader(self.root, student)
                assert done["success"], done["log"]
        return self.scores()

    def sums(self) -> dict[str, tuple[float, float]]:
        """Return each student's sum and late penalty, as nbgrader's export has them."""
        with self.gradebook() as gradebook:
            return {each.student.id: (each.score, each.late_submission_penalty) for each in gradebook.assignment_submissions(PHASE)}

    def gradebook(self) -> Gradebook:
        """Open the gradebook."""
        return Gradebook(f"sqlite:///{self.root / 'gradebook.db'}")

    def place(self, step: str, student: str) -> Path:
        """Return the folder that nbgrader's settings name, `step` being `submitted`, `release` or the like."""
        config = PyFileConfigLoader("nbgrader_config.py", path=str(self.root)).load_config()
        coursedir = CourseDirectory(config=config)
        return Path(coursedir.format_path(getattr(coursedir, f"{step}_directory"), student, PHASE))

    def hand_in(self, books: Mapping[str, bytes], **sent: str) -> None:
        """Put notebooks where nbgrader collects them, with the times that they were sent at."""
        for student, book in books.items():
            folder = self.place("submitted", student)
            folder.mkdir(parents=True)
            (folder / f"{PHASE}.ipynb").write_bytes(book)
            if student in sent:
                (folder / "timestamp.txt").write_text(sent[student])


@pytest.fixture(scope="module")
def released(make_exercise: MakeExercise) -> Class:
    """Give a course of one exercise, released, that nothing was handed in for."""
    course = classroom.released(make_exercise)
    return Class(course.root, submissions(course.root, classroom.answers(course)))


@pytest.fixture
def set_up(released: Class, tmp_path: Path) -> Callable[[str], Class]:
    """Give the function that gives a course of its own with these lines in nbgrader_config.py."""

    def copy(settings: str) -> Class:
        root = tmp_path / "course"
        shutil.copytree(released.root, root)
        with (root / "nbgrader_config.py").open("a") as file:
            file.write(f"\n{settings}\n")
        return Class(root, released.books)

    return copy


# ---------------------------------------------------------------------- the exchange


class Exchanged(NamedTuple):
    """A cohort's round by the exchange: the class, what `goprod grade` and autograde said, the learners' homes."""

    graded: Class
    ours: dict[str, float | None]
    theirs: dict[str, float | None]
    homes: Path

    def feedback(self, student: str) -> str:
        """Return the feedback that a learner fetched."""
        (page,) = (self.homes / student / PHASE / "feedback").glob(f"*/{PHASE}.html")
        return page.read_text(encoding="utf-8")


def each(do: Callable[[str], object]) -> None:
    """Have each learner do something, two at a time."""
    with ThreadPoolExecutor(2) as both:
        list(both.map(do, LEARNERS))


@pytest.fixture(scope="module")
def exchanged(released: Class, tmp_path_factory: pytest.TempPathFactory) -> Exchanged:
    """Give the round, from nbgrader's release to the feedback that learners fetch."""
    made = tmp_path_factory.mktemp("exchange")
    for name in ("exchange", "homes"):
        (made / name).mkdir()
    (made / "exchange").chmod(0o777)
    shutil.copytree(released.root, made / "course")
    graded = Class(made / "course", released.books)
    settings = f"c.Exchange.root = {str(made / 'exchange')!r}\nc.CourseDirectory.course_id = 'go'\n"
    with (graded.root / "nbgrader_config.py").open("a") as file:
        file.write(settings)
    graded.nbgrader("generate_assignment", PHASE, "--force")
    graded.nbgrader("release_assignment", PHASE)

    def take_part(student: str) -> None:
        home = made / "homes" / student
        home.mkdir()
        (home / "nbgrader_config.py").write_text(f"c = get_config()\n{settings}c.Exchange.cache = {str(home / 'cache')!r}\n")
        call(home, NBGRADER, "fetch_assignment", PHASE)
        assert tree(home / PHASE) == tree(graded.root / "release" / PHASE)
        work_in(home / PHASE, graded.books[student])
        call(home, NBGRADER, "submit", PHASE, f"--student={student}")

    each(take_part)
    graded.nbgrader("collect", PHASE)
    ours = graded.ours()
    graded.nbgrader("autograde", PHASE)
    graded.nbgrader("generate_feedback", PHASE)
    graded.nbgrader("release_feedback", PHASE)
    each(lambda student: call(made / "homes" / student, NBGRADER, "fetch_feedback", PHASE, f"--student={student}"))
    return Exchanged(graded, ours, graded.scores(), made / "homes")


def work_in(folder: Path, book: bytes) -> None:
    """Leave in a folder what a learner's work leaves there: the notebook, JupyterLab's copy of it, the kernel's store."""
    (folder / f"{PHASE}.ipynb").write_bytes(book)
    for name in (f".ipynb_checkpoints/{PHASE}-checkpoint.ipynb", ".goprod/store.db"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(book)


def test_grades_by_the_exchange(exchanged: Exchanged) -> None:
    """What was collected has the grades that it should, by our command and in the gradebook."""
    assert exchanged.ours == POINTS
    assert exchanged.theirs == POINTS


def test_feedback_by_the_exchange(exchanged: Exchanged) -> None:
    """The feedback that a learner fetches is theirs, with our card, and has no hidden test's text."""
    exercise = Course(exchanged.graded.root).exercise(SLUG)
    known = set().union(*(runs(exercise.read(name)) for name in ("till_test.go", "broken/till.go", "till.go")))
    secret = runs(HIDDEN) - known
    assert secret
    for student, word in {"visible-only": "Not yet.", "twice": "Held."}.items():
        page = exchanged.feedback(student)
        plain = unescape(re.sub(r"<style.*?</style>|<[^>]*>", "", page, flags=re.DOTALL))
        assert word in plain, student
        assert 'class="gp ' in page, student
        assert not secret & runs(plain), student
        assert "The long day came out short" not in plain, student
        assert ("TestLongDay" in plain) == (student != "twice"), student


def test_archives_have_the_same_grades(exchanged: Exchanged, set_up: Callable[[str], Class], tmp_path: Path) -> None:
    """Folders that learners packed, dropped as archives, are collected by their names and have the exchange's grades."""
    course = set_up(f"c.FileNameCollectorPlugin.named_regexp = {NAMED!r}")
    archives = course.root / "downloaded" / PHASE / "archive"
    for student in LEARNERS:
        packed = tmp_path / student / PHASE
        shutil.copytree(course.root / "release" / PHASE, packed)
        work_in(packed, course.books[student])
        shutil.make_archive(str(archives / f"{student}_{re.sub(r'[ :]', '-', SENT[:19])}"), "zip", tmp_path / student)
    course.nbgrader("zip_collect", PHASE, "--strict")
    assert {path.name for path in course.place("submitted", "twice").iterdir()} == {f"{PHASE}.ipynb", "timestamp.txt"}
    assert course.ours() == exchanged.ours
    assert course.autograded() == exchanged.theirs


# ---------------------------------------------------------------------- nbgrader's settings

ELSEWHERE = {
    "submitted": "c.CourseDirectory.submitted_directory = 'handed-in'",
    "by-assignment": "c.CourseDirectory.directory_structure = '{nbgrader_step}/{assignment_id}/{student_id}'",
    "assignment-first": "c.CourseDirectory.directory_structure = '{assignment_id}/{nbgrader_step}/{student_id}'",
}
"""Settings under which submissions stand elsewhere, all of which nbgrader supports."""


@pytest.fixture(params=ELSEWHERE)
def elsewhere(request: pytest.FixtureRequest, set_up: Callable[[str], Class]) -> Class:
    """Give a course whose submissions stand elsewhere, with the source and the release where nbgrader then looks for them."""
    course = set_up(ELSEWHERE[request.param])
    for step in ("source", "release"):
        if not course.place(step, ".").is_dir():
            shutil.copytree(course.root / step / PHASE, course.place(step, "."))
    course.hand_in({student: course.books[student] for student in LEARNERS})
    return course


def test_autograde_finds_submissions_elsewhere(elsewhere: Class) -> None:
    """Autograde gives the same grades wherever nbgrader's settings put submissions."""
    assert elsewhere.autograded() == POINTS


def test_our_commands_find_submissions_elsewhere(elsewhere: Class) -> None:
    """`goprod grade` reads submissions where nbgrader's settings put them, and what `goprod review` decides there counts in autograde."""
    assert elsewhere.ours() == POINTS
    call(elsewhere.root, "grader.cli", "review", PHASE, "twice", SLUG, "--points", "7", "--why", "We looked at both.", "--by", "ada")
    assert elsewhere.autograded() == POINTS | {"twice": 7}


@pytest.mark.parametrize(
    "setting", ["release_directory = 'for-learners'", f"directory_structure = {'{assignment_id}/{nbgrader_step}/{student_id}'!r}"]
)
def test_build_writes_where_nbgrader_looks(set_up: Callable[[str], Class], setting: str) -> None:
    """`goprod build` writes the release where nbgrader's settings put it."""
    course = set_up(f"c.CourseDirectory.{setting}")
    call(course.root, "grader.cli", "build", PHASE)
    assert (course.place("release", ".") / f"{PHASE}.ipynb").is_file()


LATE = """\
from nbgrader.plugins import LateSubmissionPlugin


class HalfAPointAnHour(LateSubmissionPlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return total_seconds_late / 3600 / 2


c.AssignLatePenalties.plugin_class = HalfAPointAnHour
"""


def test_late_penalty(set_up: Callable[[str], Class]) -> None:
    """Who is late has our score minus the instructor's penalty; no penalty takes what is held below 0."""
    course = set_up(LATE)
    with course.gradebook() as gradebook:
        gradebook.update_or_create_assignment(PHASE, duedate="2027-01-30 12:00:00 UTC")
    course.hand_in({student: course.books[student] for student in ("accepted", *LEARNERS)}, **dict.fromkeys(LEARNERS, SENT))
    assert course.autograded() == {"accepted": 10, **POINTS}
    assert course.sums() == {"accepted": (10, 0), "visible-only": (6, 1.5), "twice": (0, 0)}


def with_question(course: Class) -> dict[str, bytes]:
    """Add to source/ what an instructor grades by hand, a question and a task; return what learners then hand in."""
    source = course.root / "source" / PHASE / f"{PHASE}.ipynb"
    book = json.loads(source.read_bytes())
    about = {"schema_version": 3, "grade_id": "why", "grade": True, "solution": True, "locked": False, "task": False, "points": 5}
    task = about | {"grade_id": "draw", "grade": False, "solution": False, "locked": True, "task": True, "points": 2}
    for text, each in (("Say why.", about), ("Draw it.", task)):
        book["cells"].append({"cell_type": "markdown", "id": each["grade_id"], "metadata": {"nbgrader": each}, "source": [text]})
    source.write_text(json.dumps(book))
    course.nbgrader("generate_assignment", PHASE, "--force")
    found = {}
    questions = json.loads((course.root / "release" / PHASE / f"{PHASE}.ipynb").read_bytes())["cells"][-2:]
    for student in ("accepted", *LEARNERS):
        book = json.loads(course.books[student])
        book["cells"] += [cell | {"source": [f"Because I am {student}."]} if cell["id"] == "why" else cell for cell in questions]
        found[student] = json.dumps(book).encode()
    return found | {"truncated": found["accepted"][:-200]}


def test_what_a_person_grades_beside_ours(set_up: Callable[[str], Class]) -> None:
    """A question and a task of the instructor's own wait for them; their scores and extra credit stay, and add up with ours."""
    course = set_up("")
    books = with_question(course)
    ours = {"accepted": 10, "visible-only": 6}
    course.hand_in({student: books[student] for student in ours})
    assert course.ours() == ours
    assert course.autograded() == ours
    with course.gradebook() as gradebook:
        for student in ours:
            grade = {name: gradebook.find_grade(name, PHASE, PHASE, student) for name in (SLUG, "why", "draw")}
            assert {name: each.needs_manual_grade for name, each in grade.items()} == {SLUG: False, "why": True, "draw": True}
            assert (grade["why"].auto_score, grade["draw"].auto_score) == (None, None)
            grade["why"].manual_score, grade["draw"].manual_score, grade[SLUG].extra_credit = 4, 2, 1
        gradebook.db.commit()
    assert course.autograded() == ours
    assert course.sums() == {"accepted": (17, 0), "visible-only": (13, 0)}


def test_a_question_in_a_submission_that_is_held(set_up: Callable[[str], Class]) -> None:
    """Where an answer of ours is held, the answer to an instructor's own question is there to grade, and never 0 by itself."""
    course = set_up("")
    books = with_question(course)
    course.hand_in({student: books[student] for student in ("twice", "truncated")})
    assert course.autograded() == {"twice": None, "truncated": None}
    assert course.scores("why") == {"twice": None, "truncated": None}
    assert "Because I am twice." in (course.place("autograded", "twice") / f"{PHASE}.ipynb").read_text()
