"""The notebook as a file: its cells, their marks, and the learner's answers read back.

A notebook is read as JSON and is never executed.
"""

from __future__ import annotations

import json
import re
import stat
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import msgspec

from grader.errors import NotebookError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from grader.course import Exercise

VERSION = 1
"""The version of this layout, in a notebook's `metadata.goprod`."""

FORMAT, MINOR = 4, 5
"""The format of notebooks; cells have ids since 4.5."""

LARGEST = 20 * 1024 * 1024
"""Bytes of a notebook; a phase's notebook with every output has under 1 MiB."""

KERNELSPEC = {"display_name": "Go (goprod)", "language": "go", "name": "goprod"}
LANGUAGE_INFO = {
    "codemirror_mode": "go",
    "file_extension": ".go",
    "mimetype": "text/x-go",
    "name": "go",
    "pygments_lexer": "go",
    "version": "1.27",
}
"""What the kernel says of its language and what a notebook says before it first ran: they must be equal."""

_COMMENTS = {".go": "//", ".mod": "//", ".work": "//", ".sql": "--"}


class Nbgrader(msgspec.Struct, frozen=True):
    """What a cell's metadata say to nbgrader, as far as it is read here."""

    grade_id: str = ""
    solution: bool = False


class CellMetadata(msgspec.Struct, frozen=True):
    """A cell's metadata, as far as they are read here."""

    nbgrader: Nbgrader = Nbgrader()


class Cell(msgspec.Struct, frozen=True):
    """A cell as it was read."""

    cell_type: str
    source: str | list[str]
    metadata: CellMetadata = CellMetadata()
    id: str = ""
    outputs: msgspec.Raw = msgspec.Raw(b"[]")
    """As they stand in the file, of whatever kind; only `history` looks into them."""

    @property
    def text(self) -> str:
        """The cell's text with LF line ends, without a byte order mark."""
        return normalised(self.source if isinstance(self.source, str) else "".join(self.source))


class Goprod(msgspec.Struct, frozen=True):
    """What the course notes in a notebook: `shipped` has a digest of each cell's text by cell id."""

    phase: str = ""
    version: int = VERSION
    shipped: dict[str, str] = {}


class NotebookMetadata(msgspec.Struct, frozen=True):
    """A notebook's metadata, as far as they are read here."""

    goprod: Goprod = Goprod()


class Notebook(msgspec.Struct, frozen=True):
    """A notebook as it was read: outputs are passed over, never built."""

    nbformat: int
    cells: list[Cell] = []
    metadata: NotebookMetadata = NotebookMetadata()


def markdown_cell(ident: str, text: str) -> dict[str, Any]:
    """Return a Markdown cell."""
    return {"cell_type": "markdown", "id": ident, "metadata": {}, "source": lines(text)}


def code_cell(ident: str, text: str, **metadata: object) -> dict[str, Any]:
    """Return a code cell that has not run."""
    return {"cell_type": "code", "execution_count": None, "id": ident, "metadata": metadata, "outputs": [], "source": lines(text)}


def document(cells: Sequence[dict[str, Any]], phase: str) -> dict[str, Any]:
    """Return a Go notebook of these cells. A cell whose id is taken gets a number behind it."""
    taken: set[str] = set()
    for cell in cells:
        cell["id"] = next(ident for ident in _numbered(cell["id"]) if ident not in taken)
        taken.add(cell["id"])
    metadata = {"goprod": {"phase": phase, "version": VERSION}, "kernelspec": KERNELSPEC, "language_info": LANGUAGE_INFO}
    return {"cells": list(cells), "metadata": metadata, "nbformat": FORMAT, "nbformat_minor": MINOR}


def dumps(notebook: Mapping[str, Any]) -> bytes:
    """Return a notebook's bytes as nbformat writes them: the same on every machine."""
    return (json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def lines(text: str) -> list[str]:
    """Return a cell's text as a notebook file has it: a list of lines with their ends."""
    return text.splitlines(keepends=True)


def _numbered(name: str) -> Iterator[str]:
    yield name
    number = 2
    while True:
        yield f"{name}-{number}"
        number += 1


def first_line(slug: str, file: str) -> str:
    """Return the first line of an answer cell, a comment in the file's language: `// SLUG/FILE`."""
    return f"{_COMMENTS.get(PurePath(file).suffix, '#')} {slug}/{file}"


def answer_cell(slug: str, file: str, text: str) -> str:
    """Return the text of an answer cell: the first line, a blank line, and the file's text."""
    return f"{first_line(slug, file)}\n\n{normalised(text).strip(chr(10))}"


def grade_id(slug: str, file: str) -> str:
    """Return nbgrader's id of an answer cell; that of the grade cell is the slug itself."""
    return re.sub(r"[^a-zA-Z0-9_-]", "_", f"{slug}--{file}")


def normalised(text: str) -> str:
    """Return a text with LF line ends and without a byte order mark."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n")


def answers(path: Path, exercise: Exercise) -> dict[str, str]:
    """Read the answer cells of an exercise from a notebook: the whole text of each cell, by file.

    The texts have LF line ends, no byte order mark, and end in a newline; the first line
    `// SLUG/FILE` belongs to them. Raises NotebookError if the file is no notebook, or if a
    cell is missing, is no longer a code cell, or is there twice with different texts.
    """
    cells = read(path).cells
    found = {}
    for file in exercise.manifest.answer:
        ident = grade_id(exercise.slug, file)
        mine = [cell for cell in cells if cell.metadata.nbgrader.grade_id == ident]
        if not mine:
            raise NotebookError(
                f"{path}: the cell of {exercise.slug}/{file} is missing. Copy it back from the released notebook; its id is {ident!r}."
            )
        if any(cell.cell_type != "code" for cell in mine):
            raise NotebookError(f"{path}: the cell of {exercise.slug}/{file} is no longer a code cell. Make it one and save the notebook.")
        texts = {cell.text for cell in mine}
        if len(texts) > 1:
            raise NotebookError(f"{path}: the cell of {exercise.slug}/{file} is there {len(mine)} times, with different texts. Keep one.")
        text = texts.pop()
        found[file] = text if text.endswith("\n") or not text else text + "\n"
    return found


def read(path: Path) -> Notebook:
    """Read a notebook.

    Raises NotebookError if it is missing, not a plain file, too large, empty, cut off, not
    JSON, or not a notebook.
    """
    return parse(data(path), path)


def data(path: Path) -> bytes:
    """Return the bytes of a notebook. Raises NotebookError if it is missing, not a plain file, or too large."""
    try:
        about = path.stat()
        if not stat.S_ISREG(about.st_mode):
            raise NotebookError(f"{path} is not a file. Name a notebook.")
        if about.st_size > LARGEST:
            raise NotebookError(f"{path} is larger than {LARGEST >> 20} MiB. Clear its outputs and save it again.")
        return path.read_bytes()
    except FileNotFoundError as error:
        raise NotebookError(f"{path} is missing. Name a notebook.") from error
    except OSError as error:
        raise NotebookError(f"{path} cannot be read: {error.strerror}.") from error


def parse(data: bytes, path: Path) -> Notebook:
    """Read a notebook's bytes; `path` is for the messages. Raises NotebookError as read does."""
    data = data.removeprefix(b"\xef\xbb\xbf")
    if not data.strip():
        raise NotebookError(f"{path} is empty: it was never saved, or it was cut off. Save the notebook again.")
    try:
        notebook = msgspec.json.decode(data, type=Notebook)
    except msgspec.ValidationError as error:
        raise NotebookError(f"{path} is JSON, but not a notebook ({error}). Save it again with JupyterLab.") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        what = "is cut off" if "truncated" in str(error) else "is not JSON"
        raise NotebookError(f"{path} {what} ({error}). Save the notebook again.") from error
    if notebook.nbformat != FORMAT:
        raise NotebookError(f"{path} has notebook format {notebook.nbformat}, not {FORMAT}. Save it again with JupyterLab.")
    return notebook
