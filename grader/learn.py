"""The learner's own notebooks: copies of the released ones, brought up to date without losing work.

Each copy notes what it was given (`metadata.goprod.shipped`: a digest of each cell's text), so
it is known later which cells the learner changed:

- A copy in which nothing was changed is replaced. Most phases are not started yet when a new
  release arrives, and a second notebook beside each would be in the way. Outputs do not count.
- A copy that was worked on stays as it is. The new release goes beside it, as PHASE-2.ipynb,
  with the changed answers already in their cells: new cells, and nothing to copy by hand.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from typing import TYPE_CHECKING

from grader.beside import written_beside
from grader.errors import NotebookError
from grader.notebook import code_cell, document, dumps, lines, markdown_cell, parse, read

if TYPE_CHECKING:
    from pathlib import Path

    from grader.course import Course
    from grader.notebook import Cell, Notebook

_START = """\
# {title}

You get Go code that went wrong in production, and mend it. The compiler, the race detector and the tests say what it does.

This is where you stand:"""

_CELLS = """\
## How a cell works

Click into a cell, change it, press Shift+Enter. What it does depends on its first line.

| First line | The cell |
|---|---|
| `// some-exercise/file.go` | is your answer. Running it saves it, builds it with `-race` and runs the tests |
| `package main` | is a program of its own. Try what you like |
| `%` and a command | is one of the commands below |
| anything else | is Go statements; imports are added |

The square in the toolbar stops a cell that runs too long. Your answers are saved each time you run them.

## Commands

| Command | What it does |
|---|---|
| `%check` | runs the tests again |
| `%hint` | gives the next hint. Hints cost nothing |
| `%reset` | brings back the code from the incident |
| `%show` | shows your saved answer |
| `%solution` | shows the solution, other right fixes and known wrong ones |
| `%progress` | shows what is done |

All but the last take an exercise's name, `%hint some-exercise`; without one they mean the exercise that you ran last.

## The phases

{phases}"""


def copy_for_learner(course: Course, target: Path) -> list[Path]:
    """Copy the start page and every released notebook to `target`; return the notebooks that are new there.

    Nothing that a learner changed is overwritten. Raises NotebookError where nothing is
    released, or where `target` cannot be written.
    """
    try:
        return _copy(course, target)
    except OSError as error:
        raise NotebookError(f"{error.filename or target} cannot be written: {error.strerror}. Free it, and start again.") from error


def _copy(course: Course, target: Path) -> list[Path]:
    target.mkdir(parents=True, exist_ok=True)
    written, phases = [], []
    for phase in course.phases:
        folder = course.layout.made(course.root, "release", phase.slug)
        released = folder / f"{phase.slug}.ipynb"
        if not released.is_file():
            continue
        files = folder / f"{phase.slug}_files"
        if files.is_dir():
            shutil.copytree(files, target / files.name, dirs_exist_ok=True)
        path, new = _bring(released.read_bytes(), target, phase.slug)
        written += [path] if new else []
        phases.append(f"- [{phase.title}]({path.name}), {phase.minutes} minutes")
    if not phases:
        raise NotebookError(f"{course.title} has no released notebook. Run `goprod build`.")
    cells = [
        markdown_cell("start", _START.format(title=course.title)),
        code_cell("progress", "%progress"),
        markdown_cell("how", _CELLS.format(phases="\n".join(phases))),
    ]
    path, new = _bring(dumps(document(cells, "start")), target, "start")
    return [path, *written] if new else written


def _bring(data: bytes, target: Path, name: str) -> tuple[Path, bool]:
    """Bring the learner's copy of one notebook up to date; return the newest copy, and whether it is new."""
    pattern = re.compile(rf"{re.escape(name)}(?:-(\d+))?\.ipynb")
    newest = max((int(found[1] or 1) for path in target.iterdir() if (found := pattern.fullmatch(path.name))), default=0)
    path, beside = target / _numbered(name, newest), target / _numbered(name, newest + 1)
    shipped = _digests(parse(data, path).cells)
    copy = _read(path) if newest else None
    if copy and copy.metadata.goprod.shipped == shipped:
        return path, False
    changed = _changed(copy) if copy else []
    answers = {cell.metadata.nbgrader.grade_id: cell.text for cell in changed if cell.metadata.nbgrader.solution}
    if changed or not (copy and copy.metadata.goprod.shipped):
        path = beside
    released = json.loads(data)
    released["metadata"]["goprod"]["shipped"] = shipped
    for cell in released["cells"]:
        ident = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if ident in answers:
            cell["source"] = lines(answers[ident])
    _write(path, dumps(released))
    return path, True


def _numbered(name: str, number: int) -> str:
    return f"{name}.ipynb" if number == 1 else f"{name}-{number}.ipynb"


def _digests(cells: list[Cell]) -> dict[str, str]:
    return {cell.id: _digest(cell) for cell in cells}


def _digest(cell: Cell) -> str:
    return hashlib.sha256(f"{cell.cell_type}\n{cell.text}".encode()).hexdigest()[:16]


def _changed(copy: Notebook) -> list[Cell]:
    """Return the cells that the learner changed or added."""
    return [cell for cell in copy.cells if copy.metadata.goprod.shipped.get(cell.id) != _digest(cell)]


def _read(path: Path) -> Notebook | None:
    """Read a learner's copy; None where it is no notebook any more, which is then left alone."""
    try:
        return read(path)
    except NotebookError:
        return None


def _write(path: Path, data: bytes) -> None:
    with written_beside(path) as fresh:
        fresh.write_bytes(data)
        fresh.chmod(0o644)
