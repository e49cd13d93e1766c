"""Building an attempt: told apart are its own errors, tests that do not fit it, and our failures. The tools are played by scripts."""

from __future__ import annotations

import asyncio
import json
import re
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock

import pytest

from grader import build as builds
from grader.attempt import Attempt
from grader.build import compile_errors
from grader.errors import InfraError
from grader.process import Limits
from grader.sandbox import TOOL_LIMITS, Sandbox
from grader.toolchain import Toolchain
from grader.verdict import Message

if TYPE_CHECKING:
    from grader.build import Built
    from grader.course import Exercise
    from tests.conftest import MakeExercise

UNFIT = """\
./hidden_test.go:11:17: undefined: till.Sum
./till_test.go:11:20: not enough arguments in call to till.Add
\thave (number)
\twant (int, int)
./till_test.go:12:4: t.Close undefined (type *till.Till has no field or method Close)
./till_test.go:13:9: undefined: till.Till
"""
SHAPES = """\
package till

type Till struct {
	sum int
}

// Sum is this.
func Sum(sales []int) interface{} { return 0 }

func Add(a, b int) (int, error) {
	return 0, nil
}

func (t *Till) Close() error {
	return nil
}
"""


@pytest.mark.parametrize(
    ("output", "errors"),
    [
        ("./till.go:7:2: undefined: x\n", (Message("undefined: x", "till.go", 7, 2),)),
        ('till.go:7:2: cannot use "no space left on device"', (Message('cannot use "no space left on device"', "till.go", 7, 2),)),
        ("till.go:7: syntax error\n", (Message("syntax error", "till.go", 7),)),
        ("/home/ada/attempt/till.go:7:2: a: b: c\n", (Message("a: b: c", "till.go", 7, 2),)),
        (
            "./till.go:3:8: not enough arguments in call to f\n\thave ()\n\twant (int)\n./till.go:4:1: too many errors\n",
            (
                Message("not enough arguments in call to f\nhave ()\nwant (int)", "till.go", 3, 8),
                Message("too many errors", "till.go", 4, 1),
            ),
        ),
        ("\thave ()\n", (Message("have ()"),)),
        ("", (Message("the compiler failed without a word"),)),
        (f"till.go:{'9' * 5000}:1: x", (Message(f"till.go:{'9' * 1992}"),)),
        ("x" * 5000, (Message("x" * 2000),)),
    ],
)
def test_compile_errors(output: str, errors: tuple[Message, ...]) -> None:
    """The compiler's lines are read in its order, each with its place and with what follows indented."""
    assert compile_errors(output) == errors


NO_BOX = Sandbox("none")


class Tools:
    """A Go installation whose tools are shell scripts; each sees its arguments, and writes the file after -o."""

    def __init__(self, folder: Path) -> None:
        """Make one in an empty folder."""
        self.folder = folder
        self.work = folder / "work"
        self.work.mkdir()
        self.importcfg = folder / "importcfg"
        self.importcfg.write_text("packagefile testing=/archives/testing.a\n")
        self.toolchain = Toolchain(goroot=folder, version="go1.27.3", cc="gcc")
        for name in ("compile", "link", "vet"):
            self.write(name, "")

    def write(self, name: str, script: str) -> None:
        """Write a tool: `package` is the one it compiles, and unless the script exits all is well."""
        path = self.toolchain.tool(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f'#!/bin/sh\nout=$2 package=$4\n{script}\ncase $1 in -o) echo made > "$out";; esac\n')
        path.chmod(0o755)

    def build(self, exercise: Exercise, box: Sandbox = NO_BOX) -> Built:
        """Build the solution of an exercise."""
        attempt = Attempt.from_texts(exercise, {"till.go": exercise.read("till.go")})
        return asyncio.run(builds.build(attempt, self.toolchain, self.importcfg, self.work, box))


@pytest.fixture
def tools(tmp_path: Path) -> Tools:
    """Give tools that all work."""
    return Tools(tmp_path)


def test_what_is_built(tools: Tools, exercise: Exercise, monkeypatch: pytest.MonkeyPatch) -> None:
    """An attempt and its tests become one binary; each package is compiled from what it needs and no more."""
    monkeypatch.setattr("grader.build.shutil.rmtree", lambda _: None)
    built = tools.build(exercise)
    workshop = tools.work / "build"
    assert built.binary == tools.work / "run" / "attempt.test"
    built.binary.chmod(0o500)
    assert built.binary.read_text() == "made\n"
    files = {name: sorted(path.name for path in (workshop / name).iterdir()) for name in ("attempt", "main")}
    assert files == {"attempt": ["goprod_harness.go", "till.go"], "main": ["hidden_test.go", "main.go", "till_test.go"]}
    assert all(path.read_text().count("package main\n") == 1 for path in (workshop / "main").iterdir())
    main = (workshop / "main/main.go").read_text()
    assert [name for name in ("TestTwoSales", "TestLongDay", "TestQuietDay") if f'{{Name: "{name}", F: {name}}}' in main] == list(
        exercise.manifest.tests
    )
    assert (workshop / "main.importcfg").read_text().splitlines() == [
        "packagefile testing=/archives/testing.a",
        f"packagefile goprod.example/course/phases/01-basics/takings={workshop}/attempt.a",
    ]


def test_nothing_is_left_beside_the_binary(tools: Tools, exercise: Exercise) -> None:
    """When the tests run, no source of a test is left where the attempt could read it."""
    tools.build(exercise)
    assert [path.relative_to(tools.work).as_posix() for path in sorted(tools.work.rglob("*"))] == ["run", "run/attempt.test"]


def test_an_attempt_that_does_not_compile(tools: Tools, exercise: Exercise) -> None:
    """The attempt's own errors are told, and its tests are not even looked at."""
    tools.write("compile", 'echo "till.go:5:2: undefined: x"; exit 2')
    built = tools.build(exercise)
    assert (built.binary, built.stage, built.errors) == (None, "build", (Message("undefined: x", "till.go", 5, 2),))
    assert not (tools.work / "build" / "tests").exists()


def test_tests_that_do_not_fit(tools: Tools, make_exercise: MakeExercise) -> None:
    """When only the tests do not compile, the declarations they expect are told as broken/ has them, and no test is quoted."""
    exercise = make_exercise({"broken/till.go": SHAPES})
    tools.write("compile", f"case $package in main) cat <<'X'\n{UNFIT}X\nexit 2;; esac")
    built = tools.build(exercise)
    assert (built.binary, built.stage) == (None, "build")
    assert [error.text for error in built.errors] == [
        "The tests expect `func Sum(sales []int) interface{}`.",
        "The tests expect `func Add(a, b int) (int, error)`.",
        "The tests expect `func (t *Till) Close() error`.",
        "The tests expect `type Till struct`.",
    ]


def test_tests_that_do_not_fit_in_words(tools: Tools, exercise: Exercise) -> None:
    """Where no declaration explains it, it is told in a sentence that quotes no test."""
    tools.write("compile", 'case $package in main) echo "hidden_test.go:9:2: secret"; exit 2;; esac')
    (error,) = tools.build(exercise).errors
    assert error == Message("The tests do not compile with this: an exported name or its type has changed. Keep them as they were.")


def test_what_vet_objects_to(tools: Tools, exercise: Exercise) -> None:
    """What vet objects to is told in the order of the lines, with the analyzer's name."""
    path = exercise.import_path
    found = {
        path: {
            "printf": [{"posn": "/home/ada/attempt/till.go:9:2", "message": "wrong verb"}],
            "copylocks": [{"posn": "/home/ada/attempt/till.go:3:14", "message": "passes lock by value"}],
        }
    }
    tools.write("vet", f"cat <<'X'\n{json.dumps(found)}\nX")
    built = tools.build(exercise)
    assert (built.binary, built.stage) == (None, "vet")
    assert built.errors == (Message("passes lock by value (copylocks)", "till.go", 3, 14), Message("wrong verb (printf)", "till.go", 9, 2))


def test_analyzers(tools: Tools, make_exercise: MakeExercise) -> None:
    """Vet runs go test's analyzers and those that the exercise adds."""
    manifest = make_exercise().read("exercise.toml")
    exercise = make_exercise({"exercise.toml": manifest.replace("\n[tests]", 'vet = ["copylocks"]\n[tests]')})
    tools.write("vet", f'echo "$@" > {tools.folder}/vetted')
    tools.build(exercise)
    assert (tools.folder / "vetted").read_text().split() == [
        "-json",
        *(f"-{a}" for a in builds.GO_TEST_ANALYZERS),
        "-copylocks",
        f"{tools.work}/build/vet.cfg",
    ]


@pytest.mark.parametrize(
    ("tool", "script", "fault"),
    [
        (
            "compile",
            'case $package in main) echo "./main.go:12:3: undefined: TestTwoSales"; exit 2;; esac',
            "main: takings: .*disagree.*undefined: TestTwoSales\n",
        ),
        (
            "compile",
            'echo "write $out: no space left on device" >&2; exit 2',
            r"disk: the disk is full\. Free some space, and run it again\.",
        ),
        ("link", "echo no room >&2; exit 1", "link: the linker failed: no room\n"),
        ("link", "kill -SEGV $$", "link: the linker failed: exit -11"),
        ("vet", "exit 3", "vet: vet failed: exit 3"),
        ("vet", "echo broken >&2; exit 1", "vet: vet failed: broken\n"),
    ],
)
def test_our_own_failures(tools: Tools, exercise: Exercise, tool: str, script: str, fault: str) -> None:
    """What cannot be the attempt's fault is ours, with a code."""
    tools.write(tool, script)
    with pytest.raises(InfraError) as caught:
        tools.build(exercise)
    assert re.fullmatch(fault, f"{caught.value.code}: {caught.value}", re.DOTALL)


SENTENCES = {"compile": "The compiler", "link": "The linker", "vet": "The vet command"}
FULL = "link: write failed: file too large"


@pytest.mark.parametrize("tool", SENTENCES)
@pytest.mark.parametrize(
    ("script", "limits", "stage", "why"),
    [
        ("sleep 30", Limits(seconds=0.3), "timeout", "took more than 0 s"),
        ("x=$(yes | head -c 100000000)", Limits(seconds=10, memory=32 << 20), "memory", "needed more than 32 MB"),
        ("echo 'fatal error: runtime: out of memory' >&2; exit 2", Limits(memory=2 << 30), "memory", "needed more than 2048 MB"),
        ("echo 'fatal error: cannot allocate memory'; exit 2", Limits(memory=2 << 30), "memory", "needed more than 2048 MB"),
        ("yes", Limits(seconds=10, output=1000), "limit", "printed or calculated without end"),
        ("kill -KILL $$", Limits(), "limit", "printed or calculated without end"),
        ("kill -XCPU $$", Limits(), "limit", "printed or calculated without end"),
        (f"echo '{FULL}' >&2; exit 1", Limits(), "limit", "would have written a file of more than 128 MB"),
        ("echo 'SIGXFSZ: file size limit exceeded'; exit 2", Limits(), "limit", "would have written a file of more than 128 MB"),
    ],
)
def test_a_bomb(tools: Tools, exercise: Exercise, tool: str, script: str, limits: Limits, stage: str, why: str) -> None:  # noqa: PLR0917 - a case a column
    """Code at which one of Go's tools reaches a limit has no binary; which tool and which limit is told in a sentence."""
    tools.write(tool, script)
    with mock.patch.object(builds, "LIMITS", limits):
        built = tools.build(exercise)
    sentence = f"{SENTENCES[tool]} {why} for this code, where others need a hundredth of it."
    assert built == builds.Built(stage=stage, detail=sentence)  # type: ignore[arg-type]  # the stages of the cases


@pytest.mark.parametrize(
    "error",
    [
        'till.go:5:2: cannot use "fatal error: out of memory" (untyped string constant) as int value',
        'till.go:5:2: cannot use "file too large" (untyped string constant) as int value',
        "till.go:5:2: undefined: syscall.SIGXFSZ",
    ],
)
def test_words_of_the_learner_are_no_limit(tools: Tools, exercise: Exercise, error: str) -> None:
    """An error that quotes the learner's words is an error, whatever they are."""
    tools.write("compile", f"echo '{error}'; exit 2")
    built = tools.build(exercise)
    assert (built.stage, [(e.file, e.line) for e in built.errors], built.detail) == ("build", [("till.go", 5)], "")


def test_where_each_tool_may_read_and_write(tools: Tools, exercise: Exercise) -> None:
    """Under Landlock a tool may read Go, the archives and its importcfg, and write its own folder; not the rest."""
    archives = tools.folder / "archives"
    archives.mkdir()
    tools.importcfg.write_text(f"packagefile testing={archives}/a/testing.a\npackagefile slices={archives}/b/slices.a\n")
    (tools.folder / "confine").write_text(
        f'#!/bin/sh\necho "$@" >> {tools.folder}/fenced\nwhile [ "$1" != -- ]; do shift; done\nshift\nexec "$@"\n'
    )
    (tools.folder / "confine").chmod(0o755)
    assert tools.build(exercise, Sandbox("landlock", tools.folder / "confine", landlock=True)).binary
    fence = f"-landlock -filter -folder {tools.work}/build -read={tools.folder} -read={archives} -read={tools.folder} --"
    lines = (tools.folder / "fenced").read_text().splitlines()
    fenced = {next(n for n in SENTENCES if str(tools.toolchain.tool(n)) in line): fence in line for line in lines}
    assert fenced == {"compile": True, "vet": True, "link": False}  # the linker has to ask the C compiler where libgcc is
    assert all(line.startswith(f"{' '.join(TOOL_LIMITS)} -") for line in lines)


def test_a_linker_that_need_not_ask(tools: Tools, exercise: Exercise) -> None:
    """Where the C compiler's library is known, the linker is told of it, and may read its folder."""
    tools.toolchain = replace(tools.toolchain, libgcc=Path("/usr/lib/gcc/12/libgcc.a"))
    tools.write("link", f'echo "$@" > {tools.folder}/linked; exit 1')
    with pytest.raises(InfraError):
        tools.build(exercise)
    assert (tools.folder / "linked").read_text().startswith("-libgcc /usr/lib/gcc/12/libgcc.a -o ")


@pytest.mark.parametrize(("rung", "mode"), [("bubblewrap", 0o111), ("none", 0o555)])
def test_who_may_use_the_binary(tools: Tools, exercise: Exercise, rung: str, mode: int) -> None:
    """Another user can reach the binary and run it, and cannot list its folder; in bubblewrap nobody can read it."""
    (tools.folder / "confine").write_text('#!/bin/sh\nwhile [ "$1" != -- ]; do shift; done\nshift\nexec "$@"\n')
    (tools.folder / "confine").chmod(0o755)
    box = Sandbox("bubblewrap", tools.folder / "confine", bwrap=Path("bwrap")) if rung == "bubblewrap" else NO_BOX
    binary = tools.build(exercise, box).binary
    assert binary
    modes = [path.stat().st_mode & 0o777 for path in (binary, binary.parent, tools.work)]
    assert modes == [mode, 0o711, 0o711]


def test_vet_is_gone_when_build_returns(tools: Tools, exercise: Exercise) -> None:
    """When the tests do not fit, vet is stopped, and has ended by the time that the folder may be removed."""
    tools.write("vet", f"echo $$ > {tools.folder}/pid; exec sleep 30")
    tools.write("compile", f"case $package in main) until [ -s {tools.folder}/pid ]; do sleep 0.01; done; exit 2;; esac")

    def vet_runs() -> bool:
        return Path(f"/proc/{(tools.folder / 'pid').read_text().strip()}").exists()

    async def built() -> bool:
        attempt = Attempt.from_texts(exercise, {"till.go": exercise.read("till.go")})
        await builds.build(attempt, tools.toolchain, tools.importcfg, tools.work, NO_BOX)
        return vet_runs()  # before the loop, at its end, ends what is left

    start = time.monotonic()
    assert not asyncio.run(built())
    assert time.monotonic() - start < 5


@pytest.mark.parametrize("tool", SENTENCES)
def test_a_tool_that_was_killed_once(tools: Tools, exercise: Exercise, tool: str) -> None:
    """A tool that somebody killed runs again: it is not the attempt's fault."""
    tools.write(tool, f"[ -e {tools.folder}/{tool}.once ] || {{ : > {tools.folder}/{tool}.once; kill -KILL $$; }}")
    assert tools.build(exercise).binary
