"""Times a command, and weighs it together with all that it starts."""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from typing import TYPE_CHECKING, NamedTuple

import psutil

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_EVERY = 0.1  # seconds between two looks at the memory


class Timed(NamedTuple):
    """What a command took with all that it started: seconds, seconds of processors, and resident memory at its most, in bytes."""

    seconds: float
    processors: float
    peak: int


def timed(command: Sequence[str], folder: Path, env: Mapping[str, str]) -> Timed:
    """Run a command to its end. Exits with what it said if it fails."""
    with tempfile.TemporaryFile("w+") as said:
        before, start = _used(), time.perf_counter()
        with psutil.Popen(command, cwd=folder, env=dict(env), stdout=said, stderr=said) as process:
            peak = 0
            while True:
                try:
                    process.wait(_EVERY)
                    break
                except (psutil.TimeoutExpired, subprocess.TimeoutExpired):
                    peak = max(peak, _resident(process))
        seconds = time.perf_counter() - start
        if process.returncode:
            said.seek(0)
            sys.exit(f"{' '.join(command)} failed: {said.read()[-4000:]}")
    return Timed(seconds, _used() - before, peak)


def _used() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _resident(process: psutil.Process) -> int:
    total = 0
    for each in (process, *process.children(recursive=True)):
        try:
            total += each.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return total
