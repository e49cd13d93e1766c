"""The sandboxes for real: what each rung keeps in, what it lets through, and that honest code notices nothing."""

from __future__ import annotations

import asyncio
import contextlib
import os
import pickle
import platform
import re
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pytest

from grader import process, sandbox, toolchain
from grader.attempt import Attempt
from grader.build import build
from grader.course import Course
from grader.errors import InfraError, SandboxError
from grader.guard import Inspection
from grader.judge import run_tests
from grader.process import Limits
from tests.conftest import NOBODY

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator

    from grader.course import Exercise
    from grader.process import Finished
    from grader.sandbox import Rung, Sandbox
    from grader.verdict import TestResult

    T = TypeVar("T")

PROGRAMS = Path(__file__).parent / "programs"
USERS = ["root", "ordinary"] if os.getuid() == 0 else ["ordinary"]
RUNGS: tuple[Rung, ...] = ("bubblewrap", "landlock", "rlimits")
LIMITS = Limits(seconds=15, output=1 << 20, memory=512 << 20)

pytestmark = pytest.mark.skipif(
    platform.system() != "Linux" or platform.machine() != "x86_64", reason="the programs know the system calls of one architecture"
)


@pytest.fixture(scope="module")
def shared() -> Iterator[Path]:
    """Give a folder that every user can reach: with the programs, and the parts of the sandboxes."""
    folder = Path(tempfile.mkdtemp(prefix="goprod-shared-"))
    tools = toolchain.find()
    env = {**tools.env, "CGO_ENABLED": "1"}
    for name, command in (("trespass", ["build"]), ("honest", ["test", "-c"])):
        sources = sorted((PROGRAMS / name).glob("*.go"))
        subprocess.run([tools.go, *command, "-race", "-o", folder / name, *sources], env=env, check=True)
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def boxes(shared: Path) -> dict[str, Sandbox]:
    """Give the rungs that work here, from files that every user can reach."""
    tools = toolchain.find()
    found: dict[str, Sandbox] = {}
    for each in asyncio.run(sandbox.ladder(tools)):
        if each.sandbox and each.sandbox.confine:
            parts = {part: Path(shutil.copy(path, shared)) for part in ("confine", "like") if (path := getattr(each.sandbox, part))}
            found[each.rung] = replace(each.sandbox, **parts)  # type: ignore[arg-type]  # both are paths
    return found


@pytest.fixture(params=RUNGS)
def box(request: pytest.FixtureRequest, boxes: dict[str, Sandbox]) -> Sandbox:
    """Give each rung that works here."""
    if request.param not in boxes:
        pytest.skip(f"{request.param} is out of reach here")
    return boxes[request.param]


@pytest.fixture(params=USERS)
def user(request: pytest.FixtureRequest) -> str:
    """Give each kind of user that a grader may be."""
    kind: str = request.param
    return kind


@pytest.fixture
def work(user: str) -> Iterator[Path]:
    """Give the folder of an attempt, which belongs to the grader's user; nothing but what was there may be left."""
    folder = Path(tempfile.mkdtemp(prefix="goprod-work-"))
    folder.chmod(0o711)
    if user != "root" and os.getuid() == 0:
        os.chown(folder, NOBODY, NOBODY)
    yield folder
    left = [path.name for path in folder.iterdir() if not path.name.startswith("decoy")]
    shutil.rmtree(folder)
    assert left == []


def as_user(user: str, job: Callable[[], Coroutine[object, object, T]]) -> T:
    """Run a job as this kind of user, in a process of its own if that is another than ours."""
    if user == "root" or os.getuid() != 0:
        return asyncio.run(job())
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        answer: object = AssertionError("no answer")
        try:
            os.setgroups([])
            os.setresgid(NOBODY, NOBODY, NOBODY)
            os.setresuid(NOBODY, NOBODY, NOBODY)
            answer = asyncio.run(job())
        except BaseException as error:  # noqa: BLE001 - it is raised in the parent
            answer = AssertionError(repr(error))
        finally:
            with os.fdopen(write, "wb") as pipe:
                pickle.dump(answer, pipe)
            os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        found = pickle.load(pipe)  # noqa: S301 - from our own child
    os.waitpid(child, 0)
    if isinstance(found, Exception):
        raise found
    return found  # type: ignore[no-any-return]  # it is what the job returned


async def confined(box: Sandbox, work: Path, command: list[str | Path], limits: Limits = LIMITS, more: tuple[str, ...] = ()) -> Finished:
    """Run a program on a rung, with what a test has; `more` is options of confine."""
    program, *arguments = map(str, command)
    with box.room(work) as room:
        argv = [*room.command(Path(program), cpu=30), *arguments]
        argv[1:1] = more
        return room.ended(await process.run(argv, env=room.env, cwd=room.folder, limits=room.limits(limits)))


def trespass(user: str, box: Sandbox, shared: Path, work: Path, *arguments: str, limits: Limits = LIMITS) -> Finished:
    """Run trespass on a rung."""
    return as_user(user, lambda: confined(box, work, [shared / "trespass", *arguments], limits))


SEEN = {"see that there is"}
FILES_OUTSIDE = {"write a file outside", "make a file outside", "truncate a file outside", "link to a file outside"}
RIGHTS = {"change the rights of a file outside", "change the times of a file outside"}
NAMES = {"rename a file outside", "remove a file outside"}
FILE_AS_CODE = {"execute a written file as memory"}
SOCKETS = {
    "TCP", "TCP socket", "TCP socket on IPv6", "UDP", "UDP socket", "unix socket", "abstract socket", "MPTCP", "netlink", "vsock",
    "socket pair",
}  # fmt: skip
THROUGH: dict[tuple[str, str], set[str]] = {
    ("bubblewrap", "root"): FILE_AS_CODE,
    ("bubblewrap", "ordinary"): FILE_AS_CODE,
    ("landlock", "root"): FILE_AS_CODE | SEEN,
    ("landlock", "ordinary"): FILE_AS_CODE | SEEN,
}
"""What two rungs let through, and is therefore the guard's alone to keep away; with a grader who is root, and who is not."""


def tried(user: str, box: Sandbox, shared: Path, work: Path) -> set[str]:
    """Return what got through; the decoy is a file of the grader's, in a folder of the grader's."""
    decoy = work / "decoy"
    decoy.write_text("kept as it is")
    if user != "root" and os.getuid() == 0:
        os.chown(decoy, NOBODY, NOBODY)
    others = Path(tempfile.mkdtemp(prefix="goprod-other-"))  # another attempt's
    (others / "attempt.go").write_text("package other")
    others.chmod(0o755)
    here = Path(__file__)
    paths = [others, others / "attempt.go", here, here.parent, "/etc", "/etc/passwd", "/root", "/home", "/usr/bin", Path.home()]
    done = trespass(user, box, shared, work, "all", str(decoy), *map(str, paths))
    shutil.rmtree(others)
    assert done.code == 0, done.stderr
    return set(done.stdout.splitlines())


@pytest.mark.parametrize("rung", ["bubblewrap", "landlock"])
def test_what_gets_through(user: str, rung: str, boxes: dict[str, Sandbox], shared: Path, work: Path) -> None:
    """Files, sockets, processes, signals, kinds of memory and powers: on the two best rungs nothing gets through but what is declared."""
    if rung not in boxes:
        pytest.skip(f"{rung} is out of reach here")
    got = {name if not name.startswith("see ") else "see that there is" for name in tried(user, boxes[rung], shared, work)}
    assert got == THROUGH[rung, user]
    assert (work / "decoy").read_text() == "kept as it is"


def test_what_the_lowest_rung_keeps_in(user: str, boxes: dict[str, Sandbox], shared: Path, work: Path) -> None:
    """The lowest rung has limits alone, which cannot be raised; where the grader is root, its files are another user's."""
    got = tried(user, boxes["rlimits"], shared, work)
    # Go itself holds files of its control group open there, so that descriptors tell nothing
    assert got & {"raise a limit", "capabilities", "mount", "change root"} == set()
    assert {"TCP", "process", "list /etc"} <= got
    if user == "root":
        assert not got & (FILES_OUTSIDE | RIGHTS | NAMES | {"signal to the parent", "list /root"})


def test_each_rung_passes_the_probe(box: Sandbox) -> None:
    """Each rung that is offered has passed the probe, and passes it again."""
    assert asyncio.run(sandbox._probed(box)) == sandbox.Found(box.rung, box)


@pytest.mark.parametrize("kind", ["broken", "missing", "lies", "not executable"])
def test_a_bubblewrap_that_does_not_work(boxes: dict[str, Sandbox], tmp_path: Path, kind: str) -> None:
    """A bubblewrap that is no bubblewrap is found out, with its words; one that confines nothing, by what gets through."""
    if "bubblewrap" not in boxes:
        pytest.skip("bubblewrap is out of reach here")
    bwrap = Path(tempfile.mkdtemp(prefix="goprod-bwrap-")) / "bwrap"
    bwrap.parent.chmod(0o755)
    scripts = {
        "broken": '#!/bin/sh\necho "bwrap: No permissions to create new namespace" >&2\nexit 1\n',
        "lies": f'#!/bin/sh\nfor last; do :; done\nexec {tmp_path}/no-such-program "$last"\n',
        "not executable": "",
    }
    if kind in scripts:
        bwrap.write_text(scripts[kind])
        bwrap.chmod(0o644 if kind == "not executable" else 0o755)
    found = asyncio.run(sandbox._probed(replace(boxes["bubblewrap"], bwrap=bwrap)))
    shutil.rmtree(bwrap.parent)
    assert found.sandbox is None
    reasons = {
        "broken": "the sandbox bubblewrap failed: bwrap: No permissions to create new namespace. It needs user namespaces",
        "missing": "the sandbox bubblewrap failed: confine: start bubblewrap: no such file or directory. It needs",
        "lies": "the race detector does not work in it (exit 12",
        "not executable": "the sandbox bubblewrap failed: confine: start bubblewrap: permission denied. Set TMPDIR",
    }
    assert found.why.startswith(reasons[kind])


def test_a_bubblewrap_that_confines_nothing(boxes: dict[str, Sandbox]) -> None:
    """A bubblewrap that runs the program as it is lets everything through, and is found out by that."""
    bwrap = Path(tempfile.mkdtemp(prefix="goprod-bwrap-")) / "bwrap"
    bwrap.parent.chmod(0o755)
    script = '#!/bin/sh\nwhile [ "$1" != -- ]; do [ "$1 $3" = "--ro-bind /program" ] && p=$2; shift; done\nshift 2\nexec "$p" "$@"\n'
    bwrap.write_text(script)
    bwrap.chmod(0o755)
    found = asyncio.run(sandbox._probed(replace(boxes["rlimits"], rung="bubblewrap", bwrap=bwrap)))
    shutil.rmtree(bwrap.parent)
    assert found.sandbox is None
    assert found.why.startswith("read a file outside, list a folder outside, ")


def test_a_chosen_rung_for_real(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each rung of the ladder can be asked for by name, and the error of one that is not there says why."""
    for found in asyncio.run(sandbox.ladder(toolchain.find())):
        monkeypatch.setenv("GOPROD_RUNG", found.rung)
        if found.sandbox:
            assert asyncio.run(sandbox.best(toolchain.find())) == found.sandbox
        else:
            with pytest.raises(SandboxError, match=re.escape(found.why)):
                asyncio.run(sandbox.best(toolchain.find()))


def test_a_race(user: str, box: Sandbox, shared: Path, work: Path) -> None:
    """A race is a race on each rung, with both stacks down to the line."""
    done = trespass(user, box, shared, work, "race")
    assert (done.code, done.stderr.count("WARNING: DATA RACE")) == (sandbox.RACE_EXIT, 1)
    stacks = re.findall(r"^(?:Previous )?(?:[Rr]ead|[Ww]rite) at .*?(?=\n\n)", done.stderr, re.MULTILINE | re.DOTALL)
    assert len(stacks) == 2
    for stack in stacks:
        assert re.search(r"main\.second\(\)\n.*main\.go:\d+.*main\.first\(\)\n", stack, re.DOTALL)


@pytest.mark.parametrize(
    ("what", "ends"),
    [
        ("memory", {("memory", -signal.SIGKILL)}),
        ("output", {("output", -signal.SIGKILL)}),
        ("sleep", {("timeout", -signal.SIGKILL)}),
        ("spin", {("timeout", -signal.SIGKILL)}),
        ("exit", {("exit", 3)}),
        ("kill", {("exit", -signal.SIGKILL)}),
        ("threads", {("exit", 2), ("exit", -signal.SIGABRT), ("exit", -signal.SIGSEGV)}),
        ("file", {("exit", 2), ("exit", 4), ("exit", -signal.SIGXFSZ)}),
    ],
)
def test_how_limits_end_it(user: str, box: Sandbox, shared: Path, work: Path, *, what: str, ends: set[tuple[str, int]]) -> None:
    """3 GB, a GB of output, endless time, 400 threads and a file of 20 MB end a program on each rung, and how is told alike."""
    limits = replace(LIMITS, seconds=1.5) if what in {"sleep", "spin"} else LIMITS
    if what == "kill" and box.rung == "bubblewrap":
        pytest.skip("the first process of a namespace does not die by a signal of its own")
    done = trespass(user, box, shared, work, what, limits=limits)
    assert (done.ended, done.code) in ends, done.stderr[:1000]
    if what == "threads":
        assert re.search(r"pthread_create failed|failed to create new OS thread", done.stderr)
    assert done.seconds < 12


@pytest.mark.parametrize("what", ["files", "unlinked", "deep", "locked"])
def test_how_a_full_disk_ends_it(user: str, box: Sandbox, shared: Path, work: Path, what: str) -> None:
    """More than 64 MB in files is an error or a limit on each rung, also where they have no name, lie deep or out of sight."""
    done = trespass(user, box, shared, work, what)
    assert done.ended == "disk" or (done.ended, done.code) == ("exit", 4), done.stderr


def test_children_that_hoard(user: str, boxes: dict[str, Sandbox], shared: Path, work: Path) -> None:
    """On the lowest rung, where processes can be started, the memory of children counts."""
    done = trespass(user, boxes["rlimits"], shared, work, "children")
    assert (done.ended, done.code) == ("memory", -signal.SIGKILL)


def test_a_daemon(user: str, box: Sandbox, shared: Path, work: Path) -> None:
    """What left its session cannot start on the best rungs, and on the lowest is gone afterwards where the grader is root."""
    done = trespass(user, box, shared, work, "daemon")
    if box.rung != "rlimits":
        assert (done.code, done.stdout) == (4, "")
        assert "operation not permitted" in done.stderr
        return
    pid = int(done.stdout)
    time.sleep(0.1)
    alive = (Path("/proc") / str(pid) / "cmdline").exists() and b"trespass" in (Path("/proc") / str(pid) / "cmdline").read_bytes()
    if alive:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)  # ours, by the number that it told
    assert alive == (user != "root")  # an ordinary user cannot tell it from others of its own


FAULTS: dict[str, set[str]] = {
    "TestRights": {"landlock"},  # rights and times stay: Landlock does not judge them, and the grader's own files are in sight
    "TestZones": {"bubblewrap", "landlock"},  # no time zones
    "TestLoopbackByName": {"bubblewrap", "landlock"},  # no /etc/hosts
}
"""Honest code that fails, and where: what no exercise may ask for."""


@pytest.mark.parametrize("processors", ["1", "2"])
def test_honest_code(user: str, box: Sandbox, shared: Path, work: Path, processors: str) -> None:
    """Honest code of every kind runs on each rung: signals, timers, files, pipes, memory, threads, synctest."""
    assert failures(user, box, shared, work, "-test.skip=^TestLoopback", f"-test.cpu={processors}") == faults(box, loopback=False)


def test_honest_code_with_loopback(user: str, box: Sandbox, shared: Path, work: Path) -> None:
    """With -loopback, servers and clients on 127.0.0.1 run on each rung: TLS, shutdown and files included."""
    assert failures(user, box, shared, work, "-test.run=^TestLoopback", more=("-loopback",)) == faults(box, loopback=True)


def failures(user: str, box: Sandbox, shared: Path, work: Path, *flags: str, more: tuple[str, ...] = ()) -> set[str]:
    """Run the honest tests; return those that fail, or what ended them all."""
    done = as_user(user, lambda: confined(box, work, [shared / "honest", "-test.v", *flags], more=more))
    passed, failed = (set(re.findall(rf"^--- {word}: (\w+)", done.stdout, re.MULTILINE)) for word in ("PASS", "FAIL"))
    print(done.stdout[-3000:], done.stderr[-3000:])  # noqa: T201 - what they say, if the test fails
    assert passed
    assert done.code == (1 if failed else 0)
    return failed


def faults(box: Sandbox, *, loopback: bool) -> set[str]:
    """Return the honest tests that are known to fail on a rung."""
    return {name for name, rungs in FAULTS.items() if box.rung in rungs and name.startswith("TestLoopback") == loopback}


def archives(exercise: Exercise, folder: Path) -> Path:
    """Return an importcfg whose archives every user can reach."""
    lines = []
    for number, line in enumerate(asyncio.run(toolchain.find().importcfg(exercise)).read_text().splitlines()):
        name, _, path = line.partition("=")
        shutil.copy(path, folder / f"{number}.a")
        lines.append(f"{name}={folder / f'{number}.a'}\n")
    importcfg = folder / "importcfg"
    importcfg.write_text("".join(lines))
    return importcfg


def test_an_honest_exercise(user: str, box: Sandbox, work: Path, exercise: Exercise) -> None:
    """Right code is built and earns full points on each rung, whoever the grader is; broken code fails as it should."""
    folder = Path(tempfile.mkdtemp(prefix="goprod-archives-"))  # which every user can reach
    importcfg = archives(exercise, folder)
    shutil.copytree(exercise.course.root, folder / "course").chmod(0o755)
    exercise = Course(folder / "course").exercise("takings")
    folder.chmod(0o755)
    tools = toolchain.find()

    async def judged() -> dict[str, tuple[TestResult, ...]]:
        results = {}
        for name, files in (("solution", {"till.go": exercise.read("till.go")}), ("broken", exercise.broken)):
            place = work / name
            place.mkdir()
            built = await build(Attempt.from_texts(exercise, files), tools, importcfg, place, box)
            if built.binary is None:
                raise InfraError("build", f"{built}")
            results[name] = await run_tests(exercise, built.binary, Inspection((), (), {}, {}), box)
            shutil.rmtree(place)
        return results

    results = as_user(user, judged)
    shutil.rmtree(folder)
    assert [(r.status, r.points) for r in results["solution"]] == [("pass", 6), ("pass", 4), ("pass", 0)]
    assert [r.status for r in results["broken"]] == ["fail", "fail", "pass"]
