"""A data race in words: who used what on which lines, holding what, and how they came there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.card.clean import shorten
from grader.card.excerpt import Mark, excerpt
from grader.card.frames import Sources, full_name, goroutine_name, short_name
from grader.card.model import Block, Code, Folded, Lane, Paragraph, Race, Side, Span, Text
from grader.card.prose import capitalised, code, count, inline, listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader import verdict as v

_DOES = {"write": "writes", "read": "reads"}
_DID = {"write": "wrote", "read": "read"}


def _sides(race: v.Race, of: Sources) -> tuple[v.Access, v.Access]:
    """Return the two accesses in the order of the learner's lines; one without such a line comes last."""

    def order(access: v.Access) -> tuple[bool, str, int]:
        frame = of.mine(access.frames)
        return (frame is None, frame.file if frame else "", frame.line if frame else 0)

    first, second = sorted(race.accesses, key=order)
    return first, second


def headline(race: v.Race, of: Sources) -> str:
    """Say which lines use what at the same time."""
    sides = _sides(race, of)
    first, second = (of.mine(access.frames) for access in sides)
    name = memory(race)
    if first and second and first.file == second.file:
        file = "" if len(of.files) == 1 else f" of {code(first.file)}"
        if first.line == second.line:
            return f"Two goroutines use {name} on {of.place(first.file, first.line)} at the same time."
        return f"Lines {first.line} and {second.line}{file} use {name} at the same time."
    users = [_user(access, of) for access in sides]
    if not any(users):
        return f"Two goroutines use {name} at the same time, outside your lines."
    return f"{capitalised(' and '.join(user or 'another goroutine' for user in users))} use {name} at the same time."


def _user(access: v.Access, of: Sources) -> str:
    """Return what uses the memory: the learner's line, the call of their function, or the test's line."""
    frame = of.here(access.frames)
    if mine := of.mine(access.frames):
        return of.place(mine.file, mine.line)
    if frame is None:
        start = of.mine(access.created)
        return f"the goroutine started on {of.place(start.file, start.line)}" if start else ""
    called = of.called(frame)
    return f"the call of {code(called)}" if called else f"the test, {of.place(frame.file, frame.line)},"


def memory(race: v.Race) -> str:
    """Return what both sides use, as code where it can be told."""
    return next((code(access.variable) for access in race.accesses if access.variable), "the same memory")


def next_step(race: v.Race) -> str:
    """Return what to look at."""
    held = [access.held for access in race.accesses]
    if None in held:
        return "Look for what makes one of them wait for the other."
    if not any(held):
        return "Neither holds a lock. Ask what would make one wait for the other."
    return "Compare what each of them holds."


def block(race: v.Race, of: Sources) -> Race:
    """Return the race as a timeline and two sides."""
    first, second = (_side(access, of) for access in _sides(race, of))
    return Race(first, second, memory(race).strip("`"))


def _side(access: v.Access, of: Sources) -> Side:
    """Return one side; where no frame is the exercise's, the learner's line that started the goroutine is shown."""
    mine = of.mine(access.frames)
    frame = mine or of.here(access.frames)
    start = of.mine(access.created) if frame is None else None
    goroutine = goroutine_name(access.goroutine)
    function = short_name(frame.function) if frame else ""
    lock = access.held[-1] if access.held and mine else None
    lane = Lane(
        function="the test" if frame and of.test_in((frame,)) else function,
        goroutine=goroutine,
        verb=_DOES[access.kind],
        place="" if frame is None else f"line {frame.line}" if mine else f"{frame.file}:{frame.line}",
        lock=lock.lock if lock else "",
        lock_line=lock.line if lock else 0,
        knows=mine is not None and access.held is not None,
    )
    shown = frame or start
    marks = [Mark(shown.line, _DOES[access.kind] if frame else "starts it")] if shown else []
    if lock:
        marks.append(Mark(lock.line, grey=True))
    file = shown.file if shown and (len(of.files) > 1 or shown.file not in of.files) else ""
    return Side(
        lane,
        inline(f"{goroutine[:1].upper()}{goroutine[1:]} {_DID[access.kind]}, in {code(function) or 'code that is not yours'}"),
        excerpt(of.lines(shown.file) if shown else [], marks, file=file),
        _holds(access, mine) if mine else inline(_not_yours(frame, start, of)),
        _stack(access, of),
        _called(access, of, frame),
    )


def _not_yours(frame: v.Frame | None, start: v.Frame | None, of: Sources) -> str:
    if frame is None:
        began = f" Its goroutine was started on {of.place(start.file, start.line)}." if start else ""
        return f"No line of yours is in its stack.{began}"
    called = of.called(frame)
    return f"This line is the test's. It calls your {code(called)}." if called else "This line is the test's."


def _holds(access: v.Access, frame: v.Frame) -> Text:
    if access.held is None:
        return ()
    if not access.held:
        return (Span("Holds "), Span("nothing", bold=True), Span(f": no lock before line {frame.line}."))
    return inline(f"Holds {listed([f'{code(held.lock)} since line {held.line}' for held in access.held])}.")


def _stack(access: v.Access, of: Sources) -> tuple[str, ...]:
    """Return the exercise's frames of a stack, innermost first, and where the goroutine began."""
    entries = []
    outside = access.frames[0] if access.frames and of.here(access.frames[:1]) is None else None
    if outside:
        entries.append(("", f"in {full_name(outside.function)}"))
    for frame in access.frames:
        if of.here((frame,)):
            name = full_name(frame.function)
            test = of.test_in((frame,))
            literal = name.partition(".")[2]
            entries.append((f"{frame.file}:{frame.line}", f"{literal + ' of ' if literal else ''}the test" if test else name))
    start = of.here(access.created)
    if start:
        entries.append((f"{start.file}:{start.line}", f"started by {_short(access.created[0], of)}"))
    width = max((len(place) for place, _ in entries), default=0)
    return tuple(f"{place:<{width}}  {name}" for place, name in entries)


def _short(frame: v.Frame, of: Sources) -> str:
    return "wg.Go" if "WaitGroup" in frame.function else "the test" if of.test_in((frame,)) else full_name(frame.function)


def _called(access: v.Access, of: Sources, inner: v.Frame | None) -> str:
    ours = [frame for frame in access.frames if of.here((frame,)) and frame is not inner]
    return f"Called from {ours[0].file}:{ours[0].line}" if ours else ""


def more(first: v.Race, others: Sequence[v.TestResult], of: Sources) -> list[Block]:
    """Count the races of other tests: the same again, or others."""

    def places(race: v.Race) -> set[tuple[str, int]]:
        return {(frame.file, frame.line) for access in race.accesses if (frame := of.mine(access.frames))}

    same = [test for test in others if test.race and places(test.race) == places(first)]
    different = [test for test in others if test.race and places(test.race) != places(first)]
    said = []
    if same:
        said.append(f"{count(len(same), 'more test')} {'reports' if len(same) == 1 else 'report'} the same race.")
    if different:
        lines = sorted({line for test in different if test.race for _, line in places(test.race)})
        numbers = listed([str(line) for line in lines]) if len(of.files) == 1 else ""
        where = f", on {'line' if len(lines) == 1 else 'lines'} {numbers}" if numbers else ""
        said.append(f"{count(len(different), 'more test')} {'reports' if len(different) == 1 else 'report'} another race{where}.")
    return [Paragraph(inline(" ".join(said)), "quiet")] if said else []


def report(race: v.Race) -> Folded:
    """Return the detector's own words, folded."""
    return Folded(inline("The race detector\u2019s own report"), (Code(shorten(race.report)),))
