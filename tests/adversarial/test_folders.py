"""Attacks that come as a folder: files beside the answer, links, and what is not text."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from grader.attempt import LARGEST, Attempt
from grader.cli import main
from grader.errors import AttemptError
from tests.adversarial.attack import VICTIM, victim

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SOLUTION = victim().read("gate.go")
BESIDE: dict[str, str | bytes] = {
    "gate_amd64.s": "TEXT ·Fee(SB), 4, $0\n\tRET\n",
    "gate.syso": b"\x7fELF",
    "gate.c": "__attribute__((constructor)) static void early(void) { _exit(0); }\n",
    "main_test.go": 'package gate_test\n\nimport "testing"\n\nfunc TestMain(m *testing.M) {}\n',
    "gate_test.go": "package gate_test\n",
    "hidden_test.go": "package gate_test\n",
    "goprod_harness.go": "package gate\n",
    "more.go": "package gate\n\nfunc init() {}\n",
    "other.go": "package other\n",
    "gate_race.go": "//go:build !race\n\npackage gate\n",
    "go.mod": "module goprod.example/victim\n\ngo 1.27\n\ntoolchain go1.99.0\n\ngodebug panicnil=1\n\nreplace testing => ./testing\n",
    "go.work": "go 1.27\n\nuse .\n",
    "go.sum": "",
    "vendor": "",
    "exercise.toml": "title = 1\n",
    "default.pgo": b"\x1f\x8b",
    "answers.txt": "for go:embed\n",
    ".hidden": "",
    "GATE.GO": SOLUTION,
    "gate.go ": SOLUTION,
}
"""What a folder must not hold beside the answer."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder with the solution in it."""
    (tmp_path / "gate.go").write_text(SOLUTION)
    return tmp_path


@pytest.mark.parametrize("name", BESIDE)
def test_a_file_beside_the_answer(folder: Path, name: str) -> None:
    """A folder that holds anything but the answer is no attempt: nothing in it is read or built."""
    content = BESIDE[name]
    (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(AttemptError, match="is not an answer file"):
        Attempt.from_folder(victim(), folder)


def test_a_folder_in_the_folder(folder: Path) -> None:
    """Packages of one's own below the answer are no part of it."""
    (folder / "testing").mkdir()
    with pytest.raises(AttemptError, match="is not an answer file"):
        Attempt.from_folder(victim(), folder)


def _symlink(path: Path) -> None:
    path.symlink_to(victim().folder / "gate.go")


def _dangling(path: Path) -> None:
    path.symlink_to("/nowhere")


def _fifo(path: Path) -> None:
    os.mkfifo(path)


def _folder(path: Path) -> None:
    path.mkdir()


def _device(path: Path) -> None:
    path.symlink_to("/dev/zero")


@pytest.mark.parametrize("make", [_symlink, _dangling, _fifo, _folder, _device])
def test_an_answer_that_is_no_file(tmp_path: Path, make: Callable[[Path], None]) -> None:
    """What only looks like the answer file is not followed, opened or waited for."""
    make(tmp_path / "gate.go")
    with pytest.raises(AttemptError, match="is not a plain file"):
        Attempt.from_folder(victim(), tmp_path)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"package gate // \xff\n", "is not UTF-8"),
        (SOLUTION.encode("utf-16"), "is not UTF-8"),
        (b"package gate\n\x00\n", "holds a NUL byte"),
        ("package gate // \ufffd\n".encode(), "holds a broken character"),
        (b"", "is empty"),
        (b"\xef\xbb\xbf \r\n", "is empty"),
        (b"//" + b"a" * LARGEST, "is larger than"),
        (b"a" * (1 << 20), "is larger than"),
        (b"\xc0\xafpackage gate\n", "is not UTF-8"),
        ("\ud800".encode("utf-8", "surrogatepass"), "is not UTF-8"),
    ],
)
def test_an_answer_that_is_no_text(tmp_path: Path, data: bytes, words: str) -> None:
    """What is no text, or more than anyone writes, is refused before anything reads it as Go."""
    (tmp_path / "gate.go").write_bytes(data)
    with pytest.raises(AttemptError, match=words):
        Attempt.from_folder(victim(), tmp_path)


def test_a_sparse_giant(tmp_path: Path) -> None:
    """A file of a terabyte is not read to learn that it is too large."""
    (tmp_path / "gate.go").touch()
    os.truncate(tmp_path / "gate.go", 1 << 40)
    with pytest.raises(AttemptError, match="is larger than"):
        Attempt.from_folder(victim(), tmp_path)


@pytest.mark.parametrize("name", ["../gate.go", "/etc/passwd", "gate_test.go", "", "gate.go\x00", "..", "a/gate.go"])
def test_a_name_that_leads_elsewhere(name: str) -> None:
    """Only the names of the manifest are files of an attempt."""
    with pytest.raises(AttemptError, match="has no answer file"):
        Attempt.from_texts(victim(), {name: SOLUTION})


@pytest.mark.parametrize("name", ["go.mod", "main_test.go", "gate_amd64.s"])
def test_the_command(folder: Path, name: str) -> None:
    """`goprod check --folder` says it in a sentence, with exit code 2, and judges nothing."""
    (folder / name).write_bytes(b"")
    done = CliRunner().invoke(main, ["check", "gate", "--course", str(VICTIM), "--folder", str(folder)])
    assert done.exit_code == 2
    assert "is not an answer file of gate" in done.output
    assert "Traceback" not in done.output
