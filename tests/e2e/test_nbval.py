"""The lesson's example programs run, and print what the lesson says."""

# mypy: allow-untyped-calls

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import nbformat
import pytest

from tests.e2e.solving import course_copy, notebook, run

if TYPE_CHECKING:
    from pathlib import Path

SAID = [
    "charge for acme: a deploy is rolling out",
    "goroutineleak profile: total 2",
    "[true false false] save east: disk full true",
    "delivered 2, left 0",
    "leaves from platform 4",
    "200 ms later he still walks",
]
"""What the prose of the lesson says that its programs print."""


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the notebook with its example cells into a learner's folder."""
    path = course_copy(tmp_path_factory.mktemp("nbval")) / "03-concurrency.ipynb"
    nbformat.write(notebook({}, examples=True), path)
    return path


def test_the_examples_run(examples: Path) -> None:
    """`pytest --nbval-lax` runs every example cell without an error."""
    command = [sys.executable, "-m", "pytest", "-q", "--nbval-lax", "-p", "no:cacheprovider", examples.name]
    done = subprocess.run(command, cwd=examples.parent, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout[-3000:]


def test_the_examples_print_what_the_lesson_says(examples: Path) -> None:
    """Each sentence of the kind 'it prints …' is true."""
    book = notebook({}, examples=True)
    book.cells = [cell for cell in book.cells if "example" in cell.metadata.get("tags", [])]
    run(book, examples.parent)
    printed = "".join(output.get("text", "") for cell in book.cells for output in cell.outputs)
    assert [words for words in SAID if words not in printed] == []
