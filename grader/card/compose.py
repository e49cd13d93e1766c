"""A verdict's card: which word, which fact, which next step, and what is shown below."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader.card import race, rows, solution, stuck, unbuilt
from grader.card.clean import clean_document, short_line
from grader.card.compare import told
from grader.card.frames import Sources
from grader.card.model import SHAPES, Block, Card, Folded, Paragraph, Row, Span, Text
from grader.card.prose import capitalised, clause, code, count, emphasised, inline, sentence, uncapitalised
from grader.card.source import lines_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grader.course import Exercise
    from grader.verdict import TestResult, Verdict

WORDS = {
    "not-attempted": "Not tried yet.", "refused": "Not run.", "build": "Doesn\u2019t compile.", "vet": "Vet stopped it.",
    "fail": "Not yet.", "race": "Data race.", "panic": "Crashed.", "leak": "Leak.", "timeout": "Stuck.", "memory": "Out of memory.",
    "limit": "Stopped.", "invalid": "Held.", "infra": "Our fault, not your code\u2019s.",
}  # fmt: skip


@dataclass(frozen=True)
class Scene:
    """A verdict with all that helps to tell it."""

    verdict: Verdict
    exercise: Exercise
    of: Sources

    @property
    def pack(self) -> bool:
        """Whether some tests may be withheld: a cohort's learner is told of visible ones only."""
        return self.verdict.hidden is not None or self.exercise.course.pack

    @property
    def tests(self) -> str:
        """What the tests here are called."""
        return "visible test" if self.pack else "test"

    @property
    def point(self) -> str:
        """What a point here is called."""
        return "visible point" if self.pack else "point"

    @property
    def full(self) -> int:
        """The points that can be earned here."""
        return self.verdict.max or self.exercise.manifest.full

    @property
    def told(self) -> TestResult | None:
        """The test that the head tells of: the first that ended as the attempt did."""
        bad = rows.failing(self.verdict.tests)
        return next((test for test in bad if test.status == self.verdict.status), bad[0] if bad else None)

    def counted(self) -> str:
        """Return "1 of 4 tests fails."."""
        bad, number = len(rows.failing(self.verdict.tests)), len(self.verdict.tests)
        return f"{bad} of {count(number, self.tests)} {'fails' if bad == 1 else 'fail'}." if number else "It did not pass."

    def points(self, *, after: str = "") -> str:
        """Return "3 of 6 visible points · 0.3 s"."""
        return f"{self.verdict.points} of {count(self.full, self.point)}{after}"

    def later(self) -> Row | None:
        """Return the row for tests that are not here."""
        hidden = self.verdict.hidden
        if hidden is None or not hidden.tests:
            return None
        words = f"{count(hidden.tests, 'more test')} {'runs' if hidden.tests == 1 else 'run'} when your instructor collects the notebook"
        return Row("later", inline(words), count(hidden.points, "point"))


def verdict_card(verdict: Verdict, exercise: Exercise, files: Mapping[str, str], next_title: str = "", next_slug: str = "") -> Card:
    """Return the card of a verdict.

    `files` is the attempt's text by file name; the verdict's line numbers are theirs.
    """
    verdict = clean_document(verdict)
    scene = Scene(verdict, exercise, Sources(exercise, {name: lines_of(text) for name, text in files.items()}))
    match verdict.status:
        case "not-attempted":
            return _untouched(scene)
        case "refused" | "build" | "vet":
            return _never_ran(scene)
        case "infra" | "invalid":
            return _ours(scene)
        case "pass":
            return _passed(scene, next_title, next_slug)
        case _:
            return _ran(scene)


def _card(scene: Scene, fact: Text, step: str, points: str, blocks: list[Block]) -> Card:
    status = scene.verdict.status
    return Card(SHAPES[status], f"Result of {scene.verdict.slug}", WORDS[status], fact, inline(step), points, tuple(blocks) + _aside(scene))


def _aside(scene: Scene) -> tuple[Block, ...]:
    """Return what the grader has to say beside the verdict: that it could not be saved, for one."""
    verdict = scene.verdict
    headed = verdict.status in {"infra", "invalid"} or (verdict.status in {"memory", "limit", "timeout"} and not verdict.tests)
    return () if headed or not verdict.detail else (Paragraph(inline(_without_paths(verdict.detail)), "quiet"),)


def _untouched(scene: Scene) -> Card:
    points = f"{count(scene.full, scene.point)} · about {scene.exercise.manifest.minutes} min"
    fact = inline("The cell still holds the code from the incident.")
    failing = rows.failing(scene.verdict.tests)
    raced = next((test.race for test in failing if test.race), None)
    blocks = [race.block(raced, scene.of)] if raced else []
    return _card(scene, fact, "Change it, then run the cell with Shift+Enter.", points, [*blocks, *rows.rows(failing, scene.of)])


def _never_ran(scene: Scene) -> Card:
    told = unbuilt.refused(scene.verdict, scene.of) if scene.verdict.status == "refused" else unbuilt.errors(scene.verdict, scene.of)
    return _card(scene, inline(told.fact), told.step, scene.points(), [*_wrong(scene), *told.blocks])


def _ours(scene: Scene) -> Card:
    verdict = scene.verdict
    held = verdict.status == "invalid"
    detail = _without_paths(verdict.detail)
    fact = "The run ended without a result that can be trusted." if held else detail or "The tests could not run."
    what = "This run counts for nothing, and your last result stands."
    if held and scene.pack:
        what = "This result is neither a pass nor a fail until a person has looked at it."
    more = [Span(f"{what} If it happens again, ")]
    more.append(Span("tell your instructor") if scene.pack else Span("run "))
    more += [] if scene.pack else [Span("goprod doctor", code=True)]
    if verdict.fault:
        more += [Span(" the code " if scene.pack else "; its code is "), Span(verdict.fault, bold=True)]
    more.append(Span("."))
    blocks: list[Block] = [Paragraph(inline(detail))] if held and detail else []
    return _card(scene, inline(fact), "Run the cell again. Your code is saved.", "not graded", [*blocks, Paragraph(tuple(more))])


def _without_paths(detail: str) -> str:
    """Return the first line of a detail as a sentence that names files without their folders."""
    return sentence(short_line(re.sub(r"(?<![\w.])/(?:[\w.@~+-]+/)+", "", detail.partition("\n")[0]), 160, 40))


def _passed(scene: Scene, next_title: str, next_slug: str) -> Card:
    verdict = scene.verdict
    number = len(verdict.tests)
    step: Text = ()
    if next_title:
        step = (Span("Next: "), Span(next_title, href=f"#{next_slug}") if next_slug else Span(next_title))
    blocks: list[Block]
    if scene.pack:
        word, fact = "Visible tests passed:", f"{number} of {number}."
        blocks = rows.rows(verdict.tests, scene.of, later=scene.later())
        blocks.append(Paragraph(inline("The solution opens here once your instructor releases it."), "quiet"))
    else:
        word, fact = "Passed:", f"{f'all {number} tests' if number != 1 else 'its one test'}, without a race."
        names = "The test" if number == 1 else f"The {number} tests"
        blocks = [*solution.folded(scene.exercise), Folded(inline(names), tuple(rows.rows(verdict.tests, scene.of)))]
    points = scene.points(after=_seconds(verdict.seconds))
    return Card("pass", f"Result of {verdict.slug}", word, inline(fact), step, points, tuple(blocks) + _aside(scene))


def _seconds(seconds: float) -> str:
    return f" · {seconds:.1f} s" if seconds else ""


def _wrong(scene: Scene) -> list[Block]:
    """Return the words for a known wrong fix."""
    wrong = scene.verdict.wrong
    return [Paragraph(emphasised(line)) for line in wrong.message.split("\n") if line.strip()] if wrong else []


def _ran(scene: Scene) -> Card:
    """Return the card of an attempt that ran and did wrong."""
    verdict, test = scene.verdict, scene.told
    fact, step, blocks = scene.counted(), f"Read what {code(test.name)} says below." if test else "", list[Block]()
    points = scene.points(after=_seconds(verdict.seconds))
    if test is None:  # a limit before any test could run
        step = "Look for what multiplies: constants, types, or functions within functions."
        return _card(scene, inline(verdict.detail or fact), step, points, _wrong(scene))
    match verdict.status:
        case "race" if test.race:
            fact, step, blocks = race.headline(test.race, scene.of), race.next_step(test.race), [race.block(test.race, scene.of)]
            blocks += race.more(test.race, [other for other in verdict.tests if other is not test], scene.of)
        case "timeout" | "leak" | "panic":
            told = stuck.tell(test, scene.of)
            fact, step, blocks = told.fact, told.step or step, told.blocks
            if verdict.status == "timeout" and not stuck.deadlocked(test):
                points = scene.points(after=f" · stopped after {test.seconds or scene.exercise.manifest.timeout:.0f} s")
        case "memory":
            fact = f"{code(test.name)} used more than {scene.exercise.manifest.memory} MB."
            step = "Ask what grows, and what would let go of it."
        case "limit":
            fact = f"{code(test.name)} was stopped: {uncapitalised(test.messages[-1].text)}" if test.messages else fact
            step = "Ask what goes on without end."
        case _:
            fact, step = _failed(scene, test, fact, step)
    raced = verdict.status == "race" and test.race
    blocks += rows.rows(verdict.tests, scene.of, later=scene.later(), reported=test if raced else None)
    if raced:
        blocks.append(race.report(raced))
    return _card(
        scene, inline(fact), verdict.wrong.next if verdict.wrong and verdict.wrong.next else step, points, [*_wrong(scene), *blocks]
    )


def _failed(scene: Scene, test: TestResult, fact: str, step: str) -> tuple[str, str]:
    """Return the headline and the next step of a failing test's own words."""
    messages = rows.spoken(test)
    if not messages:
        return fact, step
    said = clause(told(messages[0].text)[0])
    named = rows.named_line(messages[0], scene.of)
    if named:
        step = f"Look at {scene.of.place(*named)}, which {code(test.name)} names below."
    return (f"{capitalised(said)}; {fact}" if said else fact), step
