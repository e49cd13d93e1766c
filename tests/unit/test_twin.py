"""Twins: answers that are one program, and a verdict that is moved from the one to the other."""

from __future__ import annotations

import msgspec
import pytest

from grader import twin
from grader import verdict as verdicts
from grader.guard import Inspection
from grader.verdict import Access, Frame, Function, Goroutine, Held, Message, Race, Refusal, Verdict, WrongFix

CODE = "package till\n\nfunc Sum() int {\n\treturn 7\n}\n"


def inspection(text: str, **changes: object) -> Inspection:
    """Return what the guard finds in a file."""
    made = Inspection(refusals=(), functions=(), uses={}, code={"till.go": text})
    return msgspec.structs.replace(made, **changes)


def digest(code: str) -> str:
    """Return the digest of a file's program."""
    found = twin.program(inspection(code))
    assert found
    return found.digest


@pytest.mark.parametrize(
    "same",
    [
        "package till\n\n\n\nfunc Sum() int {\n\n\treturn 7\n}",
        "\n\npackage till\nfunc Sum() int {\n    return 7   \n}\n\n",
        "package till             \n\nfunc Sum() int {\n\n          \n\treturn 7\n}\n",
    ],
)
def test_one_program(same: str) -> None:
    """Blank lines, indentation, and what comments leave behind, make no other program."""
    assert digest(same) == digest(CODE)


@pytest.mark.parametrize(
    "other",
    [
        CODE.replace("7", "8"),
        CODE.replace("return 7", "return\n7"),
        CODE.replace("return 7", "return  7"),
        CODE + "var x int\n",
        CODE.replace("Sum", "sum"),
    ],
)
def test_another_program(other: str) -> None:
    """Whatever else differs is another program: also where a line is broken."""
    assert digest(other) != digest(CODE)


@pytest.mark.parametrize(
    "found",
    [
        inspection(CODE.replace("return 7", "return len(`a\n\tb`)")),
        inspection(CODE.replace("\n\n", '\n\nimport "runtime"\n\n', 1)),
        inspection(CODE.replace("\n\n", '\n\nimport l "log"\n\n', 1)),
        inspection(CODE.replace("\n\n", '\n\nimport "log/slog"\n\n', 1)),
        inspection(CODE.replace("\n\n", '\n\nimport "runtime/debug"\n\n', 1)),
        inspection(CODE, error="till.go:3: expected }"),
        inspection(CODE, refusals=(Refusal("import", "No.", "till.go", 3),)),
        inspection(CODE, code={}),
    ],
)
def test_no_program(found: Inspection) -> None:
    """Where blanks are part of a literal, a program can know its lines, or the guard has not understood it, there is no twin."""
    assert twin.program(found) is None


def test_a_verdict_is_moved() -> None:
    """Every line of the answer is where it is in the twin: in messages, stacks, held locks and texts; lines of other files stay."""
    here = Frame("Sum", "till.go", 4)
    test = Frame("TestSum", "till_test.go", 4)
    access = Access("write", "g1", (Frame("sync.Lock", "sync/mutex.go", 4), here), (test,), (Held("l.mu", 3),))
    verdict = Verdict(
        slug="takings",
        status="race",
        wrong=WrongFix("first-two", "No."),
        functions=(Function("Sum", "till.go", 3, 5),),
        tests=(
            verdicts.TestResult(
                "TestSum",
                "race",
                messages=(Message("seen at till.go:4, not my-till.go:4", "till_test.go", 4), Message("here", "till.go", 3)),
                race=Race((access, access), "Sum()\n      till.go:4 +0x1\n      till_test.go:4"),
                panic="till.go:5",
                goroutines=(Goroutine("1", "running", (here, test)),),
            ),
        ),
    )
    found = twin.moved(verdict, {"till.go": (1, 3, 4, 5)}, {"till.go": (2, 7, 9, 10)}, inspection(CODE))
    (result,) = found.tests
    assert [(message.text, message.line) for message in result.messages] == [("seen at till.go:9, not my-till.go:4", 4), ("here", 7)]
    assert result.race
    for side in result.race.accesses:
        assert [frame.line for frame in side.frames] == [4, 9]
        assert (side.created[0].line, side.held) == (4, (Held("l.mu", 7),))
    assert result.race.report == "Sum()\n      till.go:9 +0x1\n      till_test.go:4"
    assert (result.panic, [frame.line for frame in result.goroutines[0].frames]) == ("till.go:10", [9, 4])
    assert (found.functions, found.wrong, found.status) == ((), None, "race")
