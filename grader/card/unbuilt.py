"""What never ran: the guard's refusals, compile errors and vet's findings, in the learner's lines."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from grader.card.excerpt import Mark, excerpt
from grader.card.explain import Explanation, caret_width, explain
from grader.card.model import Block, Excerpt, Paragraph, Row, Rows, Span, Text, Told
from grader.card.prose import capitalised, code, inline, listed, sentence
from grader.card.source import declaration

if TYPE_CHECKING:
    from grader.card.frames import Sources
    from grader.verdict import Message, Refusal, Verdict

ERRORS = 10  # that are shown

_TAKE_OUT = {"import", "directive"}  # rules of the guard whose line has to go; other lines are changed
_NOTES = {
    "import": "not needed here",
    "directive": "not needed here",
    "package": "another name",
    "bodyless": "no body",
    "init": "runs by itself",
    "testmain": "not yours",
    "selector": "not on the list",
    "dot-import": "needs its name",
    "test-function": "looks like a test",
    "hidden-character": "cannot be seen",
}


def _file(file: str, of: Sources) -> str:
    """Return the file's name where an excerpt must say it."""
    return file if len(of.files) > 1 else ""


def _others(number: int, noun: str) -> str:
    return f" The other {noun} is below." if number == 1 else f" The other {number} {noun}s are below." if number else ""


def refused(verdict: Verdict, of: Sources) -> Told:
    """Tell what the guard refused."""
    if not verdict.refusals:
        return Told(sentence(verdict.detail) or "The code was refused.", "Change it and run the cell again.", [])
    first, *others = verdict.refusals
    imports = any(refusal.rule in {"import", "selector"} for refusal in verdict.refusals)
    blocks: list[Block] = [block] if (block := _refused_lines(first, of)) else []
    if imports:
        allowed = [code(path) for path in of.exercise.manifest.imports]
        alone = [code(name) for name in of.exercise.manifest.selectors]
        can = f"You can import {listed(allowed)}" if allowed else "This exercise needs no import"
        blocks.append(Paragraph(inline(f"{can}{f', and use {listed(alone)}' if alone else ''}.")))
    rest: list[Row] = []
    for refusal in others[: ERRORS - 1]:
        title = _lead(refusal.file, refusal.line, of) + inline(sentence(refusal.text))
        lines = _refused_lines(refusal, of, around=0)
        rest.append(Row("refused", title, blocks=(lines,) if lines else ()))
    blocks += [Rows(tuple(rest))] if rest else []
    place = of.place(first.file, first.line) if first.line else code(first.file)
    act = f"Take {place} out" if first.rule in _TAKE_OUT else f"Change {place}"
    step = f"Start with {place}.{_others(len(others), 'refusal')}" if others else f"{act} and run the cell again."
    return Told(sentence(first.text), step, blocks)


def _refused_lines(refusal: Refusal, of: Sources, around: int = 2) -> Excerpt | None:
    note = _NOTES.get(refusal.rule, "refused")
    source = of.line(refusal.file, refusal.line)
    column = refusal.column or len(source.encode()) - len(source.lstrip().encode()) + 1
    marked = source.encode()[column - 1 : max(column, refusal.end_column) - 1].decode(errors="ignore")
    width = len(marked) or caret_width(source, column, "")
    return excerpt(of.files.get(refusal.file, []), [Mark(refusal.line, note, column, width)], file=_file(refusal.file, of), around=around)


def _lead(file: str, line: int, of: Sources) -> Text:
    """Return a row's bold beginning, "Line 24: "."""
    if not line:
        return ()
    return (*inline(f"{capitalised(of.place(file, line))}:", bold=True), Span(" "))


def errors(verdict: Verdict, of: Sources) -> Told:
    """Tell what the compiler or vet found: the first in full, the others in a line each."""
    vet = verdict.status == "vet"
    if not verdict.errors:
        return Told(sentence(verdict.detail) or "Go gave no reason.", "", [])
    told = [(error, explain(error, of.exercise.manifest.imports, "vet" if vet else "compiler")) for error in verdict.errors]
    (first, words), *others = told
    lead = f"{capitalised(of.place(first.file, first.line))}: " if first.line else ""
    fact = f"{lead}{words.sentence}." if words.known else f"{lead}{sentence(words.sentence)}" if lead else sentence(words.sentence)
    blocks: list[Block] = [lines] if (lines := _error_lines(first, words, of, full=True)) else []
    if words.more:
        blocks.append(Paragraph(inline(words.more)))
    if first.line:
        said = f"{first.file}:{first.line}:{first.column}: {' '.join(first.text.split())}"
        blocks.append(Paragraph((Span(f"{'Vet' if vet else 'Go'} says: "), Span(said, code=True)), "quiet"))
    rest = [_error_row(error, each, words, of) for error, each in others[: ERRORS - 1]]
    blocks += [Rows(tuple(rest))] if rest else []
    if (over := len(others) - (ERRORS - 1)) > 0:
        blocks.append(Paragraph(inline(f"{over} more are not shown; most go when these do."), "quiet"))
    return Told(fact, f"Start there.{_others(len(others), 'error' if not vet else 'finding')}", blocks)


def _error_row(error: Message, words: Explanation, first: Explanation, of: Sources) -> Row:
    lead = _lead(error.file, error.line, of)
    if words.known and words.kind == first.kind and words.name:
        again = "the same again." if words.name == first.name else f"the same again, for {code(words.name)}."
        return Row("build", lead + inline(again))
    said = f"{words.sentence}." if words.known else sentence(words.sentence)
    lines = _error_lines(error, words, of, full=False)
    return Row("build", lead + inline(said), blocks=(lines,) if lines else ())


def _error_lines(error: Message, words: Explanation, of: Sources, *, full: bool) -> Excerpt | None:
    """Return the lines around an error, with the line that declares what it is about."""
    lines = of.files.get(error.file, [])
    source = of.line(error.file, error.line)
    width = caret_width(source, error.column, words.name)
    marks = [Mark(error.line, words.note, error.column, width)]
    if full and (declared := _declared(error, words, source, lines)):
        marks.append(declared)
    return excerpt(lines, marks, file=_file(error.file, of), around=2 if full else 0)


def _declared(error: Message, words: Explanation, source: str, lines: list[str]) -> Mark | None:
    """Return the line that declares the variable, function or field of an error."""
    if error.text.startswith("declared and not used"):
        return None
    before = source.encode()[: max(0, error.column - 1)].decode(errors="ignore")
    owner = re.search(r"(\w+)\.$", before)
    name = owner[1] if owner else words.name.rpartition(".")[2]
    line = declaration(lines, name, other_than=error.line) if name.isidentifier() else 0
    if not line:
        return None
    kind = re.match(rf".*?\b{name}\s+([*\[\]]*[\w.]+)\s*(`.*`)?(//.*)?$", lines[line - 1]) if owner else None
    if kind is None:
        return Mark(line, f"declares {name}", grey=True)
    return Mark(line, f"{name} is {'an' if kind[1][0] in 'aeiouAEIO' else 'a'} {kind[1]}", grey=True)
