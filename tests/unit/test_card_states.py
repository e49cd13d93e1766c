"""Every state of a verdict: its HTML against the states of the look, its text against golden files.

`GOPROD_GOLDEN=write pytest …` writes the golden files anew.
`python tests/unit/test_card_states.py PAGE.html` writes all states to one page.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from grader import card
from grader.card.compose import verdict_card
from grader.course import Course, Exercise
from grader.manifest import Accept, HiddenSummary, Manifest, Solution, TestEntry, Wrong
from grader.verdict import Access, Frame, Goroutine, Held, Hidden, Message, Race, Refusal, TestResult, Verdict, WrongFix

GOLDEN = Path(__file__).parent / "golden" / "card"

COUNTER = """\
// unlocked-read/counter.go

// Package sales counts a day's orders.
package sales

import "sync"

type Counter struct {
	mu     sync.Mutex
	orders int
	cents  int64
}
// Add is called by each checkout.
func (c *Counter) Add(cents int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.orders++
	c.cents += cents
}

// Average is called by the status page, every second.
func (c *Counter) Average() int64 {
	if c.orders == 0 {
		return 0
	}
	return c.cents / int64(c.orders)
}
"""
UNBUILT = COUNTER.replace("\n// Package sales counts a day's orders.", "").replace(
    "\tif c.orders == 0 {", "\tc.mu.RLock()\n\tdefer c.mu.RUnlock()\n\ttotal := c.cents\n\tif c.orders == 0 {"
).replace("}\n// Add", "}\n\n// Add")  # fmt: skip
COUNTER_TEST = """\
package sales_test

func TestStatusPageDuringCheckout(t *testing.T) {
	var c sales.Counter
	var wg sync.WaitGroup
	wg.Go(func() { c.Add(1999) })
	wg.Go(func() { c.Average() })
	wg.Wait()
}
"""
FIXED = COUNTER.removeprefix("// unlocked-read/counter.go\n\n").replace("\tif c.orders", "\tc.mu.Lock()\n\tdefer c.mu.Unlock()\n\tif c.orders")
READ_LOCK = FIXED.replace("sync.Mutex", "sync.RWMutex").replace("int64 {\n\tc.mu.Lock()\n\tdefer c.mu.Unlock", "int64 {\n\tc.mu.RLock()\n\tdefer c.mu.RUnlock")
COUPONS = """\
// check-then-act/coupons.go
package coupons

import (
	"errors"
	"sync"
	"time"
)

var ErrUsed = errors.New("coupon already used")

// Store keeps the coupons that were spent.
type Store struct {
	mu    sync.RWMutex
	spent map[string]string
	audit func(code string)
}

// Redeem spends the coupon for one order.
func (s *Store) Redeem(code, order string) error {
	s.mu.RLock()
	_, used := s.spent[code]
	s.mu.RUnlock()
	if used {
		return ErrUsed
	}
	s.audit(code)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.spent[code] = order
	return nil
}
"""
COUPONS_TEST = """\
package coupons_test

func TestTwoOrdersAtOnce(t *testing.T) {
	s := newStore(t)
	// atOnce holds each order after its check until the other gets there, or waits
	first, second := atOnce(t, s, "WELCOME20", "A-1041", "A-1042")
	if first == nil && second == nil {
		t.Errorf("WELCOME20 paid out twice: orders A-1041 and A-1042 both got the discount.")
	}
}
"""
POLLER = "// stop-hangs/poller.go\n" + "\n" * 16 + """\
func (p *Poller) Start() {
	p.wg.Go(func() {
		tick := time.NewTicker(p.every)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				p.fetch()
			case <-p.done:
				return
			}
		}
	})
}

// Stop returns when the last poll has ended.
func (p *Poller) Stop() {
	p.wg.Wait()
	close(p.done)
}
"""  # fmt: skip
QUOTE = "// first-wins-leak/quote.go\n" + "\n" * 14 + """\
func First(ctx context.Context, sku string, from []Supplier) Quote {
	quotes := make(chan Quote)
	for _, ask := range from {
		go func() {
			p, err := ask(ctx, sku)
			if err == nil {
				quotes <- p
			}
		}()
	}
	return <-quotes
}
"""  # fmt: skip


def manifest(title: str, minutes: int, package: str, file: str, tests: dict[str, int], **more: object) -> Manifest:
    """A manifest in a line."""
    entries = {name: TestEntry(points=points) if points > 0 else TestEntry(cost=-points) for name, points in tests.items()}
    rest = {"answer": (f"{file}.go",), "imports": ("errors", "sync", "sync/atomic"), "visible": (f"{file}_test.go",), **more}
    return Manifest(title=title, minutes=minutes, package=package, tests=entries, **rest)


MANIFESTS = {
    "unlocked-read": manifest(
        "Unlocked read", 6, "sales", "counter", {"TestStatusPageDuringCheckout": 2, "TestAverage": 1, "TestNoOrdersYet": 1},
        imports=("sync",), solution=Solution("Both sides take the same lock, so a read sees whole orders only."),
        accept={"read-lock": Accept("a read lock", "Worth it when reads are long or many.")},
        wrong={"value-receiver": Wrong({"*": "race"}, "Each call locks a copy of its own. A lock protects only who shares it.")},
    ),
    "check-then-act": manifest(
        "Check, then act", 10, "coupons", "coupons",
        {"TestTwoOrdersAtOnce": 3, "TestOneOrder": 1, "TestSecondOrderIsRefused": 1, "TestOtherCouponsDoNotWait": 1},
        hints=("Walk through `Redeem` with one finger for each order.", "A lock protects what happens while it is held.", "Take the lock once."),
    ),
    "null-page": manifest("Null page", 8, "orders", "page", {"TestEmptyPage": 2, "TestFullPage": 1, "TestLastPage": 1}),
    "stop-hangs": manifest("Stop hangs", 12, "poll", "poller", {"TestStopReturns": 2, "TestStopTwice": 2, "TestPolls": 1}, timeout=2),
    "first-wins-leak": manifest("First wins", 8, "quote", "quote", {"TestNobodyIsLeftBehind": 3, "TestFirstQuoteWins": 2}),
    "two-files": manifest("Two files", 8, "shop", "shop", {"TestA": 2, "TestB": -3}, answer=("shop.go", "till.go")),
}  # fmt: skip
FILES = {
    "unlocked-read": {"counter.go": FIXED, "broken/counter.go": COUNTER, "accept/read-lock/counter.go": READ_LOCK, "counter_test.go": COUNTER_TEST},
    "check-then-act": {"coupons_test.go": COUPONS_TEST},
}


def make_course(root: Path, *, pack: bool = False) -> Course:
    """A course on disk with the files that cards read."""
    pack_line = "pack = true\n" if pack else ""
    (root / "course.toml").write_text(f'title = "T"\n{pack_line}[[phases]]\nslug = "03-concurrency"\ntitle = "Concurrency"\nminutes = 80\n')
    (root / "go.mod").write_text("module goprod.example/course\n")
    for slug in MANIFESTS:
        for name, text in FILES.get(slug, {}).items():
            path = root / "phases" / "03-concurrency" / slug / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    return Course(root)


def make_exercise(root: Path, slug: str, *, pack: bool = False, **changes: object) -> Exercise:
    """An exercise of that course."""
    course = make_course(root, pack=pack)
    fields = {name: getattr(MANIFESTS[slug], name) for name in Manifest.__struct_fields__} | changes
    return Exercise(course, course.phases[0], slug, Manifest(**fields))


@dataclass(frozen=True)
class State:
    """A verdict to show, and the file of the look that it corresponds to."""

    verdict: Verdict
    files: dict[str, str]
    like: str = ""
    pack: bool = False
    following: tuple[str, str] = ("", "")
    changes: dict[str, object] = field(default_factory=dict)


def passes(*tests: tuple[str, int]) -> tuple[TestResult, ...]:
    """Tests that passed, by name and points."""
    return tuple(TestResult(name, "pass", points, points) for name, points in tests)


UNLOCKED = "goprod.example/course/phases/03-concurrency/unlocked-read"
RACE = Race(
    (
        Access(
            "read", "goroutine 10",
            (Frame(f"{UNLOCKED}.(*Counter).Average", "counter.go", 23), Frame(f"{UNLOCKED}_test.TestStatusPageDuringCheckout.func2", "counter_test.go", 7)),
            (Frame("sync.(*WaitGroup).Go", "/go/src/sync/waitgroup.go", 239), Frame(f"{UNLOCKED}_test.TestStatusPageDuringCheckout", "counter_test.go", 7)),
            (), "c.orders",
        ),
        Access(
            "write", "goroutine 9",
            (Frame(f"{UNLOCKED}.(*Counter).Add", "counter.go", 17), Frame(f"{UNLOCKED}_test.TestStatusPageDuringCheckout.func1", "counter_test.go", 6)),
            (Frame("sync.(*WaitGroup).Go", "/go/src/sync/waitgroup.go", 239), Frame(f"{UNLOCKED}_test.TestStatusPageDuringCheckout", "counter_test.go", 6)),
            (Held("c.mu", 15),), "c.orders",
        ),
    ),
    "WARNING: DATA RACE\nWrite at 0x00c00001e0b0 by goroutine 9:\n  sales.(*Counter).Add()  counter.go:17",
)  # fmt: skip
RACED = TestResult(
    "TestStatusPageDuringCheckout", "race", 0, 2,
    story="The status page divided by a count of orders that a checkout was still changing.", race=RACE,
)  # fmt: skip
REST = passes(("TestAverage", 1), ("TestNoOrdersYet", 1))
REDEEM_REST = passes(("TestOneOrder", 1), ("TestSecondOrderIsRefused", 1), ("TestOtherCouponsDoNotWait", 1))
TWICE = (
    "Two orders spent the same coupon: A-1041 and A-1042 both got the discount of WELCOME20.\n"
    "expected  A-1041 redeemed, A-1042 coupon already used\n"
    "got       A-1041 redeemed, A-1042 redeemed"
)
HANGING = (
    Goroutine("19", "sync.WaitGroup.Wait", (
        Frame("sync.(*WaitGroup).Wait", "/go/src/sync/waitgroup.go", 118), Frame("x/stop-hangs.(*Poller).Stop", "poller.go", 35),
        Frame("x/stop-hangs_test.TestStopReturns", "poller_test.go", 12),
    )),
    Goroutine("20", "select", (Frame("x/stop-hangs.(*Poller).Start.func1", "poller.go", 23),), (Frame("x/stop-hangs.(*Poller).Start", "poller.go", 19),)),
)  # fmt: skip
LEFT = tuple(
    Goroutine(name, "chan send (durable), synctest bubble 1", (Frame("x/first-wins-leak.First.func1", "quote.go", 22),), (Frame("x/first-wins-leak.First", "quote.go", 19),))
    for name in ("12", "13")
)  # fmt: skip
OUT_OF_RANGE = Goroutine("7", "running", (Frame("panic", "/go/src/runtime/panic.go", 1), Frame("x/unlocked-read.(*Counter).Average", "counter.go", 26)))

STATES = {
    "not-attempted": State(
        Verdict(slug="unlocked-read", status="not-attempted", max=4, tests=(RACED, *REST)), {"counter.go": COUNTER}, "01-not-tried"),
    "refused": State(
        Verdict(slug="check-then-act", status="refused", max=6, hidden=Hidden(2, 4),
                refusals=(Refusal("import", "`time` is not on the list of packages for this exercise.", "coupons.go", 7, 2, 8),)),
        {"coupons.go": COUPONS}, "02-refused"),
    "build": State(
        Verdict(slug="unlocked-read", status="build", max=4, errors=(
            Message("c.mu.RLock undefined (type \"sync\".Mutex has no field or method RLock)", "counter.go", 23, 7),
            Message("c.mu.RUnlock undefined (type \"sync\".Mutex has no field or method RUnlock)", "counter.go", 24, 13),
            Message("declared and not used: total", "counter.go", 25, 2))),
        {"counter.go": UNBUILT}, "03-build"),
    "vet": State(
        Verdict(slug="unlocked-read", status="vet", max=4, errors=(
            Message("Average passes lock by value: sales.Counter contains sync.Mutex", "counter.go", 22, 9),)),
        {"counter.go": COUNTER.replace("(c *Counter) Average", "(c Counter) Average")}),
    "fail": State(
        Verdict(slug="check-then-act", status="fail", points=3, max=6, hidden=Hidden(0, 0), seconds=0.31,
                tests=(*REDEEM_REST, TestResult("TestTwoOrdersAtOnce", "fail", 0, 3, messages=(Message(TWICE, "coupons_test.go", 8),))),
                wrong=WrongFix("rlock-then-lock", "You took the read lock, then the write lock. Between them another goroutine can pass the same "
                               "check, and both go on to spend the coupon.", "Close the gap between lines 22 and 30.")),
        {"coupons.go": COUPONS}, "04a-fail"),
    "fail-diff": State(
        Verdict(slug="null-page", status="fail", points=2, max=4, hidden=Hidden(0, 0), seconds=0.2, tests=(
            TestResult("TestEmptyPage", "fail", 0, 2, messages=(Message(
                "The mobile app crashed on an empty order list: a customer without orders got `null`.\n"
                'expected\n    {\n      "items": [],\n      "next": ""\n    }\ngot\n    {\n      "items": null,\n      "next": ""\n    }'),)),
            *passes(("TestFullPage", 1), ("TestLastPage", 1)))),
        {"page.go": "package orders\n"}, "04b-fail-diff"),
    "fail-cost": State(
        Verdict(slug="two-files", status="fail", points=0, max=2, seconds=1.0, tests=(
            TestResult("TestA", "pass", 2, 2),
            TestResult("TestB", "fail", -3, 0, 3, messages=(Message("every bank has answered, but ada's booking never came back: it waits at till.go:5"),),
                       output="=== RUN TestB\nlog line\n--- FAIL"))),
        {"shop.go": "package shop\n", "till.go": "package shop\n\n// Take takes.\nfunc Take() {\n\tmu.Lock()\n}\n"}),
    "race": State(
        Verdict(slug="unlocked-read", status="race", points=2, max=4, tests=(RACED, *REST), seconds=0.4), {"counter.go": COUNTER}, "05-race"),
    "race-unknown": State(
        Verdict(slug="unlocked-read", status="race", points=0, max=4, seconds=0.4, tests=(
            TestResult("TestStatusPageDuringCheckout", "race", 0, 2, race=Race((
                Access("write", "main goroutine", (Frame(f"{UNLOCKED}_test.TestStatusPageDuringCheckout", "counter_test.go", 8),)),
                Access("read", "goroutine 9", (Frame("fmt.Fprintln", "/go/src/fmt/print.go", 3), Frame(f"{UNLOCKED}.(*Counter).Add", "counter.go", 17)))), "…")),
            TestResult("TestAverage", "race", 0, 1, race=RACE), TestResult("TestNoOrdersYet", "race", 0, 1, race=RACE))),
        {"counter.go": COUNTER}),
    "stuck": State(
        Verdict(slug="stop-hangs", status="timeout", points=1, max=5, tests=(
            TestResult("TestStopReturns", "timeout", 0, 2, goroutines=HANGING, seconds=2.0,
                       story="The old version kept polling for 30 s after the deploy asked it to stop, then was killed."),
            TestResult("TestStopTwice", "timeout", 0, 2, goroutines=HANGING, seconds=2.0, story="A second Stop is asked for during a deploy."),
            *passes(("TestPolls", 1)))),
        {"poller.go": POLLER}, "06a-stuck"),
    "leak": State(
        Verdict(slug="first-wins-leak", status="leak", points=2, max=5, seconds=0.2, tests=(
            TestResult("TestNobodyIsLeftBehind", "leak", 0, 3, goroutines=LEFT,
                       story="Every search left two goroutines. After a day the pod held 1.9 million and\nwas killed for memory."),
            *passes(("TestFirstQuoteWins", 2)))),
        {"quote.go": QUOTE}, "06b-leak"),
    "panic": State(
        Verdict(slug="unlocked-read", status="panic", points=3, max=4, seconds=0.2, tests=(
            TestResult("TestNoOrdersYet", "panic", 0, 1, panic="runtime error: integer divide by zero\n[signal SIGFPE]", goroutines=(OUT_OF_RANGE,),
                       story="The first status page of the day came before the first order."),
            *passes(("TestStatusPageDuringCheckout", 2), ("TestAverage", 1)))),
        {"counter.go": COUNTER}),
    "memory": State(
        Verdict(slug="unlocked-read", status="memory", points=2, max=4, seconds=3.0,
                tests=(TestResult("TestAverage", "memory", 0, 1), *passes(("TestStatusPageDuringCheckout", 2)))),
        {"counter.go": COUNTER}),
    "limit": State(
        Verdict(slug="unlocked-read", status="limit", points=2, max=4, seconds=3.0, detail="`TestAverage` printed more than 1 MiB.",
                tests=(TestResult("TestAverage", "limit", 0, 1), *passes(("TestStatusPageDuringCheckout", 2)))),
        {"counter.go": COUNTER}),
    "invalid": State(
        Verdict(slug="unlocked-read", status="invalid", max=4, fault="no-record 7f3a9c", detail="`TestAverage` ended with exit code 0 and no record.",
                hidden=Hidden(1, 2)), {"counter.go": COUNTER}),
    "infra": State(
        Verdict(slug="lost-update", status="infra", max=6, fault="postgres-start 7f3a9c", detail="The database for this exercise did not start.",
                hidden=Hidden(1, 2)), {"counter.go": COUNTER}, "08-infra"),
    "pass-pack": State(
        Verdict(slug="check-then-act", status="pass", points=6, max=6, seconds=0.3, hidden=Hidden(2, 4),
                tests=(TestResult("TestTwoOrdersAtOnce", "pass", 3, 3), *REDEEM_REST)),
        {"coupons.go": COUPONS}, "07a-pass-cohort", pack=True, following=("Stop hangs", "stop-hangs")),
    "pass-self": State(
        Verdict(slug="unlocked-read", status="pass", points=4, max=4, seconds=0.3, tests=(TestResult("TestStatusPageDuringCheckout", "pass", 2, 2), *REST)),
        {"counter.go": COUNTER}, "07b-pass-self", following=("Check, then act", "check-then-act")),
}  # fmt: skip


def shown(state: State, root: Path, kind: str) -> str:
    """The state as HTML or text."""
    slug = state.verdict.slug if state.verdict.slug in MANIFESTS else "unlocked-read"
    exercise = make_exercise(root, slug, pack=state.pack, **state.changes)
    render = card.verdict_html if kind == "html" else card.verdict_text
    return render(state.verdict, exercise, state.files, next_title=state.following[0], next_slug=state.following[1])


def write_gallery(page: Path) -> None:
    """Write every state to one page that stands in for a notebook, light or dark."""
    root = Path(tempfile.mkdtemp())
    parts = []
    for name, state in STATES.items():
        parts.append(f"<h2>{name}</h2>{shown(state, root, 'html')}")
    parts.append(card.hints_html(make_exercise(root, "check-then-act"), 1))
    parts.append(card.solution_html(make_exercise(root, "unlocked-read")))
    parts.append(card.phase_html(make_course(root).phases[0], PHASE_ROWS))
    parts.append(card.notice_html("none", "Stopped.", "The run was stopped before it ended.", "Run the cell again when you are ready."))
    for theme, colours in (("true", "#fff"), ("false", "#111")):
        body = f'<body data-jp-theme-light="{theme}" style="background:{colours};color:gray;max-width:1000px;margin:20px 70px;font-family:sans-serif">'
        page.with_stem(f"{page.stem}-{'light' if theme == 'true' else 'dark'}").write_text(f'<!doctype html><meta charset="utf-8">{body}{"".join(parts)}')


PHASE_ROWS = [
    card.ExerciseRow("first-wins-leak", "First wins, the rest leak", 8, "done", 5, 5),
    card.ExerciseRow("unlocked-read", "Unlocked read", 6, "done", 4, 4),
    card.ExerciseRow("stop-hangs", "Stop hangs", 12, "started", 1, 5),
    card.ExerciseRow("shared-append", "Shared append", 8, "new", 0, 5),
]

if __name__ == "__main__":
    write_gallery(Path(sys.argv[1]))
