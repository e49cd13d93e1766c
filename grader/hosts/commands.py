"""The course's commands in a notebook: %check, %hint, %reset, %solution, %show, %progress, %help."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from grader.errors import UsageError
from grader.hosts import answers
from grader.hosts.screen import Button, CommandError
from grader.hosts.session import BEFORE_RESET

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from grader.course import Exercise
    from grader.hosts.cells import Cell
    from grader.hosts.screen import Page, Score, Screen
    from grader.hosts.session import Session


@dataclass(frozen=True)
class Command:
    """A command: how it is written, what it does, and what does it."""

    usage: str
    says: str
    run: Callable[[Session, Screen, str], Awaitable[Score | None]]


async def run_command(session: Session, screen: Screen, cell: Cell) -> Score | None:
    """Run a command of the course; %check returns the score.

    Raises CommandError for an unknown command or one that does not stand alone, and what the command raises.
    """
    command = COMMANDS.get(cell.name)
    if command is None:
        near = difflib.get_close_matches(cell.name, COMMANDS, 1)
        raise CommandError(f"%{cell.name} is no command here. {f'Did you mean %{near[0]}? ' if near else ''}%help lists the commands.")
    below = [line for line in cell.body.splitlines() if line.strip() and not line.lstrip().startswith("//")]
    if below:
        raise CommandError(f"%{cell.name} stands alone in its cell. Put the lines below it in a cell of their own.")
    return await command.run(session, screen, cell.rest)


def buttons(session: Session, exercise: Exercise) -> list[Button]:
    """Return the buttons under an exercise's card."""

    async def hint() -> Page:
        return _next_hint(session, exercise)

    async def reset() -> Page:
        return _reset_page(session, exercise, _cells(exercise, exercise.manifest.answer), where="shown")

    async def solution() -> Page:
        return _solution_page(session, exercise)

    found = [Button("Next hint", hint)] if exercise.manifest.hints else []
    found.append(Button("Reset", reset))
    return found if exercise.course.pack else [*found, Button("Solution", solution)]


async def _check(session: Session, _screen: Screen, slug: str) -> Score:
    return await answers.score(session, slug)


async def _hint(session: Session, screen: Screen, slug: str) -> None:
    screen.show(_next_hint(session, session.exercise(slug)))


def _next_hint(session: Session, exercise: Exercise) -> Page:
    from grader.hosts import pages

    opened = session.with_store(exercise.course, lambda store: store.count(exercise.slug, "hint"))
    if opened < len(exercise.manifest.hints):
        session.with_store(exercise.course, lambda store: store.log(exercise.slug, "hint"))
        opened += 1
    return pages.hints(exercise, opened)


async def _solution(session: Session, screen: Screen, slug: str) -> None:
    screen.show(_solution_page(session, session.exercise(slug)))


def _solution_page(session: Session, exercise: Exercise) -> Page:
    from grader.hosts import pages

    if not exercise.course.pack:
        session.with_store(exercise.course, lambda store: store.log(exercise.slug, "solution"))
    return pages.solution(exercise)


async def _show(session: Session, screen: Screen, slug: str) -> None:
    from grader.attempt import Attempt
    from grader.hosts import pages

    exercise = session.exercise(slug)
    texts = session.texts(exercise)
    aside = session.texts(exercise, BEFORE_RESET)
    before_reset = bool(aside) and (not texts or Attempt.from_texts(exercise, texts).untouched)
    screen.show(pages.saved(exercise, aside if before_reset else texts, before_reset=before_reset))


async def _reset(session: Session, screen: Screen, argument: str) -> None:
    """Bring back the code from the incident: into the exercise's own cell if the command was typed there, else below."""
    slug, _, file = argument.partition("/")
    exercise = session.exercise(slug)
    names = exercise.manifest.answer
    own = session.cells.get(screen.cell_id, ("", ""))
    here = own[0] == exercise.slug and file in {"", own[1]}
    file = own[1] if here else file or names[0]
    if file not in names:
        raise UsageError(f"{exercise.slug} has no answer file {file!r}. Its answer is {', '.join(names)}.")
    cells = _cells(exercise, [file])
    page = _reset_page(session, exercise, cells, where="here" if here else "below")
    screen.offer_cell(cells[file], replace=here)
    screen.show(page)


def _cells(exercise: Exercise, files: Iterable[str]) -> dict[str, str]:
    """Return answer cells as the learner received them, by file."""
    from grader.notebook import answer_cell

    return {file: answer_cell(exercise.slug, file, exercise.broken[file]) for file in files}


def _reset_page(session: Session, exercise: Exercise, cells: dict[str, str], *, where: Literal["here", "below", "shown"]) -> Page:
    from grader.attempt import Attempt
    from grader.hosts import pages

    mine = session.texts(exercise)
    if mine and not Attempt.from_texts(exercise, mine).untouched:
        session.save(exercise, mine, BEFORE_RESET)
    session.with_store(exercise.course, lambda store: store.log(exercise.slug, "reset"))
    return pages.reset(exercise, cells, where=where, kept=bool(session.texts(exercise, BEFORE_RESET)))


async def _progress(session: Session, screen: Screen, argument: str) -> None:
    from grader.hosts import progress

    verb, _, file = argument.partition(" ")
    if not verb:
        shown = progress.pages(session)
    elif verb in {"export", "import"} and file.strip():
        shown = [progress.save(session, file.strip()) if verb == "export" else progress.load(session, file.strip())]
    else:
        raise UsageError("%progress stands alone, or is `%progress export FILE` or `%progress import FILE`.")
    for page in shown:
        screen.show(page)


async def _help(_session: Session, screen: Screen, _argument: str) -> None:
    from grader.hosts import pages

    screen.show(pages.commands(((command.usage, command.says) for command in COMMANDS.values()), KINDS))


COMMANDS = {
    "check": Command("%check SLUG", "runs the tests again on the answer as you last ran it", _check),
    "hint": Command("%hint SLUG", "gives the next hint; hints cost nothing", _hint),
    "reset": Command("%reset SLUG", "brings back the code from the incident; your own is kept", _reset),
    "show": Command("%show SLUG", "shows your saved answer", _show),
    "solution": Command("%solution SLUG", "shows the solution, other right fixes and known wrong ones", _solution),
    "progress": Command("%progress", "shows what is done; `export FILE` and `import FILE` carry it elsewhere", _progress),
    "help": Command("%help", "shows this", _help),
}
"""The commands by name, in the order of %help."""

KINDS = (
    ("// SLUG/FILE", "is your answer: it is saved, built with `-race` and tested"),
    ("package main", "is a program of its own, run with `-race`"),
    ("!COMMAND", "is a shell command; a cell that begins `%%bash` is a script"),
    ("?fmt.Println", "shows Go's documentation"),
    ("anything else", "is Go statements in a `main` of their own; imports are added"),
)
"""What a cell is, for %help."""
