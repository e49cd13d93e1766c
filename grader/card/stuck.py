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
    number = sum(each.number for each in waits)
    first = next((each for each in waits if _entered(each, of)), None)
    if first is None or first.frame is None:
        ended = "cannot end" if deadlocked(test) else f"did not end within {of.exercise.manifest.timeout:.0f} s"
        who = (
            "every goroutine waits"
            if deadlocked(test)
            else f"{count(number, 'goroutine')} {'waits' if number == 1 else 'wait'}"
            if waits
            else ""
        )
        return Told(
            f"{code(test.name)} {ended}{f': {who}' if who else ''}.", "", [table(waits, of), *_excerpts(waits, of)] if waits else []
        )
    place, unreached = of.place(first.frame.file, first.frame.line), _unreached(first.frame, of)
    why, step = f"it waits for {first.blocked} on {place}", f"Ask who would let {place} go on."
    if number > 1:
        why = f"{spelled(number)} goroutines wait"
    if first.verb.startswith("runs"):
        why, step = f"{place} runs on and on", f"Ask what would end the loop around {place}."
    elif unreached and "lock" not in first.verb:
        step = f"Look at what {of.place(*unreached)} would have done, and when."
    return Told(f"{code(_entered(first, of))} never returned: {why}.", step, [table(waits, of), *_excerpts(waits, of, unreached)])


def deadlocked(test: TestResult) -> bool:
    """Say whether Go itself saw that no goroutine can go on."""
    return "deadlock" in test.panic or "are asleep" in test.panic


def _unreached(frame: Frame, of: Sources) -> tuple[str, int] | None:
    """Return the statement right after a blocked one, if one follows in the same block."""
    here, after = of.line(frame.file, frame.line), of.line(frame.file, frame.line + 1)
    margins = [len(line) - len(line.lstrip()) for line in (here, after)]
    follows = after.strip() and margins[0] == margins[1] and not re.match(r"\s*([})]|case\b|default\b|//)", after)
    return (frame.file, frame.line + 1) if follows else None


def _entered(waits: Waiting, of: Sources) -> str:
    """Return the learner's function by which a goroutine of the test's entered their code, and in which it is still."""
    mine = [frame for frame in waits.first.frames if frame.file in of.files]
    started = not mine or of.mine(waits.first.created) or re.search(r"\.func\d+$", mine[-1].function)
    return "" if started else short_name(mine[-1].function)


def _leaked(test: TestResult, of: Sources) -> Told:
    waits = [each for each in waiting(test.goroutines, of) if each.frame and each.frame.file in of.files]
    number = sum(each.number for each in waits)
    if not waits or waits[0].frame is None:
        messages = spoken(test)
        said = clause(told(messages[0].text.removeprefix(LEAK))[0]) if messages else ""
        return Told(f"{capitalised(said)}." if said else f"{code(test.name)} ended and left goroutines behind.", "", [])
    start = of.mine(waits[0].first.created)
    did = f"{code(short_name(start.function))} returned" if start else f"{code(_entered(waits[0], of))} never returned"
    place = of.place(waits[0].frame.file, waits[0].frame.line)
    fact = f"{did} and left {count(number, 'goroutine')} behind, {lines_said(waits, of)}."
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
    first_line = re.sub(r" \[recovered.*\]$", "", test.panic.strip().partition("\n")[0])
    said = first_line.removeprefix("panic: ").removeprefix("fatal error: ")
    words = explained(said, "panic")
    fact = f"{words.sentence}." if words.known else sentence(words.sentence)
    blocks: list[Block] = []
    if said:
        blocks.append(Paragraph((Span("Go says: "), Span(first_line if first_line != said else f"panic: {said}", code=True)), "quiet"))
    frames = test.goroutines[0].frames if test.goroutines else ()
    frame = of.mine(frames)
    if frame is None or not said:
        return Told(capitalised(fact) or f"{code(test.name)} crashed.", "", blocks)
    place, note = of.place(frame.file, frame.line), words.note or "panics here"
    fact, step = f"{capitalised(place)}: {fact}", f"Ask how {place} can be reached like that."
    if of.here(frames) != frame:
        fact, step = f"What {place} calls crashed: {fact.partition(': ')[2]}", f"Ask what becomes of a crash in the call of {place}."
        note = "crashes in this call"
    lines = excerpt(of.files[frame.file], [Mark(frame.line, note)], file=frame.file if len(of.files) > 1 else "")
    return Told(fact, step, [*([lines] if lines else []), *blocks])
