"""A learner's session: the course, the store, the exercise at hand."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from grader.course import Course
from grader.errors import StoreError, UsageError
from grader.hosts import faults
from grader.store import Store, open_store

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TypeVar

    from grader.attempt import Attempt
    from grader.course import Exercise
    from grader.verdict import Verdict

    T = TypeVar("T")

BEFORE_RESET = "~before-reset"
"""The slot of a learner's files as they were before a reset; no slug has a tilde."""


class Session:
    """What the commands of a notebook share."""

    def __init__(self) -> None:
        """Begin with nothing open: the course is looked for when it is needed."""
        self._disk: Store | None = None
        self._memory = Store(None)
        self._last = ""
        self.unsaved = False
        """Whether the last text that was run could not be saved."""
        self.cells: dict[str, tuple[str, str]] = {}
        """The exercise and file of each answer cell that was run, by the front end's name of the cell."""

    @property
    def course(self) -> Course:
        """The course at or above the notebook's folder. Raises CourseError."""
        course = Course.find(Path.cwd())
        faults.log_to(course.state)
        return course

    def exercise(self, slug: str) -> Exercise:
        """Return an exercise, the last one run if `slug` is empty.

        Raises UnknownExerciseError, or UsageError if none was run.
        """
        course = self.course
        slug = slug or self._last or self.with_store(course, lambda store: store.last_slug()) or ""
        if not slug:
            raise UsageError("Which exercise? Name it, `%hint some-exercise`, or run its cell first.")
        exercise = course.exercise(slug)
        self._last = slug
        return exercise

    def with_store(self, course: Course, use: Callable[[Store], T]) -> T:
        """Return what `use` makes of the store; where the disk cannot serve, memory does."""
        try:
            return use(self._open(course))
        except StoreError:
            return use(self._memory)

    async def judge(self, attempt: Attempt) -> Verdict:
        """Check an attempt. Raises ToolchainError."""
        from grader.check import check

        try:
            return await check(attempt, store=self._open(attempt.exercise.course))
        except StoreError:
            return await check(attempt, store=self._memory)

    def texts(self, exercise: Exercise, slot: str = "") -> dict[str, str]:
        """Return the learner's answer files, as far as they were run; with `slot`, another copy of them."""
        key = exercise.slug + slot
        try:
            kept = self._open(exercise.course).answers(key)
        except StoreError:
            kept = {}
        return {name: text for name, text in {**kept, **self._memory.answers(key)}.items() if name in exercise.manifest.answer}

    def save(self, exercise: Exercise, texts: Mapping[str, str], slot: str = "") -> None:
        """Keep answer files; where the disk cannot, until the kernel ends."""
        key = exercise.slug + slot
        try:
            self._open(exercise.course).save_answers(key, texts)
        except StoreError as error:
            self._memory.save_answers(key, texts)
            self.unsaved = True
            faults.record(error)
        else:
            self._memory.forget_answers(key)
            self.unsaved = False

    def _open(self, course: Course) -> Store:
        """Return the store of a course. Raises StoreError."""
        if self._disk is None or self._disk.path is None or self._disk.path.parent != course.state:
            self._disk = open_store(course.state)
        return self._disk
