"""Folders to build and run attempts in; those that a killed grader left behind are swept by the next."""

from __future__ import annotations

import contextlib
import fcntl
import functools
import os
import shutil
import stat
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_PREFIX = "goprod-"
_GRACE = 60
"""Seconds that a folder may be without its lock: between its making and the lock there is a moment."""


@contextlib.contextmanager
def folder(purpose: str = "") -> Iterator[Path]:
    """Give an empty folder whose name says its purpose, and remove it. Raises OSError if there is no space for one."""
    root = place()
    _sweep(root)
    with tempfile.TemporaryDirectory(prefix=f"{_PREFIX}{purpose}", dir=root) as name:
        owned = os.open(name, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(owned, fcntl.LOCK_EX)  # the kernel lets go of it when this process ends, however it ends
            yield Path(name)
        finally:
            os.close(owned)


def place() -> str:
    """Return the folder for temporary folders: one that the users of runs can enter, too, if there is such a one."""
    usual = tempfile.gettempdir()
    if os.getuid() != 0:
        return usual
    return next((folder for folder in (usual, "/tmp", "/var/tmp") if _open_to_all(Path(folder))), usual)  # noqa: S108 - last resorts


def _open_to_all(path: Path) -> bool:
    try:
        return all(part.stat().st_mode & stat.S_IXOTH for part in (path, *path.parents))
    except OSError:
        return False


@functools.cache
def _sweep(root: str) -> None:
    """Remove our folders whose owner is gone, once a process."""
    for path in Path(root).glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):
            found = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                about = os.fstat(found)
                if about.st_uid != os.geteuid() or time.time() - about.st_mtime < _GRACE:
                    continue
                fcntl.flock(found, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(path, ignore_errors=True)
            finally:
                os.close(found)
