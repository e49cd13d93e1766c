"""Work folders: one for each attempt, gone after it, also when the grader was killed."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from grader import workplace

HOLD = """
from grader import workplace

workplace._open_to_all = bool
folder = workplace.folder()
print(folder.__enter__(), flush=True)
input()
"""


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the folder of work folders, where nothing was swept yet."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(workplace, "_open_to_all", lambda _: True)
    workplace._sweep.cache_clear()
    return tmp_path


def aged(path: Path) -> Path:
    """Make a folder look an hour old."""
    about = path.stat()
    os.utime(path, (about.st_atime, about.st_mtime - 3600))
    return path


def held(root: Path) -> tuple[subprocess.Popen[str], Path]:
    """Start a process that has a work folder."""
    env = os.environ | {"TMPDIR": str(root), "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD], env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert process.stdout
    return process, Path(process.stdout.readline().strip())


def test_a_folder_is_gone_after_its_use(root: Path) -> None:
    """The folder is there while it is used, and gone after, whatever is in it."""
    with workplace.folder() as folder:
        assert folder.parent == root
        (folder / "deep").mkdir()
        (folder / "deep/file").write_text("x")
    assert list(root.iterdir()) == []


def test_what_a_killed_process_left_is_swept(root: Path) -> None:
    """The next process removes what a killed one left, and nothing that another still uses."""
    killed, left = held(root)
    alive, used = held(root)
    (left / "goprod.test").write_text("x")
    killed.kill()
    killed.wait()
    aged(left)
    aged(used)
    try:
        with workplace.folder():
            assert not left.exists()
            assert used.exists()
    finally:
        alive.communicate("")


def test_what_is_not_ours_stays(root: Path) -> None:
    """A folder of a moment ago, a file, and what a link points to are left alone."""
    fresh, file, other = root / "goprod-fresh", root / "goprod-x.log", root / "elsewhere"
    fresh.mkdir()
    file.write_text("a log")
    other.mkdir()
    link = root / "goprod-link"
    link.symlink_to(other)
    aged(other)
    with workplace.folder():
        assert {fresh, file, other, link} <= set(root.iterdir())


def test_it_is_swept_once_a_process(root: Path) -> None:
    """A second folder of the same process does not look again."""
    with workplace.folder():
        later = root / "goprod-later"
        later.mkdir()
        aged(later)
    with workplace.folder():
        assert later.exists()
