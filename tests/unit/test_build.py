"""Building an attempt: told apart are its own errors, tests that do not fit it, and our failures. The tools are played by scripts."""

from __future__ import annotations

import asyncio
import json
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock

import pytest

from grader import build as builds
from grader.attempt import Attempt
from grader.build import compile_errors
from grader.errors import InfraError
from grader.process import Limits
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
        ("the compiler was stopped: it took longer than 60 s", (Message("the compiler was stopped: it took longer than 60 s"),)),
        ("\thave ()\n", (Message("have ()"),)),
        ("", (Message("the compiler failed without a word"),)),
        (f"till.go:{'9' * 5000}:1: x", (Message(f"till.go:{'9' * 1992}"),)),
        ("x" * 5000, (Message("x" * 2000),)),
    ],
)
def test_compile_errors(output: str, errors: tuple[Message, ...]) -> None:
    """The compiler's lines are read in its order, each with its place and with what follows indented."""
    assert compile_errors(output) == errors


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

    def build(self, exercise: Exercise) -> Built:
        """Build the solution of an exercise."""
        attempt = Attempt.from_texts(exercise, {"till.go": exercise.read("till.go")})
        return asyncio.run(builds.build(attempt, self.toolchain, self.importcfg, self.work))


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
    assert built.binary.read_text() == "made\n"
    files = {name: sorted(path.name for path in (workshop / name).iterdir()) for name in ("attempt", "tests", "main")}
    assert files == {"attempt": ["goprod_harness.go", "till.go"], "tests": ["hidden_test.go", "till_test.go"], "main": ["main.go"]}
    main = (workshop / "main/main.go").read_text()
    assert [name for name in ("TestTwoSales", "TestLongDay", "TestQuietDay") if f'{{Name: "{name}", F: judge.{name}}}' in main] == list(
        exercise.manifest.tests
    )
    assert (workshop / "main.importcfg").read_text().splitlines() == [
        "packagefile testing=/archives/testing.a",
        f"packagefile goprod.example/course/phases/01-basics/takings={workshop}/attempt.a",
        f"packagefile goprod.example/course/phases/01-basics/takings_test={workshop}/tests.a",
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
    tools.write("compile", f"case $package in *_test) cat <<'X'\n{UNFIT}X\nexit 2;; esac")
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
    tools.write("compile", 'case $package in *_test) echo "hidden_test.go:9:2: secret"; exit 2;; esac')
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
            'case $package in main) echo "undefined: judge.TestTwoSales"; exit 2;; esac',
            "main: takings: .*disagree.*judge.TestTwoSales\n",
        ),
        (
            "compile",
            'echo "write $out: no space left on device" >&2; exit 2',
            r"disk: the disk is full\. Free some space, and run it again\.",
        ),
        ("link", "echo no room >&2; exit 1", "link: the linker failed: no room\n"),
        ("link", "kill -9 $$", "link: the linker failed: exit -9"),
        ("vet", "echo broken >&2; exit 1", "vet: vet failed: broken\n"),
    ],
)
def test_our_own_failures(tools: Tools, exercise: Exercise, tool: str, script: str, fault: str) -> None:
    """What cannot be the attempt's fault is ours, with a code."""
    tools.write(tool, script)
    with pytest.raises(InfraError) as caught:
        tools.build(exercise)
    assert re.fullmatch(fault, f"{caught.value.code}: {caught.value}", re.DOTALL)


@pytest.mark.parametrize(
    ("script", "limits", "why"),
    [
        ("sleep 30", Limits(seconds=0.1), "it took longer than 0 s"),
        ("yes", Limits(seconds=10, output=1000), "it printed too much"),
        ("x=$(yes | head -c 100000000)", Limits(seconds=10, memory=32 << 20), "it needed more than 32 MB"),
    ],
)
def test_a_bomb(tools: Tools, exercise: Exercise, script: str, limits: Limits, why: str) -> None:
    """Code that the compiler cannot cope with does not compile, and is told why."""
    tools.write("compile", script)
    with mock.patch.object(builds, "LIMITS", limits):
        assert tools.build(exercise).errors == (Message(f"the compiler was stopped: {why}"),)


def test_vet_is_gone_when_build_returns(tools: Tools, exercise: Exercise) -> None:
    """When the tests do not fit, vet is stopped, and has ended by the time that the folder may be removed."""
    tools.write("vet", f"echo $$ > {tools.folder}/pid; exec sleep 30")
    tools.write("compile", f"case $package in *_test) until [ -s {tools.folder}/pid ]; do sleep 0.01; done; exit 2;; esac")

    def vet_runs() -> bool:
        return Path(f"/proc/{(tools.folder / 'pid').read_text().strip()}").exists()

    async def built() -> bool:
        attempt = Attempt.from_texts(exercise, {"till.go": exercise.read("till.go")})
        await builds.build(attempt, tools.toolchain, tools.importcfg, tools.work)
        return vet_runs()  # before the loop, at its end, ends what is left

    start = time.monotonic()
    assert not asyncio.run(built())
    assert time.monotonic() - start < 5
