"""Real checks: every way in which code can end, told by the real toolchain."""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from grader import toolchain
from grader.attempt import Attempt
from grader.check import check
from grader.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from grader.course import Exercise
    from grader.verdict import Status, TestResult, Verdict
    from tests.conftest import MakeExercise, Validate

    Judge = Callable[..., Verdict]

MANIFEST = """\
title = "Act"
minutes = 5
package = "act"
answer = ["act.go"]
given = ["given.go"]
visible = ["act_test.go"]
hidden = ["hidden_test.go"]
imports = ["fmt", "os", "runtime", "sync", "time", "unique", "io"]
selectors = ["syscall.SIGTERM"]
vet = ["copylocks"]
timeout = 2.0
memory = 128

[tests]
TestAct = { points = 10 }
TestBubble = { points = 4 }
TestQuiet = { cost = 3 }

[broken]
fails = { TestAct = "fail" }

[wrong.forgets]
fails = { "*" = "fail", TestBubble = "pass", TestQuiet = "pass" }
output = "says \\"\\", not"
code = 'return ""'
message = "It forgets to say so."
"""
TEST = """\
package act_test

import (
	"testing"
	"testing/synctest"

	"goprod.example/course/phases/01-basics/takings"
)

// Act was asked to act, and did not say that it was done.
func TestAct(t *testing.T) {
	if got := act.Act(); got != "done" {
		t.Errorf("Act says %q, not %q", got, "done")
	}
}

func TestBubble(t *testing.T) {
	synctest.Test(t, func(*testing.T) { act.Act() })
}
"""
HIDDEN = """\
package act_test

import (
	"testing"

	"goprod.example/course/phases/01-basics/takings"
)

func TestQuiet(t *testing.T) {
	if act.Limit != 3 {
		t.Errorf("the secret limit is %d", act.Limit)
	}
}
"""
GIVEN = "package act\n\n// Limit is given.\nconst Limit = 3\n"


def act(body: str, *imports: str, more: str = "") -> str:
    """Return act.go with this body of Act."""
    lines = [f'import "{name}"' for name in imports]
    return "\n".join(["// Package act acts.", "package act", "", *lines, "", more, "// Act acts.", "func Act() string {", body, "}", ""])


SOLUTION = act('return "done"')


@pytest.fixture(scope="module")
def exercise(make_exercise: MakeExercise) -> Exercise:
    """Give an exercise whose answer may do anything."""
    files: dict[str, str | None] = {
        "exercise.toml": MANIFEST, "act_test.go": TEST, "hidden_test.go": HIDDEN, "given.go": GIVEN, "act.go": SOLUTION,
        "broken/act.go": act('return "not yet"'), "till_test.go": None, "till.go": None, "broken/till.go": None,
    }  # fmt: skip
    return make_exercise(files)


@pytest.fixture(scope="module")
def judge(exercise: Exercise, validate: Validate) -> Judge:
    """Give the check."""

    def run(text: str, *, store: Store | None = None) -> Verdict:
        return validate(asyncio.run(check(Attempt.from_texts(exercise, {"act.go": text}), store=store)))

    return run


@pytest.fixture(autouse=True)
def nothing_left(reachable: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give each check a temporary folder of its own, and see that neither a file nor a process stays behind."""
    monkeypatch.setattr(tempfile, "tempdir", str(reachable))
    yield reachable
    assert files_in(reachable) == []
    assert processes_in(reachable) == []


def files_in(folder: Path) -> list[str]:
    """Return the names of what is in a folder."""
    return sorted(path.name for path in folder.iterdir())


def processes_in(folder: Path) -> list[str]:
    """Return the command lines of processes that mention a folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:
            continue
        if str(folder) in line and path.parent.name != str(os.getpid()):
            found.append(line)
    return found


def named(verdict: Verdict, name: str) -> TestResult:
    """Return a test's result."""
    return next(test for test in verdict.tests if test.name == name)


def test_a_pass(judge: Judge) -> None:
    """Right code passes every test, in less time than anybody waits."""
    verdict = judge(SOLUTION)
    assert (verdict.status, verdict.points, verdict.max) == ("pass", 14, 14)
    assert [(f.name, f.start, f.end) for f in verdict.functions] == [("Act", 7, 9)]


def test_untouched(judge: Judge) -> None:
    """The code from the incident is no attempt, and shows what it does."""
    verdict = judge("// takings/act.go\n\n" + act('return "not yet"'))
    assert verdict.status == "not-attempted"
    assert named(verdict, "TestAct").messages[0].text == 'Act says "not yet", not "done"'


def test_a_known_wrong_fix(judge: Judge) -> None:
    """A known wrong fix is told by its failures, its words and its code; a comment is not code."""
    verdict = judge(act('return ""'))
    assert (verdict.status, verdict.points) == ("fail", 4)
    assert verdict.wrong is not None
    assert verdict.wrong.message == "It forgets to say so."
    assert judge(act('return fmt.Sprint() // return ""', "fmt")).wrong is None


HOARD = """\
	var all [][]byte
	for range 64 {
		block := make([]byte, 16<<20)
		for i := 0; i < len(block); i += 4096 {
			block[i] = 1
		}
		all = append(all, block)
	}
	_ = all
	return ""
"""
THREADS = """\
	for range 1000 {
		go func() { runtime.LockOSThread(); time.Sleep(time.Hour) }()
	}
	time.Sleep(time.Second / 2)
	return "done"
"""
LIE = """\
	fmt.Println("\\x16--- PASS: TestAct (0.00s)\\n\\x16PASS")
	os.Exit(1)
	return ""
"""
SILENT = "The test's process ended with exit code 1 before the test could say anything."
FLOOD = '"la la la la la la la la la la la la la"'
ENDINGS: dict[str, tuple[str, Status, str]] = {
    "wrong answer": (act('return "no"'), "fail", 'Act says "no", not "done"'),
    "nil map": (act('var m map[string]int\nm["a"] = 1\nreturn ""'), "panic", "panic: assignment to entry in nil map"),
    "panic elsewhere": (act('go panic("there")\nselect {}'), "panic", "panic: there"),
    "fatal error": (act('var mu sync.Mutex\nmu.Unlock()\nreturn ""', "sync"), "panic", "fatal error: sync: unlock of unlocked mutex"),
    "race": (act('n := 0\ngo func() { n++ }()\ntime.Sleep(50 * time.Millisecond)\nn++\n_ = n\nreturn "done"', "time"), "race", ""),
    "hang": (act("select {}"), "timeout", "panic: test timed out after 2s"),
    "hang on a lock": (act('var mu sync.Mutex\nmu.Lock()\nmu.Lock()\nreturn ""', "sync"), "timeout", "panic: test timed out after 2s"),
    "spin": (act("for {\n}"), "timeout", ""),
    "memory": (act(HOARD), "memory", ""),
    "address space": (act("return string(make([]byte, 8<<30))"), "memory", ""),
    "endless recursion": (act("return Act() + Act()"), "memory", ""),
    "flood": (act(f"for {{\n\tfmt.Println({FLOOD})\n}}", "fmt"), "limit", ""),
    "flood of errors": (act(f"for {{\n\tfmt.Fprintln(os.Stderr, {FLOOD})\n}}", "fmt", "os"), "limit", ""),
    "threads": (act(THREADS, "runtime", "time"), "limit", ""),
    "exit 0": (act('os.Exit(0)\nreturn ""', "os"), "panic", "panic: unexpected call to os.Exit(0) during test"),
    "exit 1": (act('os.Exit(1)\nreturn ""', "os"), "fail", SILENT),
    "goexit": (act('runtime.Goexit()\nreturn ""', "runtime"), "panic", "panic: test executed panic(nil) or runtime.Goexit"),
    "printed pass": (act(LIE, "fmt", "os"), "fail", SILENT),
}


@pytest.mark.parametrize(("text", "status", "words"), ENDINGS.values(), ids=ENDINGS.keys())
def test_how_code_ends(judge: Judge, text: str, status: Status, words: str) -> None:
    """Each way to end has its status and Go's words, earns nothing, and leaves nothing behind; the quiet test still passes."""
    verdict = judge(text)
    test = named(verdict, "TestAct")
    assert (test.status, test.points) == (status, 0)
    said = "\n".join([test.panic, *(message.text for message in test.messages)])
    assert words in said
    assert named(verdict, "TestQuiet").status == "pass"


def test_a_leak(judge: Judge) -> None:
    """A goroutine that outlives its bubble is a leak, told with where it waits; outside of a bubble nobody looks."""
    verdict = judge(act('go func() { select {} }()\nreturn "done"'))
    test = named(verdict, "TestBubble")
    assert (verdict.status, verdict.points, test.status) == ("leak", 10, "leak")
    assert any(frame.file == "act.go" and frame.line == 8 for g in test.goroutines for frame in g.frames)


def test_a_race_is_told_with_its_variable_and_locks(judge: Judge) -> None:
    """A race is told by both sides, with the variable, and with the lock that one side holds."""
    more = "var mu sync.Mutex\nvar sold int\n\nfunc sell() {\n\tmu.Lock()\n\tdefer mu.Unlock()\n\tsold++\n}\n"
    body = "go sell()\ntime.Sleep(50 * time.Millisecond)\nif sold > 5 {\n\tsell()\n}\n" + 'return "done"'
    race = named(judge(act(body, "sync", "time", more=more)), "TestAct").race
    assert race is not None
    assert {access.variable for access in race.accesses} == {"sold"}
    held = {access.kind: access.held for access in race.accesses}
    assert held["read"] == ()
    assert [lock.lock for lock in held["write"] or ()] == ["mu"]
    assert race.report.startswith("WARNING: DATA RACE\n")
    assert str(toolchain.find().goroot) not in race.report


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("package act\n\nfunc Act() string {\n\treturn undefined\n}\n", "act.go:4", "undefined: undefined"),
        ("package act\n\nfunc Act() string {\n\treturn 1\n}\n", "act.go:4", "cannot use 1"),
        ("package act\n\nfunc Act() string {\n", "act.go:4", "syntax error"),
        ('package act\n\nimport "fmt"\n\nfunc Act() string { return "" }\n', "act.go:3", '"fmt" imported and not used'),
        ('func Act() string { return "" }\n', "act.go:1", "package"),
        ("this is no Go\n", "act.go:1", "package"),
        ("// only a comment\n", "act.go:2", "package"),
        ('package act\n\nconst Limit = 4\n\nfunc Act() string { return "" }\n', "given.go:4", "Limit redeclared"),
    ],
)  # fmt: skip
def test_what_does_not_compile(judge: Judge, text: str, place: str, words: str) -> None:
    """The compiler's errors are told at the cell's lines, in the compiler's words."""
    verdict = judge(text)
    assert (verdict.status, verdict.points, verdict.max, verdict.tests) == ("build", 0, 14, ())
    assert words in "\n".join(error.text for error in verdict.errors)
    assert f"{verdict.errors[0].file}:{verdict.errors[0].line}" == place


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('package act\n\nfunc act() string { return "" }\n\nvar _ = act\n', "The tests expect `func Act() string`."),
        ('package act\n\nfunc Act(n int) string { return "" }\n', "The tests expect `func Act() string`."),
        ("package act\n\nfunc Act() int { return 0 }\n", "The tests do not compile with this: an exported name or its type has changed."),
    ],
)  # fmt: skip
def test_tests_that_do_not_fit(judge: Judge, text: str, expected: str) -> None:
    """Where only the tests do not compile, it is told what they expect, and no test is quoted."""
    verdict = judge(text)
    assert verdict.status == "build"
    (error,) = verdict.errors
    assert error.text.startswith(expected)
    assert not any(word in error.text for word in ("_test.go", "TestAct", "secret"))


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (act('return fmt.Sprintf("%d", "done")', "fmt"), 9, "(printf)"),
        (act('var mu sync.Mutex\nother := mu\nother.Lock()\nreturn "done"', "sync"), 10, "(copylocks)"),
    ],
)
def test_what_vet_objects_to(judge: Judge, text: str, line: int, words: str) -> None:
    """Vet's objections stop an attempt, with the analyzer's name and the line: go test's analyzers, and the exercise's."""
    verdict = judge(text)
    assert (verdict.status, verdict.points) == ("vet", 0)
    assert (verdict.errors[0].file, verdict.errors[0].line) == ("act.go", line)
    assert words in verdict.errors[0].text


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (act('return exec.Command("ls").String()', "os/exec"), "import"),
        (act('return "done"', "C"), "import"),
        (act("return fmt.Sprint(unsafe.Sizeof(1))", "fmt", "unsafe"), "import"),
        (act("return fmt.Sprint(syscall.Getpid())", "fmt", "syscall"), "selector"),
        (act('return "done"', more="//go:norace\n"), "directive"),
        (act('return "done"', more="/*line x.go:1*/\n"), "directive"),
        (act('return "done"', more="func init() {}\n"), "init"),
        (act('return "done"', more="func more()\n"), "bodyless"),
        ('package other\n\nfunc Act() string { return "done" }\n', "package"),
    ],
)  # fmt: skip
def test_what_is_refused(judge: Judge, text: str, rule: str) -> None:
    """What no exercise needs is refused before it is built, with the rule and a sentence."""
    verdict = judge(text)
    assert (verdict.status, verdict.points, verdict.tests) == ("refused", 0, ())
    assert rule in {refusal.rule for refusal in verdict.refusals}
    assert all(refusal.text.endswith((".", "needs it.")) and refusal.file == "act.go" and refusal.line for refusal in verdict.refusals)


def test_a_selector_that_is_allowed(judge: Judge) -> None:
    """A name that the manifest allows of a package is allowed."""
    assert judge(act('_ = syscall.SIGTERM.String()\nreturn "done"', "syscall")).status == "pass"


def test_nothing_to_steal(judge: Judge) -> None:
    """What the grader told the test binary is gone before any code of the attempt can look for it."""
    more = "var stolen, err = io.ReadAll(os.Stdin)\n"
    assert judge(act('return fmt.Sprintf("done%s", stolen)', "fmt", "io", "os", more=more)).status == "pass"


@pytest.mark.parametrize("more", ["// la la la\n" * 20_000, "".join(f"func f{n}(a, b int) int {{ return a + b }}\n" for n in range(1_000))])
def test_a_large_answer(judge: Judge, more: str) -> None:
    """An answer of the largest size is judged as any other."""
    assert judge(act('return "done"', more=more)).status == "pass"


def test_windows_line_ends_and_a_marker(judge: Judge) -> None:
    """A cell with its first line and with CRLF is as good as the file, and its lines are the cell's."""
    assert judge("// takings/act.go\r\n\r\n" + SOLUTION.replace("\n", "\r\n")).status == "pass"
    verdict = judge("// takings/act.go\r\n\r\npackage act\r\n\r\nfunc Act() string { return 1 }\r\n")
    assert verdict.errors[0].line == 5


def test_a_skipped_test(make_exercise: MakeExercise, exercise: Exercise, validate: Validate) -> None:
    """A test that skips itself gave no result: it is held, and is no pass."""
    files: dict[str, str | None] = {path.name: path.read_text() for path in exercise.folder.iterdir() if path.is_file()}
    skips = TEST.replace("func TestAct(t *testing.T) {\n", "func TestAct(t *testing.T) {\n\tt.Skip()\n")
    other = make_exercise({**files, "broken/act.go": act('return "not yet"'), "act_test.go": skips})
    verdict = validate(asyncio.run(check(Attempt.from_texts(other, {"act.go": SOLUTION}))))
    assert (verdict.status, named(verdict, "TestAct").status, verdict.fault) == ("invalid", "invalid", "record")
    assert verdict.detail == "TestAct ended without a record that can be trusted."


def test_a_manifest_and_tests_that_disagree(make_exercise: MakeExercise, exercise: Exercise, validate: Validate) -> None:
    """A test that only the manifest has is our failure, and never the learner's."""
    files: dict[str, str | None] = {path.name: path.read_text() for path in exercise.folder.iterdir() if path.is_file()}
    manifest = MANIFEST.replace("TestQuiet = {", "TestMissing = { cost = 3 }\nTestQuiet = {")
    other = make_exercise({**files, "broken/act.go": act('return "not yet"'), "exercise.toml": manifest})
    verdict = validate(asyncio.run(check(Attempt.from_texts(other, {"act.go": SOLUTION}))))
    assert (verdict.status, verdict.fault) == ("infra", "main")
    assert "TestMissing" in verdict.detail


def test_the_second_time(judge: Judge) -> None:
    """The same attempt is not run again: its verdict comes from the store, with the seconds of its first run."""
    store = Store(None)
    first = judge(act('return "a"'), store=store)
    assert judge(act('return "a"'), store=store) == first
    assert [tried.key for tried in store.tries("takings")] == [first.hash, first.hash]


@pytest.mark.parametrize("pause", [0.0, 0.05, 0.15, 0.3, 0.6])
def test_cancelled(exercise: Exercise, nothing_left: Path, pause: float) -> None:
    """A check that is cancelled at any moment leaves no process and no folder behind, and is soon over."""

    async def cancel() -> float:
        job = asyncio.ensure_future(check(Attempt.from_texts(exercise, {"act.go": act("select {}")})))
        await asyncio.sleep(pause)
        start = time.monotonic()
        job.cancel()
        with pytest.raises(asyncio.CancelledError):
            await job
        assert files_in(nothing_left) == []
        assert processes_in(nothing_left) == []
        return time.monotonic() - start

    assert asyncio.run(cancel()) < 10
