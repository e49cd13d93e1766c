"""What a student of a cohort has handed in: the answers of one submitted folder, or why a person has to look.

A notebook is read as JSON and never executed. Three things say which answer a cell is: its
nbgrader id, its cell id and its first line. Where what is there agrees, it is taken, and what
was put right is noted; where it contradicts itself, the answer is held.
"""

from __future__ import annotations

import hashlib
import re
import stat
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, TypeGuard

from grader import history, notebook
from grader.attempt import LARGEST, Attempt
from grader.errors import AttemptError, NotebookError
from grader.parts import PartOfGo, PartOfLines, bare, packages
from grader.released import Released

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from grader.course import Course, Exercise, Phase
    from grader.history import History

MOST_CELLS = 5000
"""Cells of a notebook; a phase's has about a hundred."""

_LONGEST_MARK = 200
_MARK = re.compile(r"\s*(?://|#|--)\s*([a-z0-9-]+/[^/\s]+)\s*")
_LAST_RESORT = "Grade it by hand, set the points, or ask for the notebook again."


@dataclass(frozen=True)
class Held:
    """What a person has to decide: why, and what can be done, in a few sentences."""

    reason: str
    asked: bool = False
    """Whether a person has looked, and asked the student for it again."""


@dataclass(frozen=True)
class Settled:
    """Points that a person gave, 0 to the exercise's maximum, and why."""

    points: int
    reason: str


@dataclass(frozen=True)
class Candidate:
    """A cell that may be an answer: its number, its text, and which answers it says it is."""

    number: int
    text: str
    names: frozenset[str]


Answer = Attempt | Held | Settled
"""What a submission has for an exercise."""


def attempted(answer: Answer) -> TypeGuard[Attempt]:
    """Return whether an answer is one to judge: it can be read, and is not the code from the incident."""
    return isinstance(answer, Attempt) and not answer.untouched


@dataclass(frozen=True)
class Submission:
    """A student's submission of an assignment: an attempt at each exercise, or what holds it.

    `held` holds all of it but what a person decided: there is no notebook that could be read.
    `repairs` says in a line each what was put right before grading, `history` what the notebook tells of the tries at an exercise.
    """

    student: str
    answers: dict[str, Answer]
    held: Held | None = None
    repairs: tuple[str, ...] = ()
    notebook: str = ""
    """A digest of what was handed in: of the notebook, or of what there is in its place."""
    history: dict[str, History] = field(default_factory=dict)

    def answer(self, slug: str) -> Answer:
        """Return the answer to an exercise."""
        return self.answers.get(slug) or self.held or Held(f"{slug} was not read from the submission. {_LAST_RESORT}")


def submissions(course: Course, phase: Phase) -> Iterator[Submission]:
    """Yield what was handed in for a phase, by student, from where nbgrader collects it."""
    released = Released(course, phase)
    for student, folder in course.layout.students(course.root, phase.slug):
        try:
            folder.lstat()
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            held = Held(f"The student's folder cannot be read: {error.strerror}. Make it readable and grade again.")
            yield Submission(student, {}, held, notebook=_digest(held.reason.encode()))
        else:
            yield _read(released, student, folder)


def read(course: Course, phase: Phase, student: str, folder: Path) -> Submission:
    """Read one submitted folder. What is wrong with it is in the submission, never raised."""
    return _read(Released(course, phase), student, folder)


def candidates(course: Course, phase: Phase, folder: Path) -> list[Candidate]:
    """Return the cells of a submitted notebook that are not the lesson's: what a person chooses from. Nothing if it cannot be read."""
    released = Released(course, phase)
    try:
        cells = notebook.read(notebook_of(folder, phase.slug)).cells
    except NotebookError:
        return []
    each = (_Cell(number, cell, released) for number, cell in enumerate(cells, 1))
    return [Candidate(cell.number, cell.text, frozenset(cell.names)) for cell in each if _place(cell, released) not in released.lesson]


class _Cell:
    """A cell as it was handed in: what it says it is, and by what."""

    def __init__(self, number: int, cell: notebook.Cell, released: Released) -> None:
        self.number, self.ident, self.text = number, cell.id, cell.text
        self.outputs = cell.outputs
        self.code = cell.cell_type == "code"
        self.grade_id = cell.metadata.nbgrader.grade_id
        first = re.match(r"\s*([^\n]*)", self.text)
        mark = _mark(first[1]) if first else ""
        self.by_grade_id = released.by_grade_id.get(self.grade_id, self.grade_id)
        self.by_id = released.by_grade_id.get(cell.id, "")
        self.by_mark = mark if mark in released.answers else ""

    @property
    def names(self) -> set[str]:
        """What the cell says that it is; two names contradict each other."""
        return {self.by_grade_id, self.by_id, self.by_mark} - {""}

    def surely(self, name: str) -> bool:
        """Whether it is this answer: by its nbgrader id, or else by its cell id and its first line."""
        return name == self.by_grade_id or (not self.by_grade_id and self.by_id == self.by_mark == name)

    @property
    def evidence(self) -> str:
        """What says what the cell is, in words."""
        said = (("nbgrader id", self.grade_id), ("cell id", self.by_id and self.ident), ("first line", self.by_mark))
        return ", ".join(f"its {what} says {value[:80]!r}" for what, value in said if value)

    @cached_property
    def lines(self) -> dict[str, int]:
        """The marks of answers and the checks below the first line, with their line."""
        found: dict[str, int] = {}
        every = self.text.split("\n") if len(self.text) <= LARGEST else []
        begun = False
        for number, line in enumerate(every, 1):
            what = line.strip() if line.startswith("%check ") else _mark(line)
            if begun and what:
                found.setdefault(what, number)
            begun = begun or bool(line.strip())
        return found

    @cached_property
    def bare(self) -> str:
        """The text without Go's comments and literals."""
        return bare(self.text)


def _read(released: Released, student: str, folder: Path) -> Submission:
    slug = released.phase.slug
    seen = b""
    try:
        path = notebook_of(folder, slug)
        seen = notebook.data(path)
        read = notebook.parse(seen, path)
        cells = _cells(read, released)
    except NotebookError as error:
        reason = str(error).replace(f"{folder}/", "").replace(str(folder), slug)
        reason = re.sub(r" Save (the notebook|it) again[^.]*\.", "", reason)  # the instructor cannot
        held = Held(f"{reason} Ask for the notebook again, or set the points.")
        return Submission(student, {}, held, notebook=_digest(seen or reason.encode()))
    repairs = [] if read.metadata.goprod.phase else ["the notebook's note of its phase was missing"]
    repairs += _moved(cells, released)
    answers = {exercise.slug: _answer(exercise, cells, released, repairs) for exercise in released.exercises}
    told = {
        each.slug: found
        for each in released.exercises
        if (found := history.told([cell.outputs for cell in cells if any(name.startswith(f"{each.slug}/") for name in cell.names)], each))
    }
    return Submission(student, answers, None, tuple(repairs), _digest(seen), told)


def notebook_of(folder: Path, slug: str) -> Path:
    """Return the notebook of a submitted folder. Raises NotebookError where it is not the one plain file that it has to be."""
    path = folder / f"{slug}.ipynb"
    try:
        if folder.is_symlink() or folder.parent.is_symlink():
            raise NotebookError(f"{folder} is a link. Put the folder itself there.")
        if not stat.S_ISDIR(folder.lstat().st_mode):
            raise NotebookError(f"{folder} is not a folder.")
        there = sorted(_printable(other.name) for other in folder.iterdir() if other.suffix == ".ipynb" and not other.name.startswith("."))
        others = [name for name in there if name != path.name]
        if path.name not in there:
            instead = f" There is {', '.join(others[:3])}: rename it to {path.name} if that is the one, and grade again." if others else ""
            raise NotebookError(f"{path.name} is missing.{instead}")
        if not stat.S_ISREG(path.lstat().st_mode):
            raise NotebookError(f"{path.name} is a link, a folder or a device, not a file.")
    except OSError as error:
        raise NotebookError(f"{folder} cannot be read: {error.strerror}. Make it readable and grade again.") from error
    if others:
        raise NotebookError(
            f"There are several notebooks: {path.name}, {', '.join(others[:3])}. Keep the one that counts, and grade again."
        )
    return path


def _cells(read: notebook.Notebook, released: Released) -> list[_Cell]:
    """Return the cells of a notebook. Raises NotebookError if it is not one of the released."""
    slug, phase = released.phase.slug, read.metadata.goprod.phase
    if len(read.cells) > MOST_CELLS:
        raise NotebookError(f"{slug}.ipynb has {len(read.cells)} cells, more than {MOST_CELLS}. Remove what does not belong to it.")
    if phase not in {"", slug}:
        raise NotebookError(f"{slug}.ipynb is the notebook of {phase[:80]}, not of {slug}. Look for the right one.")
    cells = [_Cell(number, cell, released) for number, cell in enumerate(read.cells, 1)]
    if not any(name in cell.names or name in cell.lines for cell in cells for name in released.answers):
        raise NotebookError(f"{slug}.ipynb holds no answer of {slug}: it is another notebook, or all were deleted. Look for the right one.")
    return cells


def _moved(cells: list[_Cell], released: Released) -> Iterator[str]:
    """Yield what happened to the cells as a whole, beside the answers."""
    known = [_place(cell, released) for cell in cells]
    first = list(dict.fromkeys(number for number in known if number is not None))
    if first != sorted(first):
        yield "cells were moved"
    gone = released.lesson - set(first)
    doubled = sum(number in released.lesson for number in known) - len(released.lesson & set(first))
    for count, what in ((known.count(None), "added"), (doubled, "doubled"), (len(gone), "removed")):
        if count:
            yield f"{count} {'cell was' if count == 1 else 'cells were'} {what}"
    if not all(cell.ident for cell in cells):
        yield "cell ids were missing"
    checks = Counter(cell.grade_id for cell in cells)
    for exercise in released.exercises:
        if not checks[exercise.slug]:
            yield f"the check cell of {exercise.slug} was missing"


def _place(cell: _Cell, released: Released) -> int | None:
    """Return the number of the released cell that a cell comes from, None for an added one."""
    for ident in (cell.ident, *(ident for ident, name in released.by_grade_id.items() if name in cell.names)):
        if ident in released.ids:
            return released.ids[ident]
    return released.texts.get(cell.text.strip())


def _answer(exercise: Exercise, cells: list[_Cell], released: Released, repairs: list[str]) -> Answer:
    try:
        texts = {file: _file(exercise, file, cells, released, repairs) for file in exercise.manifest.answer}
        return Attempt.from_texts(exercise, texts)
    except NotebookError as error:
        return Held(f"{error} {_LAST_RESORT}")
    except AttemptError as error:
        return Held(f"The answer to {exercise.slug} cannot be read: {str(error).partition('. ')[0].rstrip('.')}. {_LAST_RESORT}")


def _file(exercise: Exercise, file: str, cells: list[_Cell], released: Released, repairs: list[str]) -> str:
    """Return the text of an answer file. Raises NotebookError where a person has to say which it is."""
    name = f"{exercise.slug}/{file}"
    cell, same = _chosen(name, exercise, cells)
    text = _marked(cell, exercise, file)
    if any(_marked(other, exercise, file) != text for other in same):
        numbers = _listed([cell, *same])
        how = "It was split, or copied and then changed" if cell.grade_id and all(other.grade_id for other in same) else "Two claim it"
        raise NotebookError(f"The cell of {name} is there {len(same) + 1} times with different texts: cells {numbers}. {how}.")
    if len(text) <= LARGEST:
        _whole(name, cell, text, released)
        _undivided(name, cell, text, cells, released)
    if same:
        repairs.append(f"the cell of {name} was there {len(same) + 1} times, with one text")
    if not cell.by_grade_id:
        repairs.append(f"the nbgrader id of {name} was missing")
    if text.partition("\n")[0] != cell.text.partition("\n")[0]:
        repairs.append(f"the first line of {name} was put right")
    return text


def _chosen(name: str, exercise: Exercise, cells: list[_Cell]) -> tuple[_Cell, list[_Cell]]:
    """Return the cell of an answer, and others that claim to be it. Raises NotebookError where none is, or one contradicts itself."""
    mine = [cell for cell in cells if name in cell.names]
    for cell in mine:
        if len(cell.names) > 1:
            raise NotebookError(f"Cell {cell.number}, which may be the cell of {name}, contradicts itself: {cell.evidence}.")
    sure = [cell for cell in mine if cell.surely(name)]
    if not sure:
        raise NotebookError(_missing(name, mine, cells, exercise.manifest.package))
    code = [cell for cell in sure if cell.code]
    if not code:
        raise NotebookError(f"The cell of {name}, cell {sure[0].number}, is no longer a code cell: it was turned into text.")
    # A cell whose first line names the answer is run as the answer, whatever its ids say.
    rivals = [cell for cell in mine if cell is not code[0] and (cell in sure or (cell.code and cell.by_mark))]
    return code[0], rivals


def _missing(name: str, mine: list[_Cell], cells: list[_Cell], package: str) -> str:
    if mine:
        return f"The cell of {name} has lost its nbgrader id. It may be cell {_listed(mine)}: {mine[0].evidence}, and nothing else does."
    for cell in cells:
        if name in cell.lines:
            return f"The cell of {name} was merged: its code stands in cell {cell.number}, from line {cell.lines[name]}."
    alike = [cell for cell in cells if not cell.names and name.endswith(".go") and package in packages(cell.bare)]
    if alike:
        return f"The cell of {name} is missing. It may be cell {_listed(alike)}, which is of the package {package} and has lost its marks."
    return f"The cell of {name} is missing: it was deleted, or its ids and its first line were changed."


def _marked(cell: _Cell, exercise: Exercise, file: str) -> str:
    """Return a cell's text with the right first line. Raises NotebookError where nothing stands below it."""
    right = notebook.first_line(exercise.slug, file)
    text = re.sub(r"\A(?:[^\S\n]*\n)+", "", cell.text)
    first, newline, rest = text.partition("\n")
    if _mark(first):
        text = right + newline + rest
    else:
        rest = text
        text = f"{right}\n\n{text}"
    if not (bare(rest) if file.endswith(".go") else rest).strip():
        raise NotebookError(f"The cell of {exercise.slug}/{file}, cell {cell.number}, is empty.")
    return text if text.endswith("\n") else text + "\n"


def _whole(name: str, cell: _Cell, text: str, released: Released) -> None:
    """Raise NotebookError if a cell holds more than its answer."""
    for what, line in cell.lines.items():
        if what != name and (what in released.answers or what.startswith("%check ")):
            raise NotebookError(f"The cell of {name}, cell {cell.number}, was merged with another: from line {line} it is {what}.")
    if any(prose in text for prose in released.unmistakable):
        raise NotebookError(f"The cell of {name}, cell {cell.number}, was merged with a cell of the lesson.")
    if name.endswith(".go") and len(packages(bare(text))) > 1:
        raise NotebookError(f"The cell of {name}, cell {cell.number}, has two package clauses: two files were merged in it.")


def _undivided(name: str, cell: _Cell, text: str, cells: list[_Cell], released: Released) -> None:
    """Raise NotebookError if a part of an answer stands in a cell that was added."""
    exercise, file = released.answers[name]
    others = {each for other, declared in released.declared.items() if other != name for each in declared}
    part = PartOfGo(text, released.declared[name], others) if file.endswith(".go") else PartOfLines(text, exercise.broken[file])
    for other in cells:
        if other.names or len(other.text) > LARGEST or other.text.lstrip().startswith(("%", "package main")):
            continue
        if other.text.strip() not in released.texts and part.in_text(other.text, code=other.code):
            raise NotebookError(f"The cell of {name}, cell {cell.number}, was split: a part of its code stands in cell {other.number}.")


def _mark(line: str) -> str:
    """Return what a line marks a cell as, SLUG/FILE, or nothing."""
    found = _MARK.fullmatch(line) if len(line) <= _LONGEST_MARK else None
    return found[1] if found else ""


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _printable(name: str) -> str:
    """Return a file's name, whose every character can be shown; nothing in a submission is to be trusted."""
    return "".join(each if each.isprintable() else "?" for each in name)


def _listed(cells: list[_Cell]) -> str:
    return ", ".join(str(cell.number) for cell in cells)
