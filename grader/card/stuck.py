"""A test that hung, left goroutines behind or crashed, told in the learner's lines."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from grader.card.compare import told
from grader.card.excerpt import Mark, excerpt
from grader.card.explain import explained
from grader.card.frames import Sources, short_name
from grader.card.model import Block, Paragraph, Span, Told
from grader.card.prose import capitalised, clause, code, count, sentence, spelled
from grader.card.rows import LEAK, spoken
from grader.card.waiting import Waiting, lines_said, marks, table, waiting

if TYPE_CHECKING:
    from grader.verdict import Frame, TestResult


def tell(test: TestResult, of: Sources) -> Told:
    """Tell how a test ended that could not say so itself."""
    return {"timeout": _hung, "leak": _leaked}.get(test.status, _crashed)(test, of)


def _hung(test: TestResult, of: Sources) -> Told:
    waits = waiting(test.goroutines, of)
    called = next((name for each in waits if (name := _called(each, of))), "")
    number = sum(each.number for each in waits)
    subject = f"{code(called)} never returned" if called else f"{code(test.name)} did not end within {of.exercise.manifest.timeout:.0f} s"
    if not waits:
        return Told(f"{subject}.", "", [])
    first = next((each for each in waits if each.frame and each.frame.file in of.files), None)
    unreached = _unreached(first.frame, of) if first and first.frame and called else None
    blocks = [table(waits, of), *_excerpts(waits, of, unreached)]
    if first is None or first.frame is None:
        return Told(f"{subject}: {count(number, 'goroutine')} {'waits' if number == 1 else 'wait'}.", "", blocks)
    place = of.place(first.frame.file, first.frame.line)
    step = f"Ask who would let {place} go on."
    if unreached and "lock" not in first.verb:
        step = f"Look at what {of.place(*unreached)} would have done, and when."
    if number > 1:
        return Told(f"{subject}: {spelled(number)} goroutines wait.", step, blocks)
    if first.verb.startswith("runs"):
        return Told(f"{subject}: {place} runs on and on.", f"Ask what would end the loop around {place}.", blocks)
    return Told(f"{subject}: it waits for {first.blocked} on {place}.", step, blocks)


def _unreached(frame: Frame, of: Sources) -> tuple[str, int] | None:
    """Return the statement right after a blocked one, if one follows in the same block."""
    here, after = of.source(frame.file, frame.line), of.source(frame.file, frame.line + 1)
    margins = [len(line) - len(line.lstrip()) for line in (here, after)]
    follows = after.strip() and margins[0] == margins[1] and not re.match(r"\s*([})]|case\b|default\b|//)", after)
    return (frame.file, frame.line + 1) if follows else None


def _called(waits: Waiting, of: Sources) -> str:
    """Return the learner's function that a test called and that hangs."""
    if not of.test_in(waits.first.frames):
        return ""
    mine = [frame for frame in waits.first.frames if frame.file in of.files]
    return short_name(mine[-1].function, of.exercise) if mine else ""


def _leaked(test: TestResult, of: Sources) -> Told:
    waits = [each for each in waiting(test.goroutines, of) if each.frame and each.frame.file in of.files]
    number = sum(each.number for each in waits)
    if not waits or waits[0].frame is None:
        messages = spoken(test)
        said = clause(told(messages[0].text.removeprefix(LEAK))[0]) if messages else ""
        return Told(f"{capitalised(said)}." if said else f"{code(test.name)} ended and left goroutines behind.", "", [])
    start: Frame | None = of.mine(waits[0].first.created) or next((f for f in reversed(waits[0].first.frames) if f.file in of.files), None)
    name = code(short_name(start.function, of.exercise)) if start else ""
    lines = lines_said(waits, of)
    fact = f"{name} returned and left {count(number, 'goroutine')} behind, {lines}."
    place = of.place(waits[0].frame.file, waits[0].frame.line)
    return Told(fact, f"Ask who would let {place} go on.", _excerpts(waits, of))


def _excerpts(waits: list[Waiting], of: Sources, unreached: tuple[str, int] | None = None) -> list[Block]:
    """Return the lines on which somebody waits, file by file, and the line that is never reached."""
    found: list[Block] = []
    for file, lines in of.files.items():
        marked = marks(waits, file) + ([Mark(unreached[1], "never reached")] if unreached and unreached[0] == file else [])
        if part := excerpt(lines, marked, file=file if len(of.files) > 1 else ""):
            found.append(part)
    return found


def _crashed(test: TestResult, of: Sources) -> Told:
    first_line = test.panic.strip().split("\n")[0].removesuffix(" [recovered]")
    said = first_line.removeprefix("panic: ").removeprefix("fatal error: ")
    words = explained(said, "panic")
    if "deadlock" in said and test.goroutines:
        return _hung(test, of)
    frame = of.mine(test.goroutines[0].frames) if test.goroutines else None
    fact = f"{words.sentence}." if words.known else sentence(words.sentence) if said else f"{code(test.name)} crashed."
    blocks: list[Block] = []
    step = ""
    if frame:
        place = of.place(frame.file, frame.line)
        fact, step = f"{capitalised(place)}: {fact}", f"Ask how {place} can be reached like that."
        lines = excerpt(of.files[frame.file], [Mark(frame.line, words.note or "panics here")], file=frame.file if len(of.files) > 1 else "")
        blocks += [lines] if lines else []
    else:
        fact = capitalised(fact)
    if said:
        blocks.append(Paragraph((Span("Go says: "), Span(first_line if first_line != said else f"panic: {said}", code=True)), "quiet"))
    return Told(fact, step, blocks)
