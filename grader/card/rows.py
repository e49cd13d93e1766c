"""The list of tests: a row each, failing ones first and with what they say."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from grader.card.clean import shorten
from grader.card.compare import told
from grader.card.excerpt import Mark, excerpt
from grader.card.model import SHAPES, Block, Code, Folded, Paragraph, Row, Rows
from grader.card.prose import code, count, inline, listed
from grader.card.source import test_source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.card.frames import Sources
    from grader.verdict import Message, TestResult

FAILING = 5  # rows of failing tests that stand open
MESSAGES = 5  # of one test that stand open
LEAK = "leak: "  # begins the message of a test that found goroutines left behind


def failing(tests: Sequence[TestResult]) -> list[TestResult]:
    """Return the tests that did not pass."""
    return [test for test in tests if test.status != "pass"]


def rows(tests: Sequence[TestResult], of: Sources, *, later: Row | None = None, reported: TestResult | None = None) -> list[Block]:
    """Return the list of tests: failing first, five of them open, then those that passed, then `later`.

    `reported` is the test whose output the card shows elsewhere.
    """
    shown: set[tuple[str, int]] = set()
    bad = [_failed(test, of, shown, output=test is not reported) for test in failing(tests)]
    good = [passed(test) for test in tests if test.status == "pass"]
    if len(bad) <= FAILING + 1:
        return [Rows((*bad, *good, *((later,) if later else ())))] if bad or good or later else []
    names = listed([span.text if not span.code else code(span.text) for row in bad[FAILING:] for span in row.title])
    hidden = len(bad) - FAILING
    fold = Folded(inline(f"{hidden} more tests fail"), (Rows(tuple(bad[FAILING:])),), plain=f"{hidden} more tests fail: {names}")
    rest = (*good, *((later,) if later else ()))
    return [Rows(tuple(bad[:FAILING])), fold, *([Rows(rest)] if rest else [])]


def passed(test: TestResult) -> Row:
    """Return the row of a test that passed: what it earned, or nothing where it only costs."""
    return Row("pass", inline(code(test.name)), _points(test))


def _points(test: TestResult) -> str:
    if test.max:
        return f"{test.points} of {test.max}"
    return f"\u2212{test.cost}" if test.cost and test.status != "pass" else ""


def _failed(test: TestResult, of: Sources, shown: set[tuple[str, int]], *, output: bool) -> Row:
    """Return the row of a failing test; a line that another row has `shown` is not shown again."""
    blocks: list[Block] = []
    for message in spoken(test)[:MESSAGES]:
        sentence, more = told(message.text.removeprefix(LEAK))
        blocks += [Paragraph(inline(sentence)), *more] if sentence else more
        named = named_line(message, of)
        if named and named not in shown:
            shown.add(named)
            blocks += _excerpt(*named, of)
    if rest := spoken(test)[MESSAGES:]:
        title = count(len(rest), "more message")
        blocks.append(Folded(inline(title), tuple(Paragraph(inline(told(message.text)[0])) for message in rest), plain=f"{title}."))
    if not blocks:
        blocks.append(Paragraph(inline(story(test))))
    if source := test_source(of.exercise, test.name):
        blocks.append(Folded(inline("Show the test"), (Code(source.expandtabs(4)),)))
    if output and test.output.strip():
        blocks.append(Folded(inline("Show its output"), (Code(shorten(test.output.strip("\n").expandtabs(4)), wrap=True),)))
    return Row(SHAPES[test.status], inline(code(test.name)), _points(test), tuple(blocks))


def spoken(test: TestResult) -> Sequence[Message]:
    """Return the messages that speak for a test: none where it raced, crashed or hung, and its story does."""
    speaks = test.status == "fail" or any(message.text.startswith(LEAK) for message in test.messages)
    return test.messages if speaks or not test.story else ()


def story(test: TestResult) -> str:
    """Return what is said for a test that could not speak itself."""
    if test.story.strip():
        return " ".join(test.story.split())
    return {
        "race": "Two goroutines used the same memory at the same time.",
        "panic": "It crashed before it could say what went wrong.",
        "timeout": "It did not end in time.",
        "leak": "It left goroutines behind.",
        "memory": "It used more memory than it may.",
        "limit": "It was stopped at a limit.",
        "invalid": "It ended without a result.",
        "infra": "It could not run.",
    }.get(test.status, "It failed and gave no message.")


def named_line(message: Message, of: Sources) -> tuple[str, int] | None:
    """Return the first of the learner's lines that a message names as FILE:LINE."""
    for file, line in re.findall(r"([\w.-]+\.\w+):(\d+)", message.text):
        if file in of.files and of.line(file, int(line)).strip():
            return file, int(line)
    return None


def _excerpt(file: str, line: int, of: Sources) -> list[Block]:
    lines = excerpt(of.files[file], [Mark(line)], file=file if len(of.files) > 1 else "")
    return [lines] if lines else []
