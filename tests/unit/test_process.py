"""Running one program: what it gets, what is kept of it, and that nothing of it is left."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from grader import process
from grader.process import KEPT, Finished, Limits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.process import Stream

HERE = Path("/")
ENV = {"PATH": os.defpath}


def run(argv: Sequence[str], *, limits: Limits | None = None, stdin: bytes = b"") -> Finished:
    """Run a program to its end."""
    return asyncio.run(process.run(argv, env=ENV, cwd=HERE, limits=limits or Limits(seconds=10), stdin=stdin))


def sh(script: str, *, limits: Limits | None = None, stdin: bytes = b"") -> Finished:
    """Run a shell script to its end."""
    return run(["sh", "-c", script], limits=limits, stdin=stdin)


def runs(pid: int) -> bool:
    """Say whether a process is there and is no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def gone(pid: int) -> bool:
    """Say whether a process ends within some seconds."""
    deadline = time.monotonic() + 5
    while runs(pid) and time.monotonic() < deadline:
        time.sleep(0.01)
    return not runs(pid)


def test_what_a_program_gets(tmp_path: Path) -> None:
    """A program has the environment, the folder and the input that it was given, and no more."""
    done = asyncio.run(process.run(["sh", "-c", "env; pwd; cat"], env={"A": "1"}, cwd=tmp_path, stdin=b"in"))
    assert set(done.stdout.split("\n")) - {"SHLVL=0", "_=/usr/bin/env"} == {"A=1", f"PWD={tmp_path}", str(tmp_path), "in"}
    assert (done.code, done.ended, done.stderr, done.reply) == (0, "exit", "", b"")


@pytest.mark.parametrize(
    ("script", "code", "stdout", "stderr", "reply"),
    [
        ("echo out; echo err >&2; exit 3", 3, "out\n", "err\n", b""),
        ("kill -SEGV $$", -signal.SIGSEGV, "", "", b""),
        ('read order; echo "got $order" >&0', 0, "", "", b"got go\n"),
        ("printf 'a\\377b'", 0, "a\N{REPLACEMENT CHARACTER}b", "", b""),
    ],
)  # fmt: skip
def test_how_a_program_ended(script: str, code: int, stdout: str, stderr: str, reply: bytes) -> None:
    """Its exit code or signal, its output and its reply on the socket come back."""
    done = sh(script, stdin=b"go\n")
    assert done == Finished(code, "exit", stdout, stderr, reply, done.seconds)


def test_no_such_program() -> None:
    """What cannot be started is an OSError."""
    with pytest.raises(OSError, match="no-such-program"):
        run(["no-such-program"])


def test_input_that_nobody_reads() -> None:
    """A program that leaves its input unread ends all the same."""
    done = sh("exit 0", stdin=b"x" * (4 << 20))
    assert (done.code, done.ended) == (0, "exit")


def test_first_and_last_part_of_long_output() -> None:
    """Of long output the first and the last part are kept, and how much lies between is told."""
    done = run([sys.executable, "-c", "print('a' * 100_000 + 'b' * 200_000 + 'c' * 100_000, end='')"])
    assert done.ended == "exit"
    head, middle, tail = done.stdout.split("\n")
    assert head == "a" * KEPT
    assert len(tail) >= KEPT
    assert tail.lstrip("b") == "c" * min(len(tail), 100_000)
    assert middle == f"[{400_000 - len(head) - len(tail)} bytes left out]"


def test_all_of_long_output() -> None:
    """What a machine reads is kept whole, if that is asked for."""
    done = run([sys.executable, "-c", "print('a' * 400_000, end='')"], limits=Limits(output=1 << 20, kept=1 << 20))
    assert done.stdout == "a" * 400_000


@pytest.mark.parametrize(
    ("script", "limits", "ended"),
    [
        ("sleep 30", Limits(seconds=0.1), "timeout"),
        ("while :; do :; done", Limits(seconds=0.1), "timeout"),
        ("trap '' TERM; sleep 30", Limits(seconds=0.1, grace=0.1), "timeout"),
        ("yes", Limits(seconds=10, output=1 << 20), "output"),
        ("yes >&2", Limits(seconds=10, output=1 << 20), "output"),
        ("x=$(yes | head -c 100000000)", Limits(seconds=10, memory=32 << 20), "memory"),
    ],
)
def test_limits(script: str, limits: Limits, ended: str) -> None:
    """What passes a limit of time, output or memory is killed at once, and which limit it was is told."""
    done = sh(script, limits=limits)
    assert (done.ended, done.code) == (ended, -signal.SIGKILL)
    assert done.seconds < 10


@pytest.mark.parametrize("started", ["f & wait", "sh -c 'x=$(yes | head -c 100000000); sleep 9' & wait", "(f)"])
def test_memory_of_what_it_started(started: str) -> None:
    """The memory of what a program starts counts as its own."""
    done = sh(f"f() {{ x=$(yes | head -c 100000000); sleep 9; }}; {started}; true", limits=Limits(seconds=20, memory=60 << 20))
    assert (done.ended, done.code) == ("memory", -signal.SIGKILL)


@pytest.mark.parametrize(
    "script",
    [
        "head -c 3000000 /dev/zero > file; sleep 9",
        "mkdir -p a/b/c; for n in 1 2 3; do head -c 1000000 /dev/zero > a/b/c/$n; done; sleep 9",
        "while :; do head -c 100000 /dev/zero >> file; done",
    ],
)
def test_a_folder_that_is_full(tmp_path: Path, script: str) -> None:
    """What a program has written to a folder may not take more than the limit of its disk."""
    limits = Limits(seconds=20, folder=tmp_path, disk=2 << 20)
    done = asyncio.run(process.run(["sh", "-c", script], env=ENV, cwd=tmp_path, limits=limits))
    assert (done.ended, done.code) == ("disk", -signal.SIGKILL)
    assert done.seconds < 10


@pytest.mark.parametrize(
    "script",
    [
        "head -c 1000000 /dev/zero > file",
        "truncate -s 1G file",
        "ln -s / root; head -c 1000000 /dev/zero > file",
        "mkdir locked; chmod 000 locked; mkfifo pipe",
    ],
)
def test_a_folder_with_room(tmp_path: Path, script: str) -> None:
    """Less than the limit, a hole in a file, and what is elsewhere behind a link, do not count."""
    limits = Limits(seconds=20, folder=tmp_path, disk=2 << 20)
    done = asyncio.run(process.run(["sh", "-c", f"{script}; sleep 0.5"], env=ENV, cwd=tmp_path, limits=limits))
    assert (done.ended, done.code) == ("exit", 0)


def test_grace() -> None:
    """With grace, a program that is ended early may say goodbye."""
    done = sh("trap 'echo bye; exit 5' TERM; while :; do sleep 0.01; done", limits=Limits(seconds=0.2, grace=15))
    assert (done.code, done.ended, done.stdout) == (5, "timeout", "bye\n")
    assert done.seconds < 10


@pytest.mark.parametrize("script", ["sleep 30 & echo $!", "sleep 30 & echo $!; sleep 30"])
def test_children_die_with_it(script: str) -> None:
    """When a program has ended, or was ended, its children are killed."""
    done = sh(script, limits=Limits(seconds=0.2))
    assert gone(int(done.stdout))
    assert done.seconds < 10


def test_a_child_that_left_its_group() -> None:
    """A child in a session of its own holds the run up no longer than a moment, though it keeps the output open."""
    done = sh("setsid sleep 9 & exit 4", limits=Limits(seconds=10))
    assert (done.code, done.ended) == (4, "exit")
    assert done.seconds < 5


def test_cancelled_while_it_runs() -> None:
    """A caller that is cancelled leaves no process behind."""

    async def start_and_cancel() -> bytes:
        said: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        script = "sleep 30 & echo $$ $!; wait"
        watch = lambda _, data: said.set_result(data)  # noqa: E731 - mypy knows its type from its use
        job = asyncio.ensure_future(process.run(["sh", "-c", script], env=ENV, cwd=HERE, watch=watch))
        await said
        job.cancel()
        with pytest.raises(asyncio.CancelledError):
            await job
        return said.result()

    start = time.monotonic()
    pids = asyncio.run(start_and_cancel()).split()
    assert time.monotonic() - start < 10
    assert [gone(int(pid)) for pid in pids] == [True, True]


def test_output_is_watched_as_it_comes() -> None:
    """Output is told while the program runs, by stream."""
    seen: list[tuple[Stream, bytes]] = []

    async def started() -> Finished:
        script = "echo one; read go; echo two >&2"
        return await process.run(["sh", "-c", script], env=ENV, cwd=HERE, stdin=b"go\n", watch=lambda name, data: seen.append((name, data)))

    asyncio.run(started())
    assert sorted(seen) == [("stderr", b"two\n"), ("stdout", b"one\n")]


def test_many_at_once() -> None:
    """Twenty at once each get their own input and answer."""

    async def all_of_them() -> list[Finished]:
        script = 'read n; echo "$n"; echo "$n" >&0'
        return await asyncio.gather(*(process.run(["sh", "-c", script], env=ENV, cwd=HERE, stdin=b"%d\n" % n) for n in range(20)))

    assert [(d.stdout, d.reply) for d in asyncio.run(all_of_them())] == [(f"{n}\n", b"%d\n" % n) for n in range(20)]


@pytest.mark.parametrize("above", [[], ["sh", "-c", '"$@"; exit 0', "above"]], ids=["alone", "below another"])
def test_a_program_is_asked_for_its_stacks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, above: list[str]) -> None:
    """With `trace`, who runs out of time gets SIGQUIT before the end, below a sandbox too, and what it then says is kept."""
    ready = asyncio.Event()

    async def out_of_time(*_: object) -> str:
        await ready.wait()
        return "timeout"

    def watch(_: str, data: bytes) -> None:
        if b"ready" in data:
            ready.set()

    monkeypatch.setattr(process, "_wait", out_of_time)
    monkeypatch.setattr(process, "_TRACE", 60)
    argv = [*above, "sh", "-c", "trap 'echo here; exit 2' QUIT; echo ready; while :; do :; done"]
    done = asyncio.run(process.run(argv, env={"PATH": os.defpath}, cwd=tmp_path, limits=Limits(trace=True), watch=watch))
    assert (done.ended, done.stdout) == ("timeout", "ready\nhere\n")
