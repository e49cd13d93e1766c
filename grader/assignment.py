"""A phase as an nbgrader assignment: the files that go into source/PHASE/."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from grader import lesson as lessons
from grader import pack
from grader.errors import NotebookError
from grader.notebook import answer_cell, code_cell, document, dumps, grade_id, markdown_cell, normalised

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.course import Course, Exercise, Phase

_LANGUAGES = {"go": "go", "mod": "go", "yaml": "yaml", "yml": "yaml", "sql": "sql", "toml": "toml", "json": "json", "sh": "sh"}


def files(course: Course, phase: Phase) -> dict[str, bytes]:
    """Return the assignment of a phase: PHASE.ipynb, the files that its lesson shows, and pack/.

    The same course gives the same bytes, on every machine. Raises NotebookError or
    ManifestError with the place and what to do.
    """
    lesson = lessons.read(course, phase)
    exercises = {exercise.slug: exercise for exercise in course.exercises(phase)}
    cells: list[dict[str, Any]] = []
    for block in lesson.blocks:
        if block.kind == "prose":
            cells.append(markdown_cell(block.name, block.text))
        elif block.kind == "code":
            cells.append(code_cell(block.name, block.text, tags=["example", *block.tags]))
        else:
            cells.extend(_exercise(exercises[block.text]))
    folder = course.phases_folder / phase.slug
    found = {name: (folder / name).read_bytes() for name in lesson.files}
    found |= {f"pack/{name}": data for name, data in pack.files(course, phase).items()}
    return found | {f"{phase.slug}.ipynb": dumps(document(cells, phase.slug))}


def _exercise(exercise: Exercise) -> Iterator[dict[str, Any]]:
    """Yield the cells of an exercise: what to do, what is given, the answer, the grade."""
    slug, manifest = exercise.slug, exercise.manifest
    yield markdown_cell(f"{slug}--task", _task(exercise))
    if manifest.given:
        shown = [_folded(name, normalised(exercise.read(name))) for name in manifest.given]
        yield markdown_cell(f"{slug}--given", "\n\n".join(["Given, not yours to change:", *shown]))
    ids = [grade_id(slug, file) for file in manifest.answer]
    if len(set(ids)) < len(ids):
        raise NotebookError(f"{slug}: two answer files have the grade id {max(ids, key=ids.count)!r}. Rename one of them.")
    for file, ident in zip(manifest.answer, ids, strict=True):
        yield _graded(ident, answer_cell(slug, file, exercise.broken[file]), grade_id=ident, solution=True, grade=False, locked=False)
    yield _graded(f"{slug}--check", f"%check {slug}", grade_id=slug, solution=False, grade=True, locked=True, points=manifest.full)


def _graded(ident: str, text: str, **nbgrader: object) -> dict[str, Any]:
    return code_cell(ident, text, nbgrader={"schema_version": 3, "task": False, **nbgrader}, tags=["nbval-skip"])


def _task(exercise: Exercise) -> str:
    slug, manifest = exercise.slug, exercise.manifest
    count = len(manifest.answer)
    change = "Change the cell below and run it" if count == 1 else f"Change the {count} cells below and run each"
    return (
        f"### {manifest.title}\n\n"
        f"{manifest.minutes} minutes · {manifest.full} points · `{slug}`\n\n"
        f"{change} with Shift+Enter: that saves it, builds it and runs the tests. "
        f"`%hint {slug}` in a cell of its own gives a hint, `%reset {slug}` the code from the incident."
    )


def _folded(name: str, text: str) -> str:
    """Fold a file's text. Its fence is longer than any run of backticks in it."""
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
    language = _LANGUAGES.get(name.rpartition(".")[2], "")
    text = text.strip("\n")
    return f"<details>\n<summary><code>{name}</code></summary>\n\n{fence}{language}\n{text}\n{fence}\n\n</details>"
