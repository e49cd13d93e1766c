"""Pages beside verdicts: hints, a phase, the course map, a notice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from grader.card.clean import clean, shorten
from grader.card.model import SHAPES, SIGNS, Block, Card, Entry, Folded, Map, Paragraph, Shape, Span, Text
from grader.card.prose import count, inline
from grader.card.solution import RELEASED_LATER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.course import Course, Exercise, Phase
    from grader.verdict import Status

State = Literal["done", "started", "new"]

_LADDER = ("where to look", "the idea", "the plan")
_SHAPE: dict[State, Shape] = {"done": "pass", "started": "half", "new": "none"}
_BAR: dict[State, Literal["done", "half", "not"]] = {"done": "done", "started": "half", "new": "not"}


@dataclass(frozen=True)
class ExerciseRow:
    """An exercise on the page of its phase: `points` earned of `max`, `minutes` it takes, and its link."""

    slug: str
    title: str
    minutes: int
    state: State
    points: int
    max: int
    href: str = ""


@dataclass(frozen=True)
class PhaseRow:
    """A phase on the course map: how many of its exercises are done, and its link."""

    slug: str
    title: str
    state: State
    done: int
    exercises: int
    href: str = ""


def phase_card(phase: Phase, rows: Sequence[ExerciseRow]) -> Card:
    """Return the page of a phase: how far it is done, what is next."""
    done = [row for row in rows if row.state == "done"]
    left = sum(row.minutes for row in rows if row.state != "done")
    about = max(5, round(left / 5) * 5)
    fact = f"{len(done)} of {count(len(rows), 'exercise')} done{f', about {about} min left' if left else ''}."
    following = _following(rows)
    step: Text = inline("Go on with the next phase.") if rows else ()
    if following:
        step = (Span("Next: "), Span(following.title, href=following.href or f"#{following.slug}"))
        step += (Span(", started"),) if following.state == "started" else ()
    entries = []
    for number, row in enumerate(rows, 1):
        started = f"started, {row.points} of {count(row.max, 'point')}" if row.state == "started" else ""
        side = f"done, {row.minutes} min" if row.state == "done" else f"{row.minutes} min"
        title = (Span(row.title, href=row.href or f"#{row.slug}"),)
        plain = f"{row.minutes:>3} min  {started or ('done' if row.state == 'done' else '')}".rstrip()
        entries.append(Entry(_SHAPE[row.state], number, title, side, started, plain=plain))
    points = f"{sum(row.points for row in rows)} of {count(sum(row.max for row in rows), 'point')}"
    shape: Shape = "pass" if rows and len(done) == len(rows) else "half"
    bar = tuple(_BAR[row.state] for row in rows)
    word = f"Phase {phase.number}, {phase.title}."
    return Card(shape, word.rstrip("."), word, inline(fact), step, points, (Map(tuple(entries), bar),), page=True)


def _following(rows: Sequence[ExerciseRow] | Sequence[PhaseRow]) -> ExerciseRow | PhaseRow | None:
    """Return what to go on with: the first that is started, else the first that is new."""
    return next((row for state in ("started", "new") for row in rows if row.state == state), None)


def map_card(course: Course, rows: Sequence[PhaseRow]) -> Card:
    """Return the course map: every phase and how far it is done."""
    done = sum(row.state == "done" for row in rows)
    started = sum(row.state == "started" for row in rows)
    fact = f"{done} of {count(len(rows), 'phase')} done{f', {started} started' if started else ''}."
    following = _following(rows)
    number = {phase.slug: phase.number for phase in course.phases}
    step: Text = inline("Every phase is done.") if rows else ()
    if following:
        title = f"{number.get(following.slug, 0)}, {following.title}"
        step = (Span("Go on with " if done or started else "Begin with "), Span(title, href=_link(following)))
    entries = []
    for row in rows:
        side = f"{row.state}, {row.done} of {row.exercises}" if row.state != "new" else count(row.exercises, "exercise")
        title_span = (Span(row.title, href=_link(row)),)
        here = row is following and row.state == "started"
        entries.append(Entry(_SHAPE[row.state], number.get(row.slug, 0), title_span, side, here=here))
    points = f"{sum(row.done for row in rows)} of {count(sum(row.exercises for row in rows), 'exercise')}"
    shape: Shape = "pass" if rows and done == len(rows) else "half"
    return Card(shape, "Course map", "Course map.", inline(fact), step, points, (Map(tuple(entries)),), page=True)


def _link(row: ExerciseRow | PhaseRow) -> str:
    return row.href or f"{row.slug}.ipynb"


def hints_card(exercise: Exercise, opened: int) -> Card:
    """Return the hints of an exercise, the first `opened` of them open."""
    hints = exercise.manifest.hints
    number = len(hints)
    opened = max(0, min(opened, number))
    word = f"Hints for {exercise.manifest.title}."
    solution = RELEASED_LATER if exercise.course.pack else f"`%solution {exercise.slug}` shows the answer."
    if not hints:
        return Card("hint", f"Hints for {exercise.slug}", word, inline("This exercise has none."), page=True)
    inner: tuple[Block, ...] = ()
    for index in reversed(range(number)):
        what = f" {_LADDER[index]}" if number == len(_LADDER) else ""
        summary = (Span(f"Hint {index + 1}:", bold=True), Span(what))
        command = f"%hint {exercise.slug} opens hint {index + 1} of {number}{':' if what else '.'}{what}" if index == opened else ""
        is_open = index < opened
        inner = (Folded(summary, (Paragraph(inline(hints[index])), *inner), open=is_open, plain=None if is_open else command),)
    last = {1: "it", 2: "the second", 3: "the third"}.get(number, "the last")
    end = Paragraph(inline(f"Still stuck after {last}? {solution}"), "quiet")
    step = "Try each one before you open the next." if opened < number else "Go back to your code with them."
    fact, points = inline("They cost no points."), f"{opened} of {number} open"
    return Card("hint", f"Hints for {exercise.slug}", word, fact, inline(step), points, (*inner, end), page=True)


def notice_card(status: Shape | Status, word: str, fact: str, step: str = "", detail: str = "") -> Card:
    """Return a one-off message. `status` gives shape and colour; backticks mark code."""
    shape: Shape = SHAPES.get(status, next((shape for shape in SIGNS if shape == status), "none"))
    paragraphs = tuple(Paragraph(inline(part)) for part in shorten(clean(detail)).split("\n\n") if part.strip())
    word, fact, step = clean(word), clean(fact), clean(step)
    return Card(shape, word.rstrip(".:"), word, inline(fact), inline(step), blocks=paragraphs)
