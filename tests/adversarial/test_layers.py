"""Each layer alone: the honest pass through all of them, and the record holds where nothing else does."""

from __future__ import annotations

import asyncio
import re
import sys
from typing import TYPE_CHECKING

import pytest

from grader import judge, process
from grader.check import check
from grader.judge import classify, run_tests
from grader.process import Finished
from grader.records import CANARY, Order
from tests.adversarial.attack import ATTACKS, EMPTY, attempt, earned, victim, without_guard

if TYPE_CHECKING:
    from pathlib import Path

    from grader.records import Outcome
    from grader.sandbox import Sandbox
    from tests.adversarial.machine import Machine

RUNGS = pytest.mark.parametrize("rung", ["bubblewrap", "landlock", "rlimits"])


def on(boxes: dict[str, Sandbox], rung: str) -> Sandbox:
    """Return a rung, or skip where this machine does not have it."""
    if rung not in boxes:
        pytest.skip(f"{rung} is out of reach here: `goprod doctor` says why")
    return boxes[rung]


@RUNGS
def test_the_honest_pass(rung: str, boxes: dict[str, Sandbox], machine: Machine) -> None:
    """The solution has all its points on every rung, and leaves nothing behind."""
    verdict = asyncio.run(check(attempt(victim().read("gate.go")), box=on(boxes, rung)))
    assert (verdict.status, verdict.points, verdict.max, verdict.rung) == ("pass", 10, 10, rung)
    assert machine.left() == []


@RUNGS
def test_the_honest_pass_without_the_guard(rung: str, boxes: dict[str, Sandbox], machine: Machine) -> None:
    """The solution passes where no guard stands before it: what the attacks end as is not the suite's own doing."""
    endings = asyncio.run(without_guard(victim().read("gate.go"), on(boxes, rung)))
    assert endings[rung][0] == "forged"  # points, of which this suite believes none
    assert machine.left() == []


def test_broken_earns_nothing(machine: Machine) -> None:
    """The code that the learner receives fails every test that has points."""
    verdict = asyncio.run(check(attempt(victim().broken["gate.go"])))
    assert (verdict.status, verdict.points, earned(verdict)) == ("not-attempted", 0, [])
    assert {test.status for test in verdict.tests if test.max} == {"fail"}
    assert machine.left() == []


LIAR = """\
import os, sys
failed, nonce, test = sys.stdin.readline().split()[:3]
os.write(0, eval(sys.argv[1]))
sys.exit(int(sys.argv[2]))
"""
"""A binary that is no test: it has the whole order, and replies what it likes."""


def play(reply: str, code: int, tmp_path: Path) -> tuple[str, Outcome]:
    """Play a binary that replies and ends so; return the test's status, and what the record says."""
    order = Order("TestFee", 2.0)
    limits = process.Limits(seconds=20)
    argv = [sys.executable, "-I", "-c", LIAR, reply, str(code)]
    done = asyncio.run(process.run(argv, env={}, cwd=tmp_path, limits=limits, stdin=order.encode()))
    outcome = order.outcome(done.reply)
    return classify(done, outcome, ()), outcome


RECORD = "f'{nonce} {test} pass\\n'.encode()"
LIES = {
    "nothing": "b''",
    "a wrong nonce": "f'{nonce[::-1]} {test} pass\\n'.encode()",
    "no nonce": "f'{test} pass\\n'.encode()",
    "the nonce alone": "nonce.encode()",
    "half a nonce": "f'{nonce[:16]} {test} pass\\n'.encode()",
    "in capitals": "f'{nonce.upper()}X {test} pass\\n'.encode()",
    "another test": "f'{nonce} TestHouseIsFull pass\\n'.encode()",
    "a test more": "f'{nonce} {test} TestHouseIsFull pass\\n'.encode()",
    "cut off": "f'{nonce} {test} pas'.encode()",
    "no line end": "f'{nonce} {test} pass'.encode()",
    "twice": f"{RECORD} * 2",
    "fail and pass": "f'{failed} {test} fail\\n{nonce} {test} pass\\n'.encode()",
    "something before": f"b'PASS\\n' + {RECORD}",
    "something behind": f"{RECORD} + b'\\n'",
    "another word": "f'{nonce} {test} passed\\n'.encode()",
    "fail": "f'{failed} {test} fail\\n'.encode()",
    "fail with the nonce of a pass": "f'{nonce} {test} fail\\n'.encode()",
    "pass with the nonce of a fail": "f'{failed} {test} pass\\n'.encode()",
    "not text": "b'\\xff\\x00' * 16",
    "more than is read": "f'{nonce} {test} pass\\n'.encode() * 1000",
}


@pytest.mark.parametrize("reply", LIES.values(), ids=LIES.keys())
def test_a_record_that_is_none(reply: str, tmp_path: Path) -> None:
    """Who leaves well and says anything but the one record of a pass is held, and has no point."""
    assert play(reply, 0, tmp_path)[0] == "invalid"


def test_the_record(tmp_path: Path) -> None:
    """The one record of a pass is a pass with exit code 0 alone: else these tests would show nothing."""
    status, outcome = play(RECORD, 0, tmp_path)
    assert outcome == "pass", "the record is made in another way now: adapt RECORD and LIES"
    assert status == "pass"
    assert play(RECORD, 1, tmp_path)[0] != "pass"


@pytest.mark.parametrize("code", [1, 2, 97, 139])
def test_a_forged_record_and_a_bad_end(code: int, tmp_path: Path) -> None:
    """A wrong nonce is held however the process ends."""
    assert play(LIES["a wrong nonce"], code, tmp_path)[0] == "invalid"


@pytest.mark.parametrize(("outcome", "code"), [("pass", 0), ("fail", 0), ("none", 0), ("none", 1), ("forged", 1), ("fail", 2)])
def test_a_canary_that_does_not_fail(outcome: Outcome, code: int, boxes: dict[str, Sandbox], monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the test that must fail did not, with its own record, no test of that binary is believed."""

    class Liar:
        """A binary of which every test passes, with a right record."""

        def __init__(self, *_: object) -> None:
            """Take what a Runner takes."""

        async def run(self, test: str) -> tuple[Finished, Outcome]:
            """Pass, or end as the canary is to end."""
            ended = (code, outcome) if test == CANARY else (0, "pass")
            return Finished(code=ended[0], ended="exit", stdout="", stderr="", reply=b"", seconds=0.0), ended[1]

    monkeypatch.setattr(judge, "Runner", Liar)
    box = next(iter(boxes.values()))
    results = asyncio.run(run_tests(victim(), ATTACKS / "none", EMPTY, box))
    assert {result.status for result in results} == {"invalid"}
    assert all(result.points <= 0 for result in results)


READER = """\
package gate

import (
	"fmt"
	"io"
	"os"
)

type Gate struct{}

var ErrFull error

var variable = read("variable")

func init() { read("init") }

func read(where string) int {
	for _, from := range []*os.File{os.Stdin, os.NewFile(0, "0")} {
		data, err := io.ReadAll(from)
		fmt.Printf("<%s %q %v>\\n", where, data, err != nil)
	}
	return len(os.Args)
}

var done = make(chan bool)

var _ = start()

func start() bool {
	go func() {
		read("goroutine")
		close(done)
	}()
	return true
}

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
func Fee(int) int {
	<-done
	fmt.Printf("<arguments %q>\\n", os.Args)
	return -1
}
"""


@RUNGS
def test_nothing_to_steal(rung: str, boxes: dict[str, Sandbox], machine: Machine) -> None:
    """The order is read before any code of the learner's runs: in a package variable, in init and in a goroutine there is nothing left."""
    ending, said = asyncio.run(without_guard(READER, on(boxes, rung)))[rung]
    assert ending == "fail"
    read = re.findall(r"<(variable|init|goroutine) \"(.*?)\" \w+>", said)
    assert {where for where, _ in read} == {"variable", "init", "goroutine"}
    assert {data for _, data in read} == {""}
    arguments = re.search(r"<arguments (.*)>", said)
    assert arguments is not None
    assert re.search(r"[0-9a-f]{16}|TestFee", arguments[1]) is None
    assert machine.left() == []
