"""A data race in words: who used what on which lines, holding what, and how they came there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.card.excerpt import Mark, excerpt
from grader.card.frames import Sources, full_name, goroutine_name, short_name
from grader.card.model import Block, Code, Folded, Lane, Paragraph, Race, Side, Span, Text
from grader.card.prose import capitalised, code, count, inline, listed
from grader.card.source import lines_of
from grader.errors import ManifestError

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
    first, second = (of.mine(access.frames) for access in _sides(race, of))
    name = memory(race)
    if first is None:
        return f"Two goroutines use {name} at the same time, outside your lines."
    place = of.place(first.file, first.line)
    if second is None:
        test = of.here(_sides(race, of)[1].frames)
        other = f"the test, {of.place(test.file, test.line)}," if test else "another goroutine"
        return f"{capitalised(place)} and {other} use {name} at the same time."
    if (first.file, first.line) == (second.file, second.line):
        return f"Two goroutines use {name} on {place} at the same time."
    if first.file == second.file:
        file = "" if len(of.files) == 1 else f" of {code(first.file)}"
        return f"Lines {first.line} and {second.line}{file} use {name} at the same time."
    return f"{capitalised(place)} and {of.place(second.file, second.line)} use {name} at the same time."


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
    mine = of.mine(access.frames)
    frame = mine or of.here(access.frames)
    inner = frame or (access.frames[0] if access.frames else None)
    function = short_name(inner.function, of.exercise) if inner else ""
    test = of.test_in((inner,)) if inner else ""
    goroutine = goroutine_name(access.goroutine)
    place = "" if frame is None else f"line {frame.line}" if mine else f"{frame.file}:{frame.line}"
    lock = access.held[-1] if access.held else None
    lane = Lane(
        function="the test" if test else function, goroutine=goroutine, verb=_DOES[access.kind], place=place,
        lock=lock.lock if lock else "", lock_line=lock.line if lock else 0, knows=mine is not None and access.held is not None,
    )  # fmt: skip
    label = f"{goroutine[:1].upper()}{goroutine[1:]} {_DID[access.kind]}, in {code(function) or 'code that is not yours'}"
    lines, file = _lines(frame, of)
    marked = [Mark(frame.line, _DOES[access.kind])] if frame else []
    if lock and mine:
        marked.append(Mark(lock.line, grey=True))
    return Side(
        lane,
        inline(label),
        excerpt(lines, marked, file=file),
        _holds(access, mine) if mine else inline("This line is not yours." if frame else "No line of yours is in its stack."),
        _stack(access, of),
        _called(access, of, inner),
    )


def _lines(frame: v.Frame | None, of: Sources) -> tuple[list[str], str]:
    """Return the lines of a frame's file, and its name where it must be said."""
    if frame is None:
        return [], ""
    if frame.file in of.files:
        return of.files[frame.file], "" if len(of.files) == 1 else frame.file
    try:
        return lines_of(of.exercise.read(frame.file)), frame.file
    except ManifestError:
        return [], ""


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
        entries.append(("", f"in {full_name(outside.function, of.exercise)}"))
    for frame in access.frames:
        if of.here((frame,)):
            name = full_name(frame.function, of.exercise)
            test = of.test_in((frame,))
            literal = name.partition(".")[2]
            entries.append((f"{frame.file}:{frame.line}", f"{literal + ' of ' if literal else ''}the test" if test else name))
    start = of.here(access.created)
    if start:
        entries.append((f"{start.file}:{start.line}", f"started by {_short(access.created[0], of)}"))
    width = max((len(place) for place, _ in entries), default=0)
    return tuple(f"{place:<{width}}  {name}" for place, name in entries)


def _short(frame: v.Frame, of: Sources) -> str:
    return "wg.Go" if "WaitGroup" in frame.function else "the test" if of.test_in((frame,)) else full_name(frame.function, of.exercise)


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
    return Folded(inline("The race detector\u2019s own report"), (Code(race.report),))
