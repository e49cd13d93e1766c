"""How a verdict looks, in HTML and in text: a neutral card, made by pure functions, and two renderers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.card import cohort, compose, html, pages, solution, text
from grader.card.pages import ExerciseRow, PhaseRow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from grader.card.model import Shape
    from grader.course import Course, Exercise, Phase
    from grader.report import Report
    from grader.verdict import Status, Verdict

__all__ = [
    "ExerciseRow",
    "PhaseRow",
    "cohort_html",
    "cohort_text",
    "hints_html",
    "hints_text",
    "map_html",
    "map_text",
    "notice_html",
    "notice_text",
    "phase_html",
    "phase_text",
    "solution_html",
    "solution_text",
    "verdict_html",
    "verdict_text",
]


def verdict_html(verdict: Verdict, exercise: Exercise, files: Mapping[str, str], *, next_title: str = "", next_slug: str = "") -> str:
    """Return a verdict as HTML.

    `files` is the attempt's text by file name; the verdict's line numbers are theirs.
    `next_title` and `next_slug` name the exercise that follows, for a pass.
    """
    return html.render(compose.verdict_card(verdict, exercise, files, next_title, next_slug))


def verdict_text(verdict: Verdict, exercise: Exercise, files: Mapping[str, str], *, next_title: str = "", next_slug: str = "") -> str:
    """Return a verdict as text; the arguments are those of `verdict_html`."""
    return text.render(compose.verdict_card(verdict, exercise, files, next_title, next_slug))


def hints_html(exercise: Exercise, opened: int) -> str:
    """Return the exercise's hints as HTML, the first `opened` of them open, the others folded."""
    return html.render(pages.hints_card(exercise, opened))


def hints_text(exercise: Exercise, opened: int) -> str:
    """Return the first `opened` hints as text, and how to open the next."""
    return text.render(pages.hints_card(exercise, opened))


def solution_html(exercise: Exercise) -> str:
    """Return the solution, the other right answers and the known wrong fixes as HTML."""
    return html.render(solution.solution_card(exercise))


def solution_text(exercise: Exercise) -> str:
    """Return the solution, the other right answers and the known wrong fixes as text."""
    return text.render(solution.solution_card(exercise))


def phase_html(phase: Phase, rows: Sequence[ExerciseRow]) -> str:
    """Return a phase's exercises and how far they are done as HTML."""
    return html.render(pages.phase_card(phase, rows))


def phase_text(phase: Phase, rows: Sequence[ExerciseRow]) -> str:
    """Return a phase's exercises and how far they are done as text."""
    return text.render(pages.phase_card(phase, rows))


def map_html(course: Course, rows: Sequence[PhaseRow]) -> str:
    """Return the course map as HTML."""
    return html.render(pages.map_card(course, rows))


def map_text(course: Course, rows: Sequence[PhaseRow]) -> str:
    """Return the course map as text."""
    return text.render(pages.map_card(course, rows))


def cohort_html(report: Report, at: datetime | None = None) -> str:
    """Return a cohort's report as HTML; `at` is when its numbers were read."""
    return html.render(cohort.cohort_card(report, at))


def cohort_text(report: Report, at: datetime | None = None) -> str:
    """Return a cohort's report as text; the arguments are those of `cohort_html`."""
    return text.render(cohort.cohort_card(report, at))


def notice_html(status: Shape | Status, word: str, fact: str, next: str = "", detail: str = "") -> str:  # noqa: A002
    """Return a one-off message as HTML: `status` gives its shape and colour, backticks mark code."""
    return html.render(pages.notice_card(status, word, fact, next, detail))


def notice_text(status: Shape | Status, word: str, fact: str, next: str = "", detail: str = "") -> str:  # noqa: A002
    """Return a one-off message as text."""
    return text.render(pages.notice_card(status, word, fact, next, detail))
