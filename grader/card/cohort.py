"""The page of a cohort's report: where the class is stuck, the exercises, the hardest tests, the points, what waits."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from grader.card.clean import clean, shorten
from grader.card.model import SHAPES, Block, Card, Meter, Paragraph, Row, Rows, Span, Spark, Table, Text
from grader.card.prose import code, count, inline, listed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from grader.report import ExerciseReport, HardTest, Report, Waiting

_NAMED = 3  # students that a row names
_REASONS = 20  # reasons that are shown


def cohort_card(report: Report, at: datetime | None = None) -> Card:
    """Return the page of a report; `at` is when its numbers were read."""
    waits = f"; {count(report.waits, 'result')} {'waits' if report.waits == 1 else 'wait'} for your review" if report.waits else ""
    fact = f"{count(report.learners, 'learner')}{waits}."
    when = f"as of {at:%a} {at.day} {at:%b}, {at:%H:%M}" if at else ""
    label = f"Cohort, phase {report.phase.number}"
    blocks = (_table(report), _legend(report), *_hardest(report), *_points(report), *_waiting(report))
    return Card("bars", label, f"{label}.", inline(fact), _worth_a_word(report.stuck), when, blocks, page=True)


def _worth_a_word(stuck: ExerciseReport | None) -> Text:
    if stuck is None:
        return inline("Nothing to bring up in class: whoever tried an exercise passed it.")
    took = f"{stuck.passed} of {stuck.tried} passed."
    if stuck.wrong:
        name, learners = stuck.wrong[0]
        took = f"{learners} of {stuck.tried} took \u201c{_words(name)}\u201d."
    return (Span("Worth a word in class: "), Span(stuck.exercise.manifest.title, bold=True), Span(f". {took}"))


def _words(name: str) -> str:
    """Return a wrong fix's name as words."""
    return name.replace("-", " ")


def _table(report: Report) -> Table:
    head = ("Exercise", "Tried", "Passed", "Median tries", "Tries", "Commonest wrong fix")
    shares = [_shares(each) for each in report.exercises]
    most = max((share for each in shares for share in each), default=0) or 1
    rows: list[tuple[Text | Spark, ...]] = []
    below = []
    for each, heights in zip(report.exercises, shares, strict=True):
        *filled, outlined = (height / most for height in heights)
        median = "\u2013" if each.median is None else f"{each.median:g}"
        numbers = (inline(str(each.tried)), inline(str(each.passed)), inline(median))
        wrong: Text = ()
        if each.wrong:
            name, learners = each.wrong[0]
            wrong = (Span(f"{_words(name)} "), Span(f"· {learners}", dim=True))
        below.append(f"wrong fix of {each.wrong[0][1]}: {_words(each.wrong[0][0])}" if each.wrong else "")
        rows.append((inline(each.exercise.manifest.title), *numbers, Spark(tuple(filled), outlined, _said(each)), wrong))
    return Table(head, tuple(rows), numbers=(1, 2, 3), below=tuple(below))


def _shares(each: ExerciseReport) -> tuple[float, ...]:
    """Return the shares of the learners whose tries are known: who passed at each try, and who has not."""
    counts = (*each.tries, each.not_yet)
    return tuple(number / (sum(counts) or 1) for number in counts)


def _said(each: ExerciseReport) -> str:
    passed = ", ".join(map(str, each.tries))
    return f"passed at try 1 to {len(each.tries)}+: {passed}; not yet: {each.not_yet}"


def _legend(report: Report) -> Paragraph:
    said = [
        "Tries: one bar for each of try 1 to 6 or more, as a share of those who tried.",
        "Filled: passed at that try. Outlined: not passed yet.",
        "The number after a wrong fix is how many learners made it.",
    ]
    if report.silent == 1:
        said.append("The notebook of 1 learner does not tell the tries, which are in no bar and no median.")
    elif report.silent:
        said.append(f"The notebooks of {report.silent} learners do not tell the tries, which are in no bar and no median.")
    if report.waits:
        said.append(
            "The result for review stands at the end." if report.waits == 1 else f"The {report.waits} results for review stand at the end."
        )
    return Paragraph(inline(" ".join(said)), "quiet")


def _hardest(report: Report) -> list[Block]:
    """Return the hardest tests, in the order of the exercises."""
    if not report.hardest:
        return []
    order = [each.exercise.slug for each in report.exercises]
    tests = sorted(report.hardest, key=lambda test: order.index(test.exercise.slug))
    blocks: list[Block] = [Paragraph(inline("The hardest tests, and how many attempts fail each, of those that ran."), "label")]
    for _, group in groupby(tests, key=lambda test: test.exercise.slug):
        mine = list(group)
        blocks += [Paragraph(inline(mine[0].exercise.manifest.title)), Rows(tuple(map(_test, mine)))]
    return blocks


def _test(test: HardTest) -> Row:
    hidden = () if test.visible else (Span(" · hidden", dim=True),)
    share = f"{test.failed} of {test.attempts}, {100 * test.failed / test.attempts:.0f} %"
    return Row(SHAPES[test.status], inline(code(test.name)) + hidden, share)


def _points(report: Report) -> list[Block]:
    """Return how many learners have each tenth of the phase's points."""
    counted = sum(report.tenths)
    if not counted:
        return []
    starts = [-(-tenth * report.full // 10) for tenth in range(10)]
    ends = [*(start - 1 for start in starts[1:]), report.full]
    rows = [
        (inline(str(start) if start == end else f"{start}\u2013{end}"), inline(str(number)), Meter(number / max(report.tenths)))
        for start, end, number in zip(starts, ends, report.tenths, strict=True)
        if start <= end
    ]
    out = report.learners - counted
    more = f" For {out} more something waits." if out else ""
    label = Paragraph(inline(f"Points of {count(counted, 'learner')}, out of {report.full}.{more}"), "label")
    return [label, Table(("Points", "Learners", ""), tuple(rows), numbers=(0, 1))]


def _waiting(report: Report) -> list[Block]:
    blocks: list[Block] = []
    for status, what, step in (
        ("infra", "missing by our fault", f"`goprod grade {report.phase.slug}` judges again."),
        ("held", "held for you", f"`goprod review {report.phase.slug}` shows each and takes your decision."),
    ):
        mine = [each for each in report.waiting if each.status == status]
        if not mine:
            continue
        results = sum(len(each.results) for each in mine)
        blocks.append(Paragraph(inline(f"{count(results, 'result')} {'is' if results == 1 else 'are'} {what}. {step}"), "label"))
        blocks.append(Rows(tuple(_reason(report, each) for each in mine[:_REASONS])))
        if len(mine) > _REASONS:
            blocks.append(Paragraph(inline(f"More reasons, not shown here: {len(mine) - _REASONS}."), "quiet"))
    return blocks


def _reason(report: Report, waiting: Waiting) -> Row:
    titles = {each.exercise.slug: each.exercise.manifest.title for each in report.exercises}
    by_exercise: dict[str, list[str]] = {}
    for student, slug in waiting.results:
        by_exercise.setdefault(titles.get(slug, "All of it"), []).append(clean(student))
    whose = "; ".join(f"{title}: {_students(students)}" for title, students in by_exercise.items())
    shape = SHAPES["infra"] if waiting.status == "infra" else "later"
    return Row(shape, inline(shorten(clean(waiting.reason))), count(len(waiting.results), "result"), (Paragraph(inline(whose), "quiet"),))


def _students(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    return listed([*names[:_NAMED], f"{more} more"]) if more > 1 else listed(list(names))
