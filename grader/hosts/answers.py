"""Answer cells and the grade cell: save, check, show the verdict."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from grader.attempt import Attempt
from grader.hosts.screen import Page, Score

if TYPE_CHECKING:
    from grader.course import Exercise
    from grader.hosts.cells import Cell
    from grader.hosts.screen import Screen
    from grader.hosts.session import Session
    from grader.verdict import Verdict


async def run_answer(session: Session, screen: Screen, cell: Cell) -> None:
    """Save an answer cell, check its exercise and show the card.

    Raises UnknownExerciseError, AttemptError or ToolchainError.
    """
    from grader import history
    from grader.hosts.commands import buttons

    exercise = session.exercise(cell.name)
    attempt = Attempt.from_texts(exercise, {**session.texts(exercise), cell.rest: cell.text})
    session.save(exercise, {cell.rest: attempt.files[cell.rest]})
    if screen.cell_id:
        session.cells[screen.cell_id] = (exercise.slug, cell.rest)
    verdict = await session.judge(attempt)
    tried = session.with_store(exercise.course, lambda store: history.of(store, exercise))
    screen.show(dataclasses.replace(_page(session, attempt, verdict), metadata=tried.note() if tried else {}))
    screen.offer_buttons(buttons(session, exercise), f"%hint {exercise.slug}   %reset {exercise.slug}")


async def score(session: Session, slug: str) -> Score:
    """Check an exercise as it was last saved; return its points, 0 to the grade cell's maximum."""
    exercise = session.exercise(slug)
    attempt = Attempt.from_texts(exercise, session.texts(exercise))
    verdict = await session.judge(attempt)
    return Score(points(exercise, verdict), _page(session, attempt, verdict))


def points(exercise: Exercise, verdict: Verdict) -> float:
    """Return the grade cell's maximum times the share of the reachable points that was earned."""
    withheld = exercise.manifest.withheld
    most = exercise.manifest.full + (withheld.points if withheld else 0)
    if verdict.max <= 0:
        return 0.0
    return min(float(most), max(0.0, most * verdict.points / verdict.max))


def _page(session: Session, attempt: Attempt, verdict: Verdict) -> Page:
    from grader import card
    from grader.hosts import pages
    from grader.progress import link

    exercise = attempt.exercise
    following = _following(exercise)
    title, heading = (following.manifest.title, link(following).partition("#")[2]) if following else ("", "")
    page = Page(
        card.verdict_html(verdict, exercise, attempt.files, next_title=title, next_slug=heading),
        card.verdict_text(verdict, exercise, attempt.files, next_title=title, next_slug=heading),
    )
    if not (session.unsaved or verdict.detail.startswith("Not saved")):
        return page
    words = "The file of your answers cannot be written. Free some space, or make its folder writable."
    below = pages.notice("refused", "Not saved.", words)
    return Page(page.html + below.html, f"{page.text}\n{below.text}")


def _following(exercise: Exercise) -> Exercise | None:
    """Return the next exercise of the phase."""
    slugs = exercise.course.slugs(exercise.phase)
    after = slugs[slugs.index(exercise.slug) + 1 :] if exercise.slug in slugs else []
    return exercise.course.exercise(after[0]) if after else None
