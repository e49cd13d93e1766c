"""What an attack can leave behind on a machine: processes, files, descriptors, shared memory, changed sources."""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import Iterator

MARK = "goprod-attack"
"""Every file that an attack makes outside of its folder has a name that begins so."""

_SEGMENT = "24589"  # 0x600d, the key of the attack shared_memory
_PUBLIC = ("/", "/tmp", "/dev/shm", "/var/tmp", "/run", "/usr", "/etc", "/root")  # noqa: S108 - these are looked at, not used
_PR_SET_CHILD_SUBREAPER = 36
_MOMENT = 1.0  # seconds


class Machine:
    """The machine as it was before an attack; `work` is the folder that everything of ours is below."""

    def __init__(self, work: Path, sources: Path) -> None:
        self.work, self.sources = work, sources
        self.files = self._files()
        self.descriptors = self._descriptors()
        self.digest = _digest(sources)

    def left(self) -> list[str]:
        """Return what is there now and was not before, and take it away."""
        found = [f"process {line}" for line in _processes()]
        found += [f"file {path}" for path in self._files() - self.files]
        found += [f"descriptor {about}" for about in self._descriptors() - self.descriptors]
        found += [f"shared memory {line}" for line in _segments()]
        if _digest(self.sources) != self.digest:
            found.append(f"a change in {self.sources}")
        for path in self._files() - self.files:
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
        for line in _segments():
            subprocess.run(["ipcrm", "-m", line.split()[1]], check=False)
        return found

    def _files(self) -> set[Path]:
        marked = {path for folder in _PUBLIC for path in Path(folder).glob(f"{MARK}*")}
        return marked | set(self.work.iterdir())

    def _descriptors(self) -> set[str]:
        found = set()
        for link in Path("/proc/self/fd").iterdir():
            with contextlib.suppress(OSError):
                found.add(f"{link.name} {link.readlink()}")
        return {about for about in found if not about.endswith("/fd")}


@contextlib.contextmanager
def orphans_are_ours() -> Iterator[None]:
    """Have every process that a descendant leaves behind become a child of this one, so that none is overlooked."""
    libc = ctypes.CDLL(None)
    libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    try:
        yield
    finally:
        libc.prctl(_PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)


def _processes() -> list[str]:
    """Return the command lines of our descendants that do not end by themselves, and end them.

    What was killed needs a moment to be gone.
    """
    found = []
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            try:
                process.wait(_MOMENT)
            except psutil.TimeoutExpired:
                found.append(f"{process.pid} {' '.join(process.cmdline())}")
                process.kill()
                process.wait(_MOMENT)
    return found


def _segments() -> list[str]:
    table = Path("/proc/sysvipc/shm")
    return [line for line in table.read_text().splitlines() if line.split()[:1] == [_SEGMENT]] if table.is_file() else []


def _digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        digest.update(str(path).encode() + (path.read_bytes() if path.is_file() else b""))
        digest.update(str(os.lstat(path).st_mode).encode())
    return digest.hexdigest()
