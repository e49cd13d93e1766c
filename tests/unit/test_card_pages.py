"""Pages beside verdicts: hints, solution, phase, course map, notices; and text from hostile hands.

`GOPROD_GOLDEN=write pytest tests/unit/test_card_pages.py` writes the golden files anew.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader import card
from grader.card.excerpt import columns
from grader.course import Course
from grader.verdict import Access, Frame, Goroutine, Held, Hidden, Message, Race, Refusal, Status, Verdict, WrongFix
from grader.verdict import TestResult as Result

GOLDEN = Path(__file__).parent / "golden" / "card"
COURSE = Course(GOLDEN / "course")
PACK = Course(GOLDEN / "course")
PACK.pack = True

PHASE_ROWS = [
    card.ExerciseRow("first-wins-leak", "First wins, the rest leak", 8, "done", 5, 5),
    card.ExerciseRow("unlocked-read", "Unlocked read", 6, "done", 4, 4),
    card.ExerciseRow("stop-hangs", "Stop hangs", 12, "started", 1, 5),
    card.ExerciseRow("shared-append", "Shared append", 8, "new", 0, 5),
]
MAP_ROWS = [card.PhaseRow("03-concurrency", "Concurrency", "started", 2, 8), card.PhaseRow("04-interfaces", "Interfaces", "new", 0, 1)]

PAGES = {
    "hints-0": (card.hints_html(COURSE.exercise("check-then-act"), 0), card.hints_text(COURSE.exercise("check-then-act"), 0)),
    "hints-1": (card.hints_html(COURSE.exercise("check-then-act"), 1), card.hints_text(COURSE.exercise("check-then-act"), 1)),
    "hints-3": (card.hints_html(PACK.exercise("check-then-act"), 3), card.hints_text(PACK.exercise("check-then-act"), 3)),
    "hints-none": (card.hints_html(COURSE.exercise("null-page"), 1), card.hints_text(COURSE.exercise("null-page"), 1)),
    "solution": (card.solution_html(COURSE.exercise("unlocked-read")), card.solution_text(COURSE.exercise("unlocked-read"))),
    "solution-pack": (card.solution_html(PACK.exercise("unlocked-read")), card.solution_text(PACK.exercise("unlocked-read"))),
    "phase": (card.phase_html(COURSE.phases[0], PHASE_ROWS), card.phase_text(COURSE.phases[0], PHASE_ROWS)),
    "map": (card.map_html(COURSE, MAP_ROWS), card.map_text(COURSE, MAP_ROWS)),
    "stopped": (
        card.notice_html("none", "Stopped.", "The run was stopped before it ended.", "Run the cell again."),
        card.notice_text("none", "Stopped.", "The run was stopped before it ended.", "Run the cell again."),
    ),
    "unknown": (
        card.notice_html("refused", "No such command.", "`%chekc` is not one.", next="Try `%check`.", detail="The commands:\n\n`%check`"),
        card.notice_text("refused", "No such command.", "`%chekc` is not one.", next="Try `%check`.", detail="The commands:\n\n`%check`"),
    ),
}


@pytest.mark.parametrize("name", PAGES)
def test_page_is_as_the_golden_file_says(name: str) -> None:
    """The text of each page is that of its golden file, and no line is wider than 78 columns."""
    path, text = GOLDEN / "text" / f"page-{name}.txt", PAGES[name][1]
    if os.environ.get("GOPROD_GOLDEN") == "write":
        path.write_text(text)
    assert text == path.read_text()
    assert max(map(len, text.splitlines())) <= 78


@pytest.mark.parametrize(("name", "look"), [("hints-1", "11-hints"), ("phase", "09a-phase"), ("map", "09b-map")])
def test_page_has_the_classes_of_the_look(name: str, look: str) -> None:
    """A page uses the classes of its state of the look, and no others but a tick more or less."""

    def classes(html: str) -> set[str]:
        return {each for value in re.findall(r' class="?([\w -]+)', html) for each in value.split()}

    mine = re.sub(r"<style>.*?</style>", "", PAGES[name][0], flags=re.DOTALL)
    assert classes(mine) ^ classes((GOLDEN / "look" / f"{look}.html").read_text()) <= {"gp-pass"}


def test_hints_not_yet_open_are_folded_in_html_and_absent_in_text() -> None:
    """The HTML holds every hint, each under the one before; the text holds only those that were opened."""
    html, text = PAGES["hints-1"]
    assert html.count("<details open>") == 1
    assert html.count("<details>") == 2
    assert "Take the write lock once" in html
    assert "Take the write lock once" not in text
    assert "%hint check-then-act opens hint 2 of 3" in text


def test_a_pack_shows_no_solution() -> None:
    """In a cohort's pack neither the solution's page nor a pass nor a hint shows or promises the solution."""
    verdict = Verdict(
        slug="unlocked-read", status="pass", points=2, max=2, tests=(Result("TestAverage", "pass", 2, 2),), hidden=Hidden(1, 2)
    )
    shown = card.verdict_html(verdict, PACK.exercise("unlocked-read"), {}) + "".join(PAGES["solution-pack"] + PAGES["hints-3"])
    assert "once your instructor releases it" in shown
    assert "RLock" not in shown
    assert "%solution" not in shown
    assert "all " not in card.verdict_text(verdict, PACK.exercise("unlocked-read"), {})


def test_a_finished_phase_is_green() -> None:
    """A phase whose exercises are all done has the tick, and no minutes left."""
    rows = [row for row in PHASE_ROWS if row.state == "done"]
    text = card.phase_text(COURSE.phases[0], rows)
    assert text.startswith("✓ Phase 3, Concurrency. 2 of 2 exercises done.\n")


def text_of(verdict: Verdict, attempt: str = "a\nb\nc") -> str:
    """Return the text of a verdict on unlocked-read."""
    return card.verdict_text(verdict, COURSE.exercise("unlocked-read"), {"counter.go": attempt})


def test_many_failing_tests_fold_after_five() -> None:
    """Of eight failing tests five stand open; three are folded, and named in the text."""
    tests = tuple(Result(f"TestDeck{number}", "fail", max=1, messages=(Message(f"deck {number} sank"),)) for number in range(8))
    verdict = Verdict(slug="unlocked-read", status="fail", max=8, tests=(*tests, Result("TestAverage", "pass", 1, 1)))
    html, text = (render(verdict, COURSE.exercise("unlocked-read"), {}) for render in (card.verdict_html, card.verdict_text))
    assert "<summary>3 more tests fail</summary>" in html
    assert "3 more tests fail: `TestDeck5`, `TestDeck6` and `TestDeck7`" in text
    assert text.startswith("✗ Not yet. Deck 0 sank; 8 of 9 tests fail.\n")


def test_many_messages_fold_after_five() -> None:
    """Of seven messages of one test five stand open, and the text says that there are two more."""
    messages = tuple(Message(f"car {number} fell off") for number in range(7))
    verdict = Verdict(slug="unlocked-read", status="fail", tests=(Result("TestAverage", "fail", messages=messages),))
    html, text = card.verdict_html(verdict, COURSE.exercise("unlocked-read"), {}), text_of(verdict)
    assert "<summary>2 more messages</summary>\n<p>Car 5 fell off.</p>\n<p>Car 6 fell off.</p>" in html
    assert "    Car 4 fell off.\n    2 more messages.\n" in text


def test_a_line_that_several_tests_name_is_shown_once() -> None:
    """The learner's line that two failing tests name has one excerpt, and the next step points at it."""
    message = (Message("ada waits: for sync.Mutex.Lock at counter.go:2"),)
    tests = tuple(Result(name, "fail", max=1, messages=message) for name in ("TestAverage", "TestNoOrdersYet"))
    text = text_of(Verdict(slug="unlocked-read", status="fail", tests=tests))
    assert text.count("▸  2 │ b") == 1
    assert "→ Look at line 2, which `TestAverage` names below." in text


def test_what_could_not_be_saved_is_said_beside_the_verdict() -> None:
    """A detail of the grader's stands below a verdict of the learner's, without folders."""
    verdict = Verdict(
        slug="unlocked-read", status="pass", tests=(Result("TestAverage", "pass"),), detail="Not saved: /srv/a/learn/store.db is full"
    )
    assert text_of(verdict).endswith("\n  Not saved: store.db is full.\n")


def test_a_panic_in_the_tests_code_is_told_as_one_of_the_call() -> None:
    """A crash inside what the learner calls points at the call and does not blame its line."""
    frames = (Frame("panic", "runtime/panic.go", 1), Frame("carrier.Draw", "counter_test.go", 5), Frame("Print", "counter.go", 2))
    test = Result("TestAverage", "panic", panic="panic: no room for table 4", goroutines=(Goroutine("7", "running", frames),))
    text = text_of(Verdict(slug="unlocked-read", status="panic", tests=(test,)))
    assert text.startswith("✗ Crashed. What line 2 calls crashed: No room for table 4.\n")
    assert "← crashes in this call" in text


def test_a_race_outside_the_learners_lines_names_their_functions() -> None:
    """Where both sides stand in the test, the learner's functions that its lines call are named."""
    race = Race(tuple(Access("read", "goroutine 9", (Frame("TestAverage", "counter_test.go", line),)) for line in (6, 7)), "")  # type: ignore[arg-type]
    text = text_of(
        Verdict(slug="unlocked-read", status="race", tests=(Result("TestAverage", "race", race=race),)),
        "func (c *Counter) Add(n int64) {}\nfunc (c *Counter) Average() int64 { return 0 }",
    )
    assert text.startswith("⇄ Data race. The call of `Add` and the call of `Average` use the same memory\n  at the same time.\n")
    assert "It calls your `Average`." in text


NASTY = st.sampled_from(
    [
        "<script>alert(1)</script>",
        "'\"><img src=x onerror=alert(1)>",
        "&lt;",
        "`",
        "``x``",
        "a `b` c",
        "\x1b[31mred",
        "\u202e",
        "{{ 7 * 7 }}",
        "%s{0}{x}",
        "expected 1\ngot 2",
        "expected\ngot",
        "\n\n",
        "日本語" * 40,
        "x" * 3000,
        "a\n" * 400,
        "undefined: x",
        "\ud800",
        "TestX.func1",
        "counter.go:3",
        "counter_test.go:3",
        "leak: two",
        "select",
        "sync.Mutex.Lock",
        "chan send",
        "panic: boom",
        "missing return",
        "Error Trace:\tx\nError:\tNot equal:\n\texpected: 1\n\tactual: 2",
    ]
)
TEXT = NASTY | st.text(max_size=30)
FILE = st.sampled_from(["counter.go", "counter_test.go", "sync/mutex.go", ""])
LINE = st.integers(-1, 40)
FRAMES = st.lists(st.builds(Frame, TEXT, FILE, LINE), max_size=3).map(tuple)
HELD = st.none() | st.lists(st.builds(Held, TEXT, LINE), max_size=2).map(tuple)
ACCESS = st.builds(Access, st.sampled_from(["read", "write"]), TEXT, FRAMES, FRAMES, HELD, TEXT)
MESSAGES = st.lists(st.builds(Message, TEXT, FILE, LINE, LINE), max_size=12).map(tuple)
GOROUTINES = st.lists(st.builds(Goroutine, TEXT, TEXT, FRAMES, FRAMES), max_size=12).map(tuple)
STATUSES = st.sampled_from(Status.__args__)  # type: ignore[attr-defined]
TESTS = st.builds(
    Result,
    name=TEXT,
    status=STATUSES,
    points=st.integers(-3, 3),
    max=st.integers(0, 3),
    cost=st.integers(0, 3),
    story=TEXT,
    messages=MESSAGES,
    race=st.none() | st.builds(Race, st.tuples(ACCESS, ACCESS), TEXT),
    panic=TEXT,
    goroutines=GOROUTINES,
    output=TEXT,
)
VERDICTS = st.builds(
    Verdict,
    slug=TEXT,
    status=STATUSES,
    points=st.integers(0, 9),
    max=st.integers(0, 9),
    tests=st.lists(TESTS, max_size=8).map(tuple),
    hidden=st.none() | st.just(Hidden(2, 3)),
    refusals=st.lists(st.builds(Refusal, TEXT, TEXT, FILE, LINE, LINE, LINE), max_size=3).map(tuple),
    errors=MESSAGES,
    wrong=st.none() | st.builds(WrongFix, TEXT, TEXT, TEXT),
    fault=TEXT,
    detail=TEXT,
)


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(verdict=VERDICTS, attempt=TEXT, pack=st.booleans())
def test_hostile_text_is_shown_and_does_nothing(verdict: Verdict, attempt: str, pack: bool) -> None:  # noqa: FBT001
    """Whatever a verdict and an attempt say: no markup, no control character, no line beyond 78 columns, no exception."""
    exercise = (PACK if pack else COURSE).exercise("unlocked-read")
    html, text = (render(verdict, exercise, {"counter.go": attempt}) for render in (card.verdict_html, card.verdict_text))
    assert "<script" not in html
    assert "<img" not in html
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", html + text)
    assert all(columns(line) <= 78 for line in text.split("\n"))
    assert (html + text).encode()


def test_template_syntax_in_a_message_is_text() -> None:
    """What looks like a template's expression stands in the card as the learner wrote it."""
    test = Result("TestAverage", "fail", messages=(Message("a: {{ 7 * 7 }} {% raw %}"),))
    html = card.verdict_html(Verdict(slug="unlocked-read", status="fail", tests=(test,)), COURSE.exercise("unlocked-read"), {})
    assert "{{ 7 * 7 }} {% raw %}" in html


def test_cards_are_quick() -> None:
    """After the first one a card takes less than 10 ms; the median of nine, so that a busy machine does not decide."""
    verdict = Verdict(
        slug="unlocked-read", status="fail", tests=tuple(Result(f"Test{n}", "fail", messages=(Message("a: b"),)) for n in range(20))
    )
    exercise = COURSE.exercise("unlocked-read")
    taken = []
    for _ in range(9):
        start = time.perf_counter()
        card.verdict_html(verdict, exercise, {"counter.go": "a\n" * 400})
        taken.append(time.perf_counter() - start)
    assert sorted(taken)[4] < 0.010


def test_importing_cards_loads_no_host_and_no_template_engine() -> None:
    """The package imports neither IPython nor nbgrader, and what is slow to import only when HTML is asked for."""
    code = "import sys, grader.card; print([m for m in ('IPython', 'nbgrader', 'jinja2', 'tinycss2', 'msgspec') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
