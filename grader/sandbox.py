"""Confines the processes that run a learner's code, as far as this machine allows."""

from __future__ import annotations

import functools
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

ADDRESS_SPACE = 4 << 30  # bytes; the race runtime reserves much and needs over 1 GiB (measured)
FILE_SIZE = 16 << 20  # bytes of one file
OPEN_FILES = 256
PROCESSES = 256  # threads count


@functools.cache
def rung() -> str:
    """Return the name of the confinement in force: "rlimits", or "none" where even that is missing."""
    return "rlimits" if shutil.which("prlimit") else "none"


def confine(argv: Sequence[str], *, cpu: int) -> list[str]:
    """Return a command that runs `argv` confined, with at most `cpu` seconds of processor time."""
    if rung() == "none":
        return list(argv)
    return [
        "prlimit",
        f"--as={ADDRESS_SPACE}",
        f"--cpu={cpu}",
        f"--fsize={FILE_SIZE}",
        f"--nofile={OPEN_FILES}",
        f"--nproc={_threads_of_user() + PROCESSES}",
        "--core=0",
        "--",
        *argv,
    ]


def _threads_of_user() -> int:
    """Return how many threads this user has: the limit counts them all, not the run's alone."""
    uid, threads = os.getuid(), 0
    for status in Path("/proc").glob("[0-9]*/task"):
        try:
            if status.stat().st_uid == uid:
                threads += status.stat().st_nlink - 2
        except OSError:
            continue
    return threads
