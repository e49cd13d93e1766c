"""nbgrader's autograde with our verdicts: two of its steps, and its reading of notebooks, that execute nothing.

Whatever is not as it has to be has no score, and a person is asked to look: never points.
"""
# mypy: disable-error-code="misc, no-untyped-call"

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbformat.v4 import new_output
from nbgrader import utils
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor, SaveAutoGrades
from sqlalchemy.exc import SQLAlchemyError

from grader import notebook, review, submission
from grader.attempt import Attempt
from grader.cohort import Grade, Judge
from grader.course import Course
from grader.errors import CourseError, GoprodError, StoreError
from grader.hosts import feedback
from grader.hosts.screen import Score
from grader.ledger import open_ledger

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterable, Mapping

    from nbformat import NotebookNode
    from nbgrader.coursedir import CourseDirectory

    from grader.course import Exercise, Phase
    from grader.submission import Submission

_UNREAD = "Held: this answer could not be read from the notebook that was handed in."

_OURS = "goprod"
"""Where the grades of a notebook are in nbconvert's resources, between the two steps."""


class RepairedNotebook(NotebookExporter):
    """In place of nbgrader's reading: of a submission that is held, or that nbgrader cannot go through, the released notebook.

    The answers that can be read are put into it. nbgrader would keep the last grade and write no feedback.
    """

    def from_filename(self, filename: str, resources: dict[str, Any] | None = None, **options: Any) -> tuple[NotebookNode, dict[str, Any]]:  # noqa: ANN401
        """Read a notebook and take nbgrader's steps over it."""
        about, coursedir = (resources or {}).get("nbgrader", {}), _coursedir(self)
        if Path(filename).absolute().parent != _folder(coursedir, coursedir.submitted_directory, about):
            return self._as_it_is(filename, resources, options)
        released = _folder(coursedir, coursedir.release_directory, about, student=".") / Path(filename).name
        submitted = _submitted(coursedir, about)
        try:
            if submitted is None or not submitted.held or not released.is_file():
                return self._as_it_is(filename, resources, options)
        except SQLAlchemyError:
            raise
        except Exception as error:
            if submitted is None or not released.is_file():
                raise
            self.log.warning("%s is read into the released notebook: %s", filename, error)
        book = _filled(released, submitted, Path(filename))
        read: tuple[NotebookNode, dict[str, Any]] = self.from_notebook_node(book, resources=resources, **options)
        return read

    def _as_it_is(self, filename: str, resources: dict[str, Any] | None, options: Mapping[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        read: tuple[NotebookNode, dict[str, Any]] = super().from_filename(filename, resources=resources, **options)
        return read


class ReadVerdicts(NbGraderPreprocessor):
    """In place of Execute: each grade cell gets the verdict on what was submitted, and no cell runs."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Show each exercise's verdict in its grade cell."""
        about, coursedir = resources["nbgrader"], _coursedir(self.parent)
        graded = _grade(coursedir, about)
        course = Course(Path(coursedir.root)) if graded else None
        if not graded:
            self.log.error("%s has no scores: no phase is called so, or the course is not sound (see `goprod verify`).", about["notebook"])
        for cell in nb.cells:
            if utils.is_grade(cell) and cell.cell_type == "code":
                slug = cell.metadata.nbgrader.grade_id
                cell.outputs = []
                if course and slug in graded:
                    graded[slug], score = _shown(graded[slug], course)
                    cell.outputs = [new_output("execute_result", score._repr_mimebundle_())]
        for slug, each in graded.items():
            if each.waits:
                self.log.warning("%s, %s: %s: %s", about["student"], slug, each.status, each.reason)
        resources[_OURS] = graded
        return nb, resources


class SaveVerdicts(SaveAutoGrades):
    """In place of SaveAutoGrades: scores and comments are the verdicts', whatever the cells show."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Write a notebook's scores and comments into the gradebook."""
        about = resources["nbgrader"]
        self.notebook_id, self.assignment_id, self.student_id = about["notebook"], about["assignment"], about["student"]
        self.gradebook = Gradebook(about["db_url"])
        graded: dict[str, Grade] = resources.get(_OURS) or {}
        with self.gradebook:
            submitted = self.gradebook.find_submission_notebook(self.notebook_id, self.assignment_id, self.student_id)
            for grade in submitted.grades:
                self._save(grade, graded.get(grade.name))
            nb, resources = NbGraderPreprocessor.preprocess(self, nb, resources)
            comments = {comment.name: comment for comment in submitted.comments}
            for slug, each in graded.items():
                if cells := sorted(name for name in comments if name.startswith(notebook.grade_id(slug, ""))):
                    comments[cells[0]].auto_comment = feedback.comment(each)
            self.gradebook.db.commit()
        return nb, resources

    def _save(self, grade: Any, graded: Grade | None) -> None:  # noqa: ANN401 - nbgrader has no types
        """Write a score: none where the gradebook has other points for the exercise than the course."""
        fits = graded is not None and grade.max_score == graded.max
        if graded and not fits:
            self.log.error(
                "%s has %g points in the gradebook, and %d in the course. Build it again.", grade.name, grade.max_score, graded.max
            )
        grade.auto_score = float(graded.points) if graded and fits and not graded.waits else None
        grade.needs_manual_grade = grade.auto_score is None or grade.manual_score is not None

    def _add_score(self, cell: NotebookNode, resources: dict[str, Any]) -> None:
        """Leave to nbgrader what a person grades. It would read points from the outputs of any other cell."""
        graded: dict[str, Grade] = resources.get(_OURS) or {}
        if cell.metadata.nbgrader.grade_id not in graded and (utils.is_solution(cell) or cell.cell_type != "code"):
            super()._add_score(cell, resources)


def _coursedir(exporter: Any) -> CourseDirectory:  # noqa: ANN401 - traitlets has no type for a parent
    return exporter.parent.coursedir


def _folder(coursedir: CourseDirectory, step: str, about: Mapping[str, str], *, student: str = "") -> Path:
    return Path(coursedir.format_path(step, student or about["student"], about["assignment"])).absolute()


def _phase(coursedir: CourseDirectory, about: Mapping[str, str]) -> tuple[Course, Phase]:
    """Return the course, and the phase that the notebook is of. Raises CourseError."""
    course = Course(Path(coursedir.root))
    for phase in course.phases:
        if phase.slug == about["assignment"] == about["notebook"]:
            return course, phase
    raise CourseError(f"{about['assignment']}/{about['notebook']}.ipynb is of no phase of this course.")


def _submitted(coursedir: CourseDirectory, about: Mapping[str, str]) -> Submission | None:
    """Return what was submitted, with what people decided on it; None if the notebook is of no phase of the course."""
    try:
        course, phase = _phase(coursedir, about)
        read = submission.read(course, phase, about["student"], _folder(coursedir, coursedir.submitted_directory, about))
        exercises = course.exercises(phase)
    except GoprodError:
        return None
    try:
        with contextlib.closing(open_ledger(course)) as ledger:
            return review.decided(read, ledger.decisions(phase.slug), exercises)
    except StoreError:  # whoever grades it meets the same
        return read


def _filled(released: Path, submitted: Submission, handed_in: Path) -> NotebookNode:
    """Return the released notebook with the answers that could be read, an instructor's own questions' too.

    What could not be read says so in its cell, where a person who grades would take the code from the incident for an answer.
    """
    book: NotebookNode = nbformat.read(released, as_version=4)
    texts = _answered(handed_in)
    for slug, answer in submitted.answers.items():
        if isinstance(answer, Attempt):
            texts |= {notebook.grade_id(slug, file): text for file, text in answer.files.items()}
        else:
            texts = {ident: text for ident, text in texts.items() if not ident.startswith(notebook.grade_id(slug, ""))}
    for cell in book.cells:
        if utils.is_solution(cell):
            unread = _UNREAD if cell.cell_type == "markdown" else f"// {_UNREAD}"
            cell.source = texts.get(cell.metadata.nbgrader.grade_id, unread)
    return book


def _answered(handed_in: Path) -> dict[str, str]:
    """Return the texts of a submitted notebook's cells by grade id, as far as it can be read and an id is there once."""
    try:
        cells = notebook.read(submission.notebook_of(handed_in.parent, handed_in.stem)).cells
    except GoprodError:
        return {}
    counts = Counter(cell.metadata.nbgrader.grade_id for cell in cells)
    return {ident: cell.text for cell in cells if counts[ident := cell.metadata.nbgrader.grade_id] == 1 and ident}


def _grade(coursedir: CourseDirectory, about: Mapping[str, str]) -> dict[str, Grade]:
    """Return what a submission has for each exercise, by slug; nothing if the notebook is of no phase of the course."""
    submitted = _submitted(coursedir, about)
    if submitted is None:
        return {}
    course, phase = _phase(coursedir, about)
    exercises = course.exercises(phase)
    try:
        return _run(_judged(course, exercises, submitted))
    except Exception as error:  # noqa: BLE001 - nbgrader would stop here, and keep the last grade
        return {each.slug: Grade(submitted.student, each.slug, 0, each.manifest.full, "infra", str(error)) for each in exercises}


def _shown(grade: Grade, course: Course) -> tuple[Grade, Score]:
    """Return a grade and what its cell shows; a grade that cannot be shown is none. Whoever reads it from there reads 0 for none."""
    try:
        return grade, Score(float(grade.points), feedback.page(course.exercise(grade.exercise), grade))
    except Exception as error:  # noqa: BLE001 - nbgrader would stop here, and keep the last grade
        grade = dataclasses.replace(grade, points=0, status="infra", reason=f"The verdict cannot be shown: {error}")
        return grade, Score(0.0, feedback.ungraded(grade.status, grade.reason))


def _run(judging: Coroutine[Any, Any, dict[str, Grade]]) -> dict[str, Grade]:
    """Run to the end, in a thread of its own if this one has a loop that runs: formgrader's server has."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(judging)
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, judging).result()


async def _judged(course: Course, exercises: Iterable[Exercise], submitted: Submission) -> dict[str, Grade]:
    """Take the verdicts from the cohort's ledger, and judge what is not there."""
    with contextlib.closing(open_ledger(course)) as ledger:
        judge = await Judge.of(course, ledger)
        return {each.slug: await judge.grade(submitted.student, each, submitted.answer(each.slug)) for each in exercises}
