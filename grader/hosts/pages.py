"""The pages of the notebook's commands, beside those that grader.card has ready."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from grader import card
from grader.card import html, text, unbuilt
from grader.card.compose import WORDS
from grader.card.frames import Sources
from grader.card.model import Card, Code, Folded, Paragraph, Span, Table
from grader.card.prose import inline, listed
from grader.card.source import lines_of
from grader.course import Exercise
from grader.hosts.screen import Page
from grader.manifest import Manifest
from grader.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from grader.card.model import Block, Shape
    from grader.course import Course, Phase
    from grader.verdict import Message, Status

_CELL = "cell"


def notice(status: Shape | Status, word: str, fact: str, step: str = "", detail: str = "") -> Page:
    """Return a one-off message."""
    return Page(card.notice_html(status, word, fact, step, detail), card.notice_text(status, word, fact, step, detail))


def hints(exercise: Exercise, opened: int) -> Page:
    """Return the first `opened` hints."""
    return Page(card.hints_html(exercise, opened), card.hints_text(exercise, opened))


def solution(exercise: Exercise) -> Page:
    """Return the solution, or when it opens."""
    return Page(card.solution_html(exercise), card.solution_text(exercise))


def phase(of: Phase, rows: Sequence[card.ExerciseRow]) -> Page:
    """Return how far a phase is done."""
    return Page(card.phase_html(of, rows), card.phase_text(of, rows))


def course_map(course: Course, rows: Sequence[card.PhaseRow]) -> Page:
    """Return how far the course is done."""
    return Page(card.map_html(course, rows), card.map_text(course, rows))


def commands(rows: Iterable[tuple[str, str]], kinds: Iterable[tuple[str, str]]) -> Page:
    """Return what a cell may be, and the commands: usage and what each does."""
    return _page(
        "hint",
        "Commands.",
        "Without an exercise's name they mean the one that you ran last.",
        blocks=[
            Table(("Command", "What it does"), tuple((_code(usage), inline(says)) for usage, says in rows)),
            Paragraph(inline("What a cell is, by its first line:"), "label"),
            Table(("First line", "The cell"), tuple((_code(first), inline(says)) for first, says in kinds)),
        ],
    )


def saved(exercise: Exercise, texts: Mapping[str, str], *, before_reset: bool) -> Page:
    """Return the learner's own answer."""
    if not texts:
        return _page("none", "Nothing saved yet.", f"You have not run a cell of `{exercise.slug}`.")
    when = "as you had it before the reset" if before_reset else "as you last ran it"
    word, fact = f"Your answer to {exercise.manifest.title}.", f"{_files(texts)}, {when}."
    return Page(_page("none", word, fact, blocks=_code_of(texts)).html, "\n".join([_page("none", word, fact).text, *texts.values()]))


def reset(exercise: Exercise, texts: Mapping[str, str], *, where: Literal["here", "below", "shown"], kept: bool) -> Page:
    """Return the code from the incident, as cells, and what to do with it; `where` tells where it went."""
    name, slug = _files(texts), exercise.slug
    step = f"`%show {slug}` gives back what you had." if kept else ""
    if where == "here":
        return _page("none", "Reset.", f"The cell holds {name} as it was in the incident.", step)
    fact = f"{'The new cell below holds' if where == 'below' else 'This is'} {name} as it was in the incident."
    own = f"// {slug}/{next(iter(texts))}"
    advice = f"The cell that begins `{own}` is the one that counts: copy the code over it, or run `%reset` in its place. {step}"
    return _page("none", "Reset.", fact, advice.rstrip(), blocks=() if where == "below" else _code_of(texts))


def not_compiled(errors: Sequence[Message], source: str) -> Page:
    """Return in plain words what the compiler says against a cell that is no answer. Its own words are the cell's error."""
    manifest = Manifest(title="cell", minutes=1, package="main", answer=(_CELL,), imports=(), tests={})
    exercise = Exercise(None, None, "cell", manifest)  # type: ignore[arg-type]
    found = tuple(msgspec.structs.replace(error, file=_CELL if error.line else "") for error in errors)
    verdict = Verdict(slug="cell", status="build", errors=found)
    told = unbuilt.errors(verdict, Sources(exercise, {_CELL: lines_of(source)}))
    plain = tuple(block for block in told.blocks if not (isinstance(block, Paragraph) and block.tone == "quiet"))
    made = Card("build", "Result of the cell", WORDS["build"], inline(told.fact), inline(told.step), blocks=plain)
    return Page(html.render(made), text.render(made))


def _page(shape: Shape, word: str, fact: str, step: str = "", *, blocks: Sequence[Block] = ()) -> Page:
    made = Card(shape, word.rstrip("."), word, inline(fact), inline(step), blocks=tuple(blocks), page=True)
    return Page(html.render(made), text.render(made))


def _files(texts: Mapping[str, str]) -> str:
    return listed([f"`{name}`" for name in texts])


def _code(words: str) -> tuple[Span, ...]:
    return (Span(words, code=True),)


def _code_of(texts: Mapping[str, str]) -> list[Block]:
    if len(texts) == 1:
        return [Code(source) for source in texts.values()]
    return [Folded(_code(name), (Code(source),), open=True, plain=None) for name, source in texts.items()]
