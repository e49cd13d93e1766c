"""Attacks that come as a notebook: it is read as data, and nothing in it is ever run."""

from __future__ import annotations

import json
import resource
import time
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from grader import assignment, notebook
from grader.attempt import Attempt
from grader.cli import main
from grader.errors import NotebookError
from tests.adversarial.attack import VICTIM, victim

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Document = dict[str, Any]
SOLUTION = victim().read("gate.go")
IDENT = notebook.grade_id("gate", "gate.go")
MARKER = "goprod-attack-ran"

PYTHON = {
    "input transformers": "get_ipython().input_transformers_cleanup.append(lambda lines: ['%check gate'])",
    "an equal to everything": "class Any(float):\n    __eq__ = lambda *_: True\n__builtins__.float = Any",
    "patched helpers": "import grader.check\ngrader.check.check = lambda *_, **__: 10.0",
    "the gradebook": "import sqlite3\nsqlite3.connect('gradebook.db').execute('update grade set auto_score = 10')",
    "peers": "import glob\nprint([open(f).read() for f in glob.glob('../../*/**/*.ipynb', recursive=True)])",
    "a daemon": "import subprocess\nsubprocess.Popen(['sleep', '600'], start_new_session=True)",
    "a shell": "!touch {marker}",
    "a magic": "%%bash\ntouch {marker}",
    "an extension": "%load_ext gate",
}


def answer(text: str, **changes: object) -> Document:
    """Return the answer cell, with its metadata for nbgrader changed as asked."""
    return notebook.code_cell(IDENT, text, nbgrader={"grade_id": IDENT, "solution": True, "grade": False, "locked": False, **changes})


def document(*cells: Document) -> Document:
    """Return a notebook of these cells."""
    return {"cells": list(cells), "metadata": {"kernelspec": notebook.KERNELSPEC}, "nbformat": 4, "nbformat_minor": 5}


def save(path: Path, content: Document | bytes) -> Path:
    """Save a notebook."""
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Give the place of a notebook."""
    return tmp_path / "01-museum.ipynb"


@pytest.mark.parametrize("code", PYTHON.values(), ids=PYTHON.keys())
def test_python_in_a_notebook(path: Path, code: str) -> None:
    """Cells that are not the answer are not so much as looked at: whatever they do, the answer is the answer."""
    marker = path.parent / MARKER
    bad = notebook.code_cell("bad", code.replace("{marker}", str(marker)) + f"\nopen({str(marker)!r}, 'w')")
    save(path, document(bad, answer(SOLUTION), bad | {"id": "worse"}))
    assert notebook.answers(path, victim()) == {"gate.go": SOLUTION}
    assert not marker.exists()


@pytest.mark.parametrize("code", PYTHON.values(), ids=PYTHON.keys())
def test_python_as_the_answer(path: Path, code: str) -> None:
    """Python in the answer cell is text that is no Go."""
    save(path, document(answer(code)))
    assert notebook.answers(path, victim()) == {"gate.go": code + "\n"}


WRONG: dict[str, tuple[Document | bytes, str]] = {
    "deleted": (document(), "is missing"),
    "deleted, the grade cell kept": (document(notebook.code_cell("gate--check", "%check gate")), "is missing"),
    "another grade id": (document(answer(SOLUTION, grade_id="gate--other_go")), "is missing"),
    "no metadata": (document(notebook.code_cell(IDENT, SOLUTION)), "is missing"),
    "duplicated": (document(answer(SOLUTION), answer("package gate\n")), "is there 2 times"),
    "split": (document(answer(SOLUTION[:200]), answer(SOLUTION[200:])), "is there 2 times"),
    "retyped as Markdown": (document(answer(SOLUTION) | {"cell_type": "markdown"}), "no longer a code cell"),
    "retyped as raw": (document(answer(SOLUTION) | {"cell_type": "raw"}), "no longer a code cell"),
    "one of two retyped": (document(answer(SOLUTION), answer(SOLUTION) | {"cell_type": "raw"}), "no longer a code cell"),
    "source is a number": (document(answer(SOLUTION) | {"source": 1}), "not a notebook"),
    "source is a table": (document(answer(SOLUTION) | {"source": {"__class__": "str"}}), "not a notebook"),
    "grade id is a list": (document(answer(SOLUTION, grade_id=[IDENT])), "not a notebook"),
    "cells are a table": (document() | {"cells": {"0": answer(SOLUTION)}}, "not a notebook"),
    "an old format": (document(answer(SOLUTION)) | {"nbformat": 3}, "format 3"),
    "a format to come": (document(answer(SOLUTION)) | {"nbformat": 5}, "format 5"),
    "empty": (b"", "is empty"),
    "spaces": (b" \n\t", "is empty"),
    "not JSON": (b"\x80\x04\x95", "is not JSON"),
    "a zip": (b"PK\x03\x04" + bytes(64), "is not JSON"),
    "cut off": (json.dumps(document(answer(SOLUTION))).encode()[:-40], "is cut off"),
    "a list": (b"[]", "not a notebook"),
    "two documents": (json.dumps(document(answer(SOLUTION))).encode() * 2, "is not JSON"),
    "deep lists": (b"[" * 1_000_000, "not"),
    "deep tables": (b'{"a":' * 1_000_000, "not"),
    "deep metadata": (b'{"cells": [], "metadata": ' + b'{"a":' * 500_000, "is"),
    "deep outputs": (b'{"cells": [{"cell_type": "code", "source": "", "outputs": ' + b"[" * 500_000, "is"),
    "a huge number": (b'{"cells": [], "metadata": {}, "nbformat": ' + b"9" * 1_000_000 + b"}", "not"),
    "not a number": (b'{"cells": [], "metadata": {}, "nbformat": NaN}', "is not JSON"),
    "half a character": (json.dumps(document(answer("\ud800"))).encode() + b"}", "not"),
    "too large": (b"[" + b" " * notebook.LARGEST + b"]", "is larger than"),
}


@pytest.mark.parametrize(("content", "words"), WRONG.values(), ids=WRONG.keys())
def test_a_notebook_that_was_tampered_with(path: Path, content: Document | bytes, words: str) -> None:
    """A notebook from which the one answer cannot be told is refused, soon and in a sentence; it is never guessed at."""
    start = time.monotonic()
    with pytest.raises(NotebookError) as caught:
        notebook.answers(save(path, content), victim())
    assert words in str(caught.value)
    assert len(str(caught.value)) < 1000
    assert time.monotonic() - start < 5


def test_giant_outputs(path: Path) -> None:
    """Outputs are skipped: a notebook of nearly the largest size costs little more than its bytes."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    flood = {"output_type": "stream", "name": "stdout", "text": ["PASS\n"] * 1_000_000}
    save(path, document(answer(SOLUTION) | {"outputs": [flood]}))
    before = max(before, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    assert notebook.answers(path, victim()) == {"gate.go": SOLUTION}
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 << 10  # KiB


def test_forged_outputs(path: Path) -> None:
    """A score in the outputs of the grade cell is nobody's: only the answer is read."""
    score = {"output_type": "execute_result", "execution_count": 1, "metadata": {}, "data": {"text/plain": "10.0"}}
    grade = notebook.code_cell("gate--check", "10.0", nbgrader={"grade_id": "gate", "grade": True, "locked": False, "points": 100})
    save(path, document(answer(SOLUTION), grade | {"outputs": [score]}))
    assert notebook.answers(path, victim()) == {"gate.go": SOLUTION}


def test_a_wrong_kernelspec(path: Path) -> None:
    """The kernel that a notebook names is not started, nor anything that its metadata name."""
    content = document(answer(SOLUTION))
    content["metadata"] = {"kernelspec": {"name": "../../evil", "language": "python"}, "goprod": {"phase": "../../..", "version": 99}}
    assert notebook.answers(save(path, content), victim()) == {"gate.go": SOLUTION}


def test_twice_the_same(path: Path) -> None:
    """The answer twice over, word for word, is the answer."""
    save(path, document(answer(SOLUTION), answer(SOLUTION) | {"id": "copy"}))
    assert notebook.answers(path, victim()) == {"gate.go": SOLUTION}


def test_a_key_twice(path: Path) -> None:
    """A key that stands twice in JSON means one thing to the grader, whatever another reader takes: the text that is judged."""
    cell = json.dumps(answer("package gate\n"))
    twice = cell[:-1] + f', "source": {json.dumps(SOLUTION)}' + "}"
    save(path, f'{{"cells": [{twice}], "metadata": {{}}, "nbformat": 4, "nbformat_minor": 5}}'.encode())
    (text,) = notebook.answers(path, victim()).values()
    assert text == json.loads(twice)["source"]


@pytest.mark.parametrize("slug", ["gate", "../gate"])
def test_the_marker_of_another_exercise(path: Path, slug: str) -> None:
    """A first line that names another place takes the answer nowhere: its cell's grade id decides."""
    save(path, document(answer(f"// {slug}/hidden_test.go\n\n{SOLUTION}")))
    assert list(Attempt.from_texts(victim(), notebook.answers(path, victim())).files) == ["gate.go"]


def _folder(path: Path) -> None:
    path.mkdir()


def _device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def _missing(path: Path) -> None:
    path.symlink_to("/nowhere")


@pytest.mark.parametrize("make", [_folder, _device, _missing])
def test_a_notebook_that_is_no_file(path: Path, make: Callable[[Path], None]) -> None:
    """What is not a file is not read, however long it would go on."""
    make(path)
    with pytest.raises(NotebookError):
        notebook.answers(path, victim())


def test_the_command(path: Path) -> None:
    """`goprod check --notebook` says what is wrong in a sentence, with exit code 2, and runs nothing."""
    save(path, document(answer(SOLUTION), answer("package gate\n")))
    done = CliRunner().invoke(main, ["check", "gate", "--course", str(VICTIM), "--notebook", str(path)])
    assert done.exit_code == 2
    assert "with different texts" in done.output
    assert "Traceback" not in done.output


def test_the_released_cell() -> None:
    """The cells that these tests tamper with are those that an assignment has."""
    cells = list(assignment._exercise(victim()))
    assert IDENT in {cell["metadata"].get("nbgrader", {}).get("grade_id") for cell in cells}
