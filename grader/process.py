"""Runs one program in a process group of its own, with limits, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import math
import os
import signal
import socket
import stat
import subprocess
import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

KEPT = 64 * 1024
"""Bytes kept of the first and of the last part of each stream, unless more are asked for."""

_POLL = 0.02  # seconds between looks at the memory
_LINGER = 0.2  # seconds that a pipe may stay open after the group was killed

_TRACE = 0.5  # seconds for a program to print its stacks
_SIZE_EVERY = 0.1  # seconds between looks at the folder
_DEEPEST = 100  # folders one within the other

Ended = Literal["exit", "timeout", "output", "memory", "disk"]
Stream = Literal["stdout", "stderr"]


@dataclass(frozen=True)
class Limits:
    """What a run may use: wall time in seconds, output in bytes, resident memory in bytes.

    `kept` is how many bytes are kept of the first and of the last part of each stream: a program
    whose output is read by a machine needs as much as `output`.
    `grace` is how many seconds its group has between SIGTERM and SIGKILL when it is ended early.
    What is in `folder` may grow to `disk` bytes. With `trace`, a Go program that runs out of
    wall time is asked for its stacks first.
    """

    seconds: float = 60.0
    output: int = 1 << 20
    memory: int | None = None
    kept: int = KEPT
    grace: float = 0.0
    folder: Path | None = None
    disk: int = 0
    trace: bool = False


@dataclass(frozen=True)
class Finished:
    """How a run ended. `code` is the exit code, negative for a signal; `reply` what it wrote to its socket."""

    code: int
    ended: Ended
    stdout: str
    stderr: str
    reply: bytes
    seconds: float

    @property
    def killed(self) -> bool:
        """Whether somebody else killed it: a person, or the system for want of memory."""
        return self.ended == "exit" and self.code == -signal.SIGKILL


class _Kept:
    """The first and the last part of a stream, each of that many bytes."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.head = bytearray()
        self.tail: deque[bytes] = deque()
        self.tail_size = self.total = 0

    def add(self, data: bytes) -> None:
        self.total += len(data)
        room = self.size - len(self.head)
        self.head += data[:room]
        if rest := data[room:]:
            self.tail.append(rest)
            self.tail_size += len(rest)
            while self.tail_size - len(self.tail[0]) >= self.size:
                self.tail_size -= len(self.tail.popleft())

    def text(self) -> str:
        left_out = self.total - len(self.head) - self.tail_size
        middle = f"\n[{left_out} bytes left out]\n".encode() if left_out else b""
        return (bytes(self.head) + middle + b"".join(self.tail)).decode("utf-8", "replace")


async def run(
    argv: Sequence[str],
    *,
    env: Mapping[str, str],
    cwd: Path,
    limits: Limits = Limits(),
    stdin: bytes = b"",
    watch: Callable[[Stream, bytes], None] | None = None,
) -> Finished:
    """Run a program to its end, or to the end of a limit; tell `watch` of output as it comes.

    Its standard input is a socket: it holds `stdin` and takes a reply. The whole
    group is killed at the end, also when the caller is cancelled.
    Raises OSError if the program cannot be started.
    """
    start = time.monotonic()
    with contextlib.ExitStack() as ours, contextlib.ExitStack() as theirs:
        order, input_end = socket.socketpair()
        order.setblocking(False)
        ours.enter_context(order)
        theirs.enter_context(input_end)
        stdout, stdout_end = await _pipe(ours, theirs)
        stderr, stderr_end = await _pipe(ours, theirs)
        process = subprocess.Popen(  # noqa: ASYNC220 - asyncio's own blocks as long: until the program has started
            argv, stdin=input_end.fileno(), stdout=stdout_end, stderr=stderr_end, env=dict(env), cwd=cwd, start_new_session=True
        )
        end: asyncio.Future[Any] = asyncio.ensure_future(_end(process))
        theirs.close()
        out, err, overflow = _Kept(limits.kept), _Kept(limits.kept), asyncio.Event()

        def take(name: Stream, kept: _Kept, data: bytes) -> None:
            kept.add(data)
            if watch is not None and not overflow.is_set():
                watch(name, data)
            if kept.total > limits.output:
                overflow.set()

        jobs = [
            asyncio.ensure_future(_feed(order, stdin)),
            asyncio.ensure_future(_drain(stdout, functools.partial(take, "stdout", out))),
            asyncio.ensure_future(_drain(stderr, functools.partial(take, "stderr", err))),
        ]
        try:
            ended = await _wait(process.pid, end, limits, overflow)
            if ended == "timeout" and limits.trace:
                for pid in _leaves(process.pid):
                    with contextlib.suppress(ProcessLookupError, PermissionError):
                        os.kill(pid, signal.SIGQUIT)
                await asyncio.wait({end}, timeout=_TRACE)
        finally:
            try:
                if limits.grace and not end.done():
                    _signal(process.pid, signal.SIGTERM)
                    await asyncio.wait({end}, timeout=limits.grace)
            finally:
                _signal(process.pid, signal.SIGKILL)
            await asyncio.shield(end)
            _, late = await asyncio.wait(jobs, timeout=_LINGER)
            for job in late:
                job.cancel()
        try:
            reply = order.recv(4096)
        except OSError:
            reply = b""
    return Finished(
        code=-signal.SIGKILL if process.returncode is None else process.returncode,
        ended=ended,
        stdout=out.text(),
        stderr=err.text(),
        reply=reply,
        seconds=time.monotonic() - start,
    )


async def _pipe(ours: contextlib.ExitStack, theirs: contextlib.ExitStack) -> tuple[asyncio.StreamReader, int]:
    """Open a pipe: a reader for us, and the program's end.

    With pipes of its own making, asyncio would wait for their ends as well as for the
    program's, and a daemon that kept one open could hold up the caller for ever.
    """
    read, write = os.pipe()
    theirs.callback(os.close, write)
    reader = asyncio.StreamReader()
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(read, "rb", 0)
    )
    ours.callback(transport.close)
    return reader, write


async def _feed(to: socket.socket, data: bytes) -> None:
    with contextlib.suppress(OSError):
        await asyncio.get_running_loop().sock_sendall(to, data)
        to.shutdown(socket.SHUT_WR)


def _signal(group: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


async def _drain(stream: asyncio.StreamReader, take: Callable[[bytes], None]) -> None:
    while data := await stream.read(1 << 16):
        take(data)


async def _end(process: subprocess.Popen[bytes]) -> None:
    """Wait until a process has ended. asyncio's own way starts a thread for each, which doubles the time of a short one."""
    try:
        handle = os.pidfd_open(process.pid)
    except (AttributeError, OSError):  # not Linux, or an old one
        await asyncio.to_thread(process.wait)
        return
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_reader(handle, ended.set)
    try:
        await ended.wait()
    finally:
        loop.remove_reader(handle)
        os.close(handle)
    process.wait()


async def _wait(pid: int, ended: asyncio.Future[Any], limits: Limits, overflow: asyncio.Event) -> Ended:
    """Return when the program has ended, or has reached a limit and must be killed."""
    flooded: asyncio.Future[Any] = asyncio.ensure_future(overflow.wait())
    deadline, next_size = time.monotonic() + limits.seconds, time.monotonic() + _SIZE_EVERY
    watched = limits.memory is not None or limits.folder is not None
    try:
        while not ended.done():
            left = deadline - time.monotonic()
            if left <= 0:
                return "timeout"
            await asyncio.wait({ended, flooded}, timeout=min(left, _POLL) if watched else left, return_when=asyncio.FIRST_COMPLETED)
            if flooded.done():
                return "output"
            if limits.memory is not None and _resident(pid) > limits.memory:
                return "memory"
            if time.monotonic() > next_size:
                next_size = time.monotonic() + _SIZE_EVERY
                if _overfull(limits, pid):
                    return "disk"
    finally:
        flooded.cancel()
    return "disk" if _overfull(limits, pid) else "exit"


def _resident(pid: int) -> int:
    """Return the resident memory of a process and of those that it started, in bytes; 0 where the system does not tell."""
    try:
        own = int(_read(f"/proc/{pid}/statm").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError, ValueError):
        return 0
    return own + sum(map(_resident, _children(pid)))


def _read(path: str) -> bytes:
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - asked hundreds of times a second
        return file.read()


def _leaves(pid: int) -> list[int]:
    """Return the processes at the ends of the tree below a process: the program, where a sandbox stands above it."""
    return [leaf for child in _children(pid) for leaf in _leaves(child)] or [pid]


def _children(pid: int) -> list[int]:
    """Return the processes that the threads of a process have started; none where the system does not tell."""
    try:
        return [int(child) for thread in _scan(f"/proc/{pid}/task") for child in _read(f"{thread}/children").split()]
    except OSError:
        return []


def _overfull(limits: Limits, pid: int) -> bool:
    return limits.folder is not None and _size(limits.folder, pid) > limits.disk


def _size(folder: Path, pid: int) -> float:
    """Return the bytes of the files in a folder, and of those that a process has open and that have no name any more.

    A folder that cannot be looked into, or that is deeper than anybody needs, counts as too large.
    """
    total, folders = 0, [(str(folder), 0)]
    try:
        while folders:
            here, depth = folders.pop()
            if depth > _DEEPEST:
                return math.inf
            for entry in os.scandir(here):
                if entry.is_dir(follow_symlinks=False):
                    folders.append((entry.path, depth + 1))
                total += entry.stat(follow_symlinks=False).st_blocks * 512
    except FileNotFoundError:
        pass  # it is at work: the next look comes soon
    except OSError:
        return math.inf
    return total + sum(map(_nameless, _scan(f"/proc/{pid}/fd")))


def _scan(folder: str) -> list[str]:
    try:
        return [entry.path for entry in os.scandir(folder)]
    except OSError:
        return []


def _nameless(path: str) -> int:
    try:
        about = os.stat(path)  # noqa: PTH116 - a link of /proc that leads nowhere
    except OSError:
        return 0
    return about.st_blocks * 512 if stat.S_ISREG(about.st_mode) and about.st_nlink == 0 else 0
