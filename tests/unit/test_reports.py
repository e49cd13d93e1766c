"""What Go prints, read: the outputs are Go 1.27's own, with paths shortened."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from grader import reports
from grader import verdict as verdicts
from grader.verdict import Access, Frame, Goroutine, Message

SAYS = (
    "\x16=== RUN   TestSays\n    act_test.go:24: a log line\n"
    "\x0f    act_test.go:25: first\n          second\n        \x1b\x1b[31mred\x1b\x1b[0m \x1b\x0e\x1b\x0f\x1b\x16 end\x0e\n"
    "\x16=== RUN   TestSays/sub\nno newline\x0f    act_test.go:26: in the sub\x0e\n\x0f    act_test.go:26: fatal\x0e\n"
    "\x16--- FAIL: TestSays/sub (0.00s)\n\x16=== NAME  TestSays\n\x0f    act_test.go:27: \x0e\n"
    "\x16--- FAIL: TestSays (0.00s)\n\x16=== NAME  \n\x16FAIL\n"
)
PRINTS = "\x16=== RUN   TestAct\nPASS\n--- PASS: TestAct (0.00s)\nline\nno newline\x16--- FAIL: TestAct (0.00s)\n\x16=== NAME  \n\x16FAIL\n"

RACE = """\
==================
WARNING: DATA RACE
Write at 0x00c0000a0800 by goroutine 9:
  goprod.example/course/phases/03-concurrency/check-then-act.(*Office).Book()
      ferry.go:86 +0x5e4
  goprod.example/course/phases/03-concurrency/check-then-act_test.book.func1()
      ferry_test.go:115 +0x71
  goprod.example/course/internal/settle.Go.func1()
      /home/ada/course/internal/settle/settle.go:65 +0xb4

Previous read at 0x00c0000a0800 by main goroutine:
  runtime.mapaccess2_fast64()
      /usr/lib/go/src/internal/runtime/maps/runtime_fast64.go:22 +0x0
  goprod.example/course/phases/03-concurrency/check-then-act.(*Office).Book()
      ferry.go:77 +0xf0

Goroutine 9 (running) created at:
  goprod.example/course/internal/settle.Go()
      /home/ada/course/internal/settle/settle.go:63 +0x1b9
  testing.tRunner()
      /usr/lib/go/src/testing/testing.go:2195 +0x21c
==================

"""

PANIC = """\
panic: runtime error: invalid memory address or nil pointer dereference
[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x6186a1]

goroutine 23 [running, synctest bubble 1]:
goprod.example/course/phases/01-basics/act.(*T).Act.func1({0x7d17a8?, 0x8112d0})
	act.go:16 +0x81
panic({0x7d17a8?, 0x8112d0?})
	/usr/lib/go/src/runtime/panic.go:859 +0x125
created by goprod.example/course/phases/01-basics/act.Act in goroutine 22
	act.go:16 +0x9a
"""

HANG = """\
panic: test timed out after 1s
	running tests:
		TestAct (1s)

goroutine 20 [running]:
testing.(*M).startAlarm.func1()
	/usr/lib/go/src/testing/testing.go:2961 +0x605
created by time.goFunc
	/usr/lib/go/src/time/sleep.go:182 +0x45

goroutine 1 [chan receive, 2 minutes]:
testing.runTests({0x0, 0x0}, {0x0, 0x0}, 0xc0000160f0, {0xc0000160d8, 0x1, 0x1}, {0xc2b9844d2361d190, 0x3bb367c4, ...})
	/usr/lib/go/src/testing/testing.go:2742 +0x9ea
main.main()
	main.go:12 +0x153

goroutine 6 [select (no cases) (durable), synctest bubble 1]:
goprod.example/course/phases/01-basics/act_test.TestAct(0xc00012a248)
	act_test.go:12 +0x2a

"""


def test_messages() -> None:
    """Every Error and Fatal is a message, with its place; lines below the first lose the indent that the testing package gave them."""
    assert reports.messages(SAYS) == (
        Message("first\n  second\n\x1b[31mred\x1b[0m \x0e\x0f\x16 end", "act_test.go", 25),
        Message("in the sub", "act_test.go", 26),
        Message("fatal", "act_test.go", 26),
        Message("", "act_test.go", 27),
    )
    assert reports.messages(PRINTS) == ()


def test_printed() -> None:
    """What is left is what the program printed, even where it looks like a test's result, and the lines of Log."""
    assert reports.printed(SAYS) == "    act_test.go:24: a log line\nno newline"
    assert reports.printed(PRINTS) == "PASS\n--- PASS: TestAct (0.00s)\nline\nno newline"


def test_race() -> None:
    """A race has two sides, the later first, each with its stack and where its goroutine began."""
    race = reports.race(f"printed before\n{RACE}{RACE}")
    assert race is not None
    assert race.accesses == (
        Access(
            "write", "goroutine 9",
            (
                Frame("(*Office).Book", "ferry.go", 86),
                Frame("book.func1", "ferry_test.go", 115),
                Frame("settle.Go.func1", "settle/settle.go", 65),
            ),
            (Frame("settle.Go", "settle/settle.go", 63), Frame("testing.tRunner", "testing/testing.go", 2195)),
        ),
        Access(
            "read", "main goroutine",
            (Frame("runtime.mapaccess2_fast64", "internal/runtime/maps/runtime_fast64.go", 22), Frame("(*Office).Book", "ferry.go", 77)),
        ),
    )  # fmt: skip
    assert race.report == (
        "WARNING: DATA RACE\n"
        "Write at 0x00c0000a0800 by goroutine 9:\n"
        "  check-then-act.(*Office).Book()\n      ferry.go:86\n"
        "  check-then-act_test.book.func1()\n      ferry_test.go:115\n"
        "  settle.Go.func1()\n      settle.go:65\n\n"
        "Previous read at 0x00c0000a0800 by main goroutine:\n"
        "  runtime.mapaccess2_fast64()\n      internal/runtime/maps/runtime_fast64.go:22\n"
        "  check-then-act.(*Office).Book()\n      ferry.go:77\n\n"
        "Goroutine 9 (running) created at:\n"
        "  settle.Go()\n      settle.go:63\n"
        "  testing.tRunner()\n      testing/testing.go:2195"
    )


@pytest.mark.parametrize("text", ["", "WARNING: DATA RACE\n", RACE.replace("Previous read", "Next"), RACE.rstrip("=\n"), PANIC])
def test_no_race(text: str) -> None:
    """What is cut off, or has not two sides, is no report."""
    assert reports.race(text) is None


@pytest.mark.parametrize(
    ("output", "words"),
    [
        (
            PANIC,
            (
                "panic: runtime error: invalid memory address or nil pointer dereference\n"
                "[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x6186a1]"
            ),
        ),
        (HANG, "panic: test timed out after 1s\n\trunning tests:\n\t\tTestAct (1s)"),
        (
            "panic: one\n\t\n\ttwo: file already closed [recovered, repanicked]\n\ngoroutine 7 [running]:\n",
            "panic: one\n\t\n\ttwo: file already closed [recovered, repanicked]",
        ),
        ("line\nfatal error: sync: unlock of unlocked mutex\n\ngoroutine 20 [running]:\n", "fatal error: sync: unlock of unlocked mutex"),
        ("\x16panic: x", "panic: x"),
        ("do not panic: all is well\n", ""),
        (RACE, ""),
        (SAYS, ""),
        ("", ""),
    ],
)
def test_panic(output: str, words: str) -> None:
    """The words of a panic or of a fatal error come without the stacks below them."""
    assert reports.panic(output) == words


def test_goroutines() -> None:
    """A crash dump is told goroutine by goroutine: what each waits for, where it is and where it began."""
    assert reports.goroutines(PANIC) == (
        Goroutine(
            "23",
            "running",
            (Frame("(*T).Act.func1", "act.go", 16), Frame("panic", "runtime/panic.go", 859)),
            (Frame("Act", "act.go", 16),),
        ),
    )
    alarm, main, test = reports.goroutines(HANG)
    assert (alarm.name, alarm.created) == ("20", (Frame("time.goFunc", "time/sleep.go", 182),))
    assert (main.name, main.state) == ("1", "chan receive")
    assert main.frames == (Frame("testing.runTests", "testing/testing.go", 2742), Frame("main.main", "main.go", 12))
    assert test == Goroutine("6", "select (no cases) (durable)", (Frame("TestAct", "act_test.go", 12),))


@pytest.mark.parametrize(
    ("text", "tidied"),
    [
        ("\t/usr/lib/go/src/runtime/panic.go:859 +0x125\n", "\truntime/panic.go:859\n"),
        ("\t/home/ada/internal/settle/settle.go:65 +0xb4\n", "\tsettle.go:65\n"),
        ("goprod.example/course/phases/01-basics/act.Act()\n", "act.Act()\n"),
        ("created by testing/synctest.Test in goroutine 7\n", "created by testing/synctest.Test in goroutine 7\n"),
        ("created by goprod.example/course/phases/p/act.Act in goroutine 7\n", "created by act.Act in goroutine 7\n"),
        ("open /tmp/x: no such file\n\n\na/b\n", "open /tmp/x: no such file\n\n\na/b\n"),
    ],
)
def test_tidy(text: str, tidied: str) -> None:
    """Paths are cut to what a reader needs; other words stay."""
    assert reports.tidy(text) == tidied


def test_frames_in_files() -> None:
    """The frames of some files are picked in their order."""
    frames = [Frame("a", "x.go", 1), Frame("b", "y.go", 2), Frame("c", "x.go", 3)]
    assert reports.in_files(frames, ("x.go",)) == [frames[0], frames[2]]


def read(text: str) -> verdicts.TestResult:
    """Read a text in every way."""
    return verdicts.TestResult(
        "TestX", "fail", messages=reports.messages(text), race=reports.race(text), panic=reports.panic(text),
        goroutines=reports.goroutines(text), output=reports.printed(text) + reports.tidy(text),
    )  # fmt: skip


PIECES = st.sampled_from([*(SAYS + RACE + PANIC + HANG).split(" "), "\x0f    a.go:1: ", "\x0e\n", "\x1b", "\x16", "\n\n", "/", "9" * 30])


@given(st.one_of(st.text(), st.lists(PIECES).map(" ".join), st.lists(PIECES).map("".join)))
@example(f"\x0f    a.go:{'9' * 5000}: x\x0e\n")
@example(RACE.replace(":86", ":" + "9" * 5000))
@example(PANIC.replace(":16", ":" + "9" * 20))
def test_any_text_can_be_read(text: str) -> None:
    """Whatever is printed, reading it never raises, and what was read can be kept and found again."""
    verdict = verdicts.Verdict(slug="x", status="fail", tests=(read(text),))
    assert verdicts.decode(verdicts.encode(verdict)) == verdict


@pytest.mark.parametrize(
    "text",
    [
        "\n", "(/", " /a", "/", "a/", " ", "\x0fa:1: ", "\x0f", "\x16", "\x1b", "panic: \n", "created by ", "goroutine 1 [running]:\n\n",
        "={18}\nWARNING: DATA RACE\n".replace("={18}", "=" * 18), "(a", "a(", "\t/x.go:1\n", "  ()", "\n      ", "(/src/a", "x.go:1 +0x1",
    ],
)  # fmt: skip
@pytest.mark.parametrize("start", ["", "goroutine 1 [", "\x0f   a.go:1: "])
def test_a_flood_is_read_in_no_time(start: str, text: str) -> None:
    """Whatever a program repeats, it is read in a moment: the grader never hangs on it."""
    flood = start + text * ((48 << 10) // len(text))
    begin = time.process_time()
    read(flood)
    assert time.process_time() - begin < 1
