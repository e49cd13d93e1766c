"""What a cohort's learner is told of a grade: visible tests in full, hidden ones by their names and points alone."""

from __future__ import annotations

import copy
import dataclasses
from html import escape
from typing import TYPE_CHECKING

import msgspec

from grader import pack
from grader.card import compose, html, rows, text
from grader.card.model import SHAPES, Card, Paragraph, Rows
from grader.card.prose import code, count, inline
from grader.hosts import pages
from grader.hosts.screen import Page
from grader.verdict import overall, score

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from grader.card.model import Row
    from grader.cohort import Grade, GradeStatus
    from grader.course import Exercise
    from grader.verdict import TestResult, Verdict


def page(exercise: Exercise, grade: Grade) -> Page:
    """Return the card that a grade cell shows. Raises ManifestError."""
    if grade.status == "graded" and grade.attempt and grade.verdict:
        return graded(exercise, grade.verdict, grade.attempt.files)
    if grade.status == "graded":
        points = f"{grade.points} of {count(grade.max, 'point')}"
        return pages.notice("pass" if grade.points == grade.max else "half", "Your instructor set the points.", points, grade.reason)
    return ungraded(grade.status, grade.reason)


def comment(grade: Grade) -> str:
    """Return what an answer cell's comment says of its grade, as Markdown."""
    if grade.status == "graded" and grade.verdict:
        return breakdown(grade.verdict)
    said = f"{grade.points} of {count(grade.max, 'point')}" if grade.status == "graded" else grade.status.replace("-", " ")
    return escape(f"{said}{f': {grade.reason}' if grade.reason else ''}", quote=False)


def graded(exercise: Exercise, verdict: Verdict, files: Mapping[str, str]) -> Page:
    """Return the card of a verdict on all tests; `files` is the attempt's text by file name. Raises ManifestError."""
    shown, hidden = _parted(verdict.tests)
    points = f"{verdict.points} of {count(verdict.max, 'point')}"
    if verdict.tests and all(test.status == "pass" for test in shown):
        good = sum(test.status == "pass" for test in verdict.tests)
        word, fact = ("Passed:", "") if verdict.passed else ("Not yet.", " passed")
        fact = f"{good} of {count(len(verdict.tests), 'test')}{fact}."
        listing = Rows(tuple(map(_by_name, sorted(verdict.tests, key=lambda test: test.status == "pass"))))
        card = Card("pass" if verdict.passed else "half", f"Result of {verdict.slug}", word, inline(fact), (), points, (listing,))
    else:
        as_packed = _as_packed(exercise)
        card = compose.verdict_card(_visible(verdict, exercise, as_packed, shown), as_packed, files)
        more = (Paragraph(inline("Hidden tests:"), "label"), Rows(tuple(map(_by_name, hidden)))) if hidden else ()
        card = dataclasses.replace(card, points=points, blocks=card.blocks + more)
    return Page(html.render(card), text.render(card))


def ungraded(status: GradeStatus, reason: str) -> Page:
    """Return the card of what has no verdict that counts, and why."""
    if status == "not-attempted":
        return pages.notice("not-attempted", "Not attempted.", "The cell still holds the code from the incident.")
    if status == "held":
        return pages.notice("invalid", "Held.", reason, "Your instructor decides; until then it has no grade.")
    return pages.notice("infra", compose.WORDS["infra"], reason, "It has no grade; your instructor runs it again.")


def breakdown(verdict: Verdict) -> str:
    """Return the points by test as a list in Markdown, or what kept the tests from running."""
    head = f"{verdict.points} of {count(verdict.max, 'point')}"
    if not verdict.tests:
        return f"{compose.WORDS[verdict.status]} {head}"
    return "\n".join([head, "", *map(_line, verdict.tests)])


def _line(test: TestResult) -> str:
    worth = f", {test.points} of {test.max}" if test.max else f", \u2212{-test.points}" if test.points else ""
    return f"- `{test.name}`{'' if test.visible else ' (hidden)'}: {test.status}{worth}"


def _parted(tests: Sequence[TestResult]) -> tuple[tuple[TestResult, ...], tuple[TestResult, ...]]:
    return tuple(test for test in tests if test.visible), tuple(test for test in tests if not test.visible)


def _by_name(test: TestResult) -> Row:
    return dataclasses.replace(rows.passed(test), shape=SHAPES[test.status], title=inline(code(test.name)))


def _as_packed(exercise: Exercise) -> Exercise:
    """Return the exercise as a pack has it: without the hidden tests, the solution and what only hidden tests tell."""
    course = copy.copy(exercise.course)
    course.pack = True
    return dataclasses.replace(exercise, course=course, manifest=pack.released(exercise))


def _visible(verdict: Verdict, exercise: Exercise, as_packed: Exercise, shown: tuple[TestResult, ...]) -> Verdict:
    """Return the verdict as the visible tests alone would give it."""
    known = verdict.wrong is not None and verdict.wrong.name in as_packed.manifest.wrong
    errors = tuple(error for error in verdict.errors if error.file not in exercise.manifest.hidden)
    verdict = msgspec.structs.replace(verdict, tests=shown, errors=errors, wrong=verdict.wrong if known else None)
    if not shown:
        return verdict
    points, most = score(shown)
    return msgspec.structs.replace(verdict, status=overall(shown), points=points, max=most)
