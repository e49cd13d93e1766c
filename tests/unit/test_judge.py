"""How tests end: read from processes that play a test binary."""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING

import pytest

from grader import judge
from grader.errors import InfraError
from grader.guard import GuardFunction, Inspection, Lock, Use
from grader.judge import Runner, classify, run_tests
from grader.process import Finished
from grader.sandbox import Sandbox
from grader.verdict import Held, Message

if TYPE_CHECKING:
    from pathlib import Path

    from grader import verdict as verdicts
    from grader.course import Exercise
    from grader.process import Ended
    from grader.records import Outcome
    from tests.conftest import MakeExercise

NO_BOX = Sandbox("none")
NOTHING = Inspection(refusals=(), functions=(), uses={}, code={})
RACE = """\
==================
WARNING: DATA RACE
Write at 0x00c0000a0800 by goroutine 9:
  goprod.example/course/phases/01-basics/takings.(*Till).Add()
      till.go:8 +0x5e4
  goprod.example/course/phases/01-basics/takings_test.TestTwoSales()
      till_test.go:12 +0x71

Previous read at 0x00c0000a0800 by goroutine 8:
  goprod.example/course/phases/01-basics/takings.(*Till).Sum()
      till.go:14 +0xf0

Goroutine 9 (running) created at:
  testing.tRunner()
      /usr/lib/go/src/testing/testing.go:2195 +0x21c
==================
"""
PANIC = "panic: assignment to entry in nil map [recovered, repanicked]\n\ngoroutine 22 [running]:\nmain.f()\n\tx.go:1 +0x1\n"
BUBBLE = "panic: deadlock: all goroutines in bubble are blocked [recovered, repanicked]\n\ngoroutine 20 [running]:\n"
LEAK = (
    "panic: deadlock: main bubble goroutine has exited but blocked goroutines remain [recovered, repanicked]\n\ngoroutine 20 [running]:\n"
)
ASLEEP = "fatal error: all goroutines are asleep - deadlock!\n\ngoroutine 1 [running]:\n"
HUGE = "fatal error: too many address space collisions for -race mode\n\nruntime stack:\n"
MEMORY = "fatal error: runtime: out of memory\n\nruntime stack:\n"
SHADOW = "==1==ERROR: ThreadSanitizer: failed to allocate 0x100000 (1048576) bytes of shadow (error code: 12)\n"
NEW_THREAD = "runtime: failed to create new OS thread (have 9 already; errno=11)\nfatal error: newosproc\n"
THREADS = "runtime/cgo: pthread_create failed: Resource temporarily unavailable\nSIGABRT: abort\nPC=0x7fb18158eeec m=5\n"


@pytest.mark.parametrize(
    ("code", "ended", "stderr", "outcome", "status"),
    [
        (0, "exit", "", "pass", "pass"),
        (0, "exit", "", "none", "invalid"),
        (0, "exit", "", "fail", "invalid"),
        (0, "exit", "", "forged", "invalid"),
        (1, "exit", "", "forged", "invalid"),
        (1, "exit", "", "fail", "fail"),
        (1, "exit", "", "none", "fail"),
        (1, "exit", "", "pass", "fail"),
        (1, "exit", PANIC, "fail", "fail"),
        (97, "exit", RACE, "none", "race"),
        (97, "exit", RACE, "pass", "race"),
        (97, "exit", "", "none", "fail"),
        (66, "exit", RACE, "none", "fail"),
        (97, "exit", SHADOW, "none", "memory"),
        (2, "exit", PANIC, "none", "panic"),
        (2, "exit", f"printed\n{PANIC}", "none", "panic"),
        (2, "exit", "do not panic: it is well\n", "none", "fail"),
        (2, "exit", "fatal error: sync: unlock of unlocked mutex\n\ngoroutine 1", "none", "panic"),
        (2, "exit", MEMORY, "none", "memory"),
        (2, "exit", HUGE, "none", "memory"),
        (2, "exit", THREADS, "none", "limit"),
        (2, "exit", LEAK, "none", "leak"),
        (2, "exit", BUBBLE, "none", "timeout"),
        (2, "exit", ASLEEP, "none", "timeout"),
        (2, "exit", "panic: test timed out after 1s\n", "none", "timeout"),
        (-signal.SIGKILL, "exit", "", "none", "limit"),
        (-signal.SIGXCPU, "exit", "", "none", "limit"),
        (-signal.SIGSEGV, "exit", "", "none", "fail"),
        (-signal.SIGKILL, "timeout", "", "none", "timeout"),
        (-signal.SIGKILL, "timeout", RACE, "pass", "timeout"),
        (-signal.SIGKILL, "output", "", "none", "limit"),
        (-signal.SIGKILL, "memory", "", "none", "memory"),
        (-signal.SIGKILL, "disk", "", "none", "limit"),
        (-signal.SIGABRT, "exit", THREADS, "none", "limit"),
        (2, "exit", NEW_THREAD, "none", "limit"),
        (2, "exit", "fatal error: cannot allocate memory\n", "none", "memory"),
    ],
)
def test_how_a_test_ended(code: int, ended: Ended, stderr: str, outcome: Outcome, status: str) -> None:
    """Only the record with exit code 0 is a pass; who dies without one has failed, for the reason that Go gives."""
    assert classify(Finished(code, ended, "", stderr, b"", 0.1), outcome, ()) == status


def test_a_leak_that_a_helper_found() -> None:
    """A message that begins with `leak: ` makes a failed test a leak."""
    done = Finished(1, "exit", "", "", b"", 0.1)
    assert classify(done, "fail", (Message("leak: one goroutine is left"),)) == "leak"
    assert classify(done, "fail", (Message("no leak: none"),)) == "fail"


def test_printed_words_do_not_decide() -> None:
    """What is printed on standard output changes nothing."""
    words = f"PASS\n--- PASS: TestTwoSales (0.00s)\nok\n{RACE}{PANIC}{LEAK}"
    assert classify(Finished(1, "exit", words, "", b"", 0.1), "fail", ()) == "fail"
    assert classify(Finished(0, "exit", words, "", b"", 0.1), "none", ()) == "invalid"


def test_sources_of_the_tests(make_exercise: MakeExercise) -> None:
    """Tests come in the manifest's order, each with its doc comment; what is hidden is known to be."""
    exercise = make_exercise()
    sources = judge.test_sources(exercise)
    assert [(s.name, s.visible) for s in sources.values()] == [("TestTwoSales", True), ("TestLongDay", False), ("TestQuietDay", True)]
    assert sources["TestTwoSales"].story == "The till forgot a sale."
    text = (
        "package till_test\n\n// One line,\n// and\n//\n// another.\nfunc TestLongDay(t *testing.T) {}\n\nfunc TestOther(t *testing.T) {}\n"
    )
    assert judge.test_sources(make_exercise({"hidden_test.go": text}))["TestLongDay"].story == "One line, and another."


def binary(folder: Path, *cases: str, canary: str = 'echo "$failed $name fail" >&0; exit 1') -> Path:
    """Write a program that plays a test binary: it reads its order and does what the case of its test says."""
    path = folder / "run" / "attempt.test"
    path.parent.mkdir()
    lines = ["#!/bin/sh", "read failed nonce name flags", 'passes() { echo "$nonce $name pass" >&0; exit 0; }', "case $name in"]
    path.write_text("\n".join([*lines, *cases, f"TestCanary) {canary};;", "*) passes;;", "esac", ""]))
    path.chmod(0o755)
    return path


def results(exercise: Exercise, path: Path, inspection: Inspection = NOTHING) -> dict[str, verdicts.TestResult]:
    """Run the tests; return their results by name."""
    return {result.name: result for result in asyncio.run(run_tests(exercise, path, inspection, NO_BOX))}


def test_every_test_passes(exercise: Exercise, tmp_path: Path) -> None:
    """Tests that pass earn their points and say nothing."""
    found = results(exercise, binary(tmp_path, "TestLongDay) echo much; passes;;"))
    assert [(r.name, r.status, r.points, r.max, r.cost) for r in found.values()] == [
        ("TestTwoSales", "pass", 6, 6, 0),
        ("TestLongDay", "pass", 4, 4, 0),
        ("TestQuietDay", "pass", 0, 0, 3),
    ]
    assert (found["TestLongDay"].output, found["TestLongDay"].messages, found["TestLongDay"].visible) == ("", (), False)


def test_what_a_failing_test_tells(exercise: Exercise, tmp_path: Path) -> None:
    """A failing test earns nothing or costs, and tells its messages, its crash, and what it printed."""
    path = binary(
        tmp_path,
        r"""TestTwoSales) printf '\017    till_test.go:7: 3 and 4 came in\016\nmine\n'; echo "$failed $name fail" >&0; exit 1;;""",
        f"TestLongDay) cat <<'X' >&2\n{PANIC}X\nexit 2;;",
        "TestQuietDay) exit 3;;",
    )
    failed, crashed, silent = results(exercise, path).values()
    assert (failed.status, failed.points, failed.messages) == ("fail", 0, (Message("3 and 4 came in", "till_test.go", 7),))
    assert failed.output == "mine"
    assert (crashed.status, crashed.panic) == ("panic", "panic: assignment to entry in nil map [recovered, repanicked]")
    assert [(g.name, g.state) for g in crashed.goroutines] == [("22", "running")]
    assert (silent.status, silent.points) == ("fail", -3)
    assert silent.messages == (Message("The test's process ended with exit code 3 before the test could say anything."),)


@pytest.mark.parametrize(
    "canary",
    [
        'echo "$nonce $name pass" >&0; exit 0',
        'echo "$failed $name fail" >&0; exit 0',
        'echo "x $name fail" >&0; exit 1',
        "exit 1",
        "exit 0",
        'echo "$failed $name fail" >&0; exit 2',
    ],
)
def test_a_canary_that_does_not_fail_as_it_must(exercise: Exercise, tmp_path: Path, canary: str) -> None:
    """If the canary's word is not what it must be, no test's word is taken."""
    assert {(r.status, r.points) for r in results(exercise, binary(tmp_path, canary=canary)).values()} == {("invalid", 0)}


def test_a_forged_record(exercise: Exercise, tmp_path: Path) -> None:
    """A record with another nonce, or for another test, is invalid and earns nothing."""
    path = binary(
        tmp_path, 'TestTwoSales) echo "0000 $name pass" >&0; exit 0;;', 'TestLongDay) echo "$nonce TestTwoSales pass" >&0; exit 0;;'
    )
    assert [(r.status, r.points) for r in results(exercise, path).values()] == [("invalid", 0), ("invalid", 0), ("pass", 0)]


def test_a_test_that_hangs(make_exercise: MakeExercise, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that does not even end at its own time-out is killed at the wall limit."""
    monkeypatch.setattr(judge, "_GRACE", 0.1)
    exercise = make_exercise({"exercise.toml": make_exercise().read("exercise.toml").replace("\n[tests]", "timeout = 0.1\n[tests]")})
    found = results(exercise, binary(tmp_path, "TestTwoSales) sleep 30;;"))
    assert (found["TestTwoSales"].status, found["TestLongDay"].status) == ("timeout", "pass")


def test_a_race_with_what_the_source_tells(exercise: Exercise, tmp_path: Path) -> None:
    """A race is told with the variable and with the locks that the source holds on each side."""
    inspection = Inspection(
        refusals=(),
        functions=(
            GuardFunction("(*Till).Add", "till.go", 5, 10, (Lock("t.mu", 6, 9),), unclear=False),
            GuardFunction("(*Till).Sum", "till.go", 12, 16, (), unclear=True),
        ),
        uses={"till.go:8": (Use("t.sum", "till.go:3:2"),), "till.go:14": (Use("till.sum", "till.go:3:2"), Use("i", "till.go:13:2"))},
        code={},
    )
    found = results(exercise, binary(tmp_path, f"TestTwoSales) cat <<'X' >&2\n{RACE}X\nexit 97;;"), inspection)
    race = found["TestTwoSales"].race
    assert race is not None
    assert [(a.variable, a.held) for a in race.accesses] == [("t.sum", (Held("t.mu", 6),)), ("till.sum", None)]


def test_the_race_of_our_own_code(exercise: Exercise, tmp_path: Path) -> None:
    """A race without a line of the attempt is told as it is."""
    report = RACE.replace("till.go", "settle.go")
    race = results(exercise, binary(tmp_path, f"TestTwoSales) cat <<'X' >&2\n{report}X\nexit 97;;"))["TestTwoSales"].race
    assert race is not None
    assert [(a.variable, a.held) for a in race.accesses] == [("", None), ("", None)]


def test_a_binary_that_cannot_be_started(exercise: Exercise, tmp_path: Path) -> None:
    """What cannot be started is our failure, told with the exercise."""
    (tmp_path / "run").mkdir()
    with pytest.raises(InfraError, match=r"a test of takings could not be run: .*attempt\.test") as caught:
        results(exercise, tmp_path / "run" / "attempt.test")
    assert caught.value.code == "run"


def test_the_environment_of_a_test(exercise: Exercise, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A test sees how it is to run, where it may write, and nothing of ours."""
    monkeypatch.setenv("SECRET", "x")
    path = binary(tmp_path, f"TestTwoSales) env > {tmp_path}/env; passes;;")
    asyncio.run(Runner(exercise, path, NO_BOX).run("TestTwoSales", processors=2))
    names = {line.partition("=")[0] for line in (tmp_path / "env").read_text().splitlines()}
    assert names - {"PWD", "SHLVL", "_"} == {"GORACE", "GOMAXPROCS", "GODEBUG", "TMPDIR"}


@pytest.mark.parametrize(
    ("script", "status", "sentence"),
    [
        ("yes", "limit", "It printed more than 1 MB."),
        ("head -c 70000000 /dev/zero > file; sleep 9", "limit", "It wrote more than 64 MB to files."),
        ("kill -KILL $$", "limit", "It used up its processor time, or all of the machine's memory."),
        ("kill -XCPU $$", "limit", "It used up its processor time, or all of the machine's memory."),
        (f"cat <<'X' >&2\n{THREADS}X\nexit 2", "limit", "It started more than 256 threads."),
        (f"cat <<'X' >&2\n{NEW_THREAD}X\nexit 2", "limit", "It started more than 256 threads."),
        (f"cat <<'X' >&2\n{MEMORY}X\nexit 2", "memory", "It used more than 64 MB of memory."),
        ("x=$(yes | head -c 100000000)", "memory", "It used more than 64 MB of memory."),
    ],
)
def test_each_limit_has_a_sentence(make_exercise: MakeExercise, tmp_path: Path, script: str, status: str, sentence: str) -> None:
    """A test that reached a limit says which one, last of its messages."""
    exercise = make_exercise({"exercise.toml": make_exercise().read("exercise.toml").replace("\n[tests]", "memory = 64\n[tests]")})
    found = results(exercise, binary(tmp_path, f"TestTwoSales) {script};;"))
    assert (found["TestTwoSales"].status, found["TestTwoSales"].points) == (status, 0)
    assert found["TestTwoSales"].messages[-1] == Message(sentence)
    assert found["TestLongDay"].status == "pass"


def test_where_a_test_may_write(exercise: Exercise, tmp_path: Path) -> None:
    """Each test begins in an empty folder, which is also its TMPDIR, and which is gone when the test has ended."""
    path = binary(
        tmp_path, f"TestTwoSales) pwd > {tmp_path}/said; ls -A >> {tmp_path}/said; echo $TMPDIR >> {tmp_path}/said; touch mine; passes;;"
    )
    assert results(exercise, path)["TestTwoSales"].status == "pass"
    first, *rest = (tmp_path / "said").read_text().split()
    assert rest == [first]
    assert first.startswith(f"{tmp_path}/room-")
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["run", "said"]


@pytest.mark.parametrize(("times", "status"), [(1, "pass"), (2, "limit")])
def test_a_test_that_was_killed(exercise: Exercise, tmp_path: Path, times: int, status: str) -> None:
    """A test that somebody killed runs again; what is killed twice has reached a limit of the system's."""
    once = f'echo x >> {tmp_path}/runs; [ "$(wc -l < {tmp_path}/runs)" -gt {times} ] || kill -KILL $$; passes'
    assert results(exercise, binary(tmp_path, f"TestLongDay) {once};;"))["TestLongDay"].status == status
