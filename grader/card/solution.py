"""The solution and the other right answers, as the functions that differ from what the learner received."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.card.clean import clean
from grader.card.model import Block, Card, Code, Folded, Paragraph, Row, Rows, Span
from grader.card.prose import capitalised, code, count, emphasised, inline, spelled
from grader.card.source import changed
from grader.errors import ManifestError

if TYPE_CHECKING:
    from grader.course import Exercise

RELEASED_LATER = "The solution opens here once your instructor releases it."


def solution_card(exercise: Exercise) -> Card:
    """Return the page of an exercise's solution: in a pack, that it opens later."""
    label = f"Solution of {exercise.slug}"
    title = exercise.manifest.title
    if exercise.course.pack or not answers(exercise):
        return Card("hint", label, f"Solution of {title}.", inline(RELEASED_LATER), page=True)
    others = len(exercise.manifest.accept)
    fact = f"{capitalised(spelled(others))} other {'answer is' if others == 1 else 'answers are'} right as well." if others else ""
    blocks = (*answers(exercise), *_whole(exercise), *_wrongs(exercise))
    step = inline("Compare it with what you tried.")
    return Card("hint", label, f"Solution of {title}.", inline(fact), step, blocks=blocks, page=True)


def folded(exercise: Exercise) -> list[Block]:
    """Return the solution and the other right answers under one summary, for the card of a pass."""
    blocks = answers(exercise)
    if not blocks:
        return []
    others = len(exercise.manifest.accept)
    rest = f" and {spelled(others)} other right answer{'s' if others != 1 else ''}" if others else ""
    plain = f"%solution {exercise.slug} shows the solution{rest}."
    return [Folded(inline(f"Show the solution{rest}"), tuple(blocks), plain=plain)]


def answers(exercise: Exercise) -> list[Block]:
    """Return the canonical fix and each accepted one, or nothing where they are not here."""
    manifest = exercise.manifest
    canonical = _changed(exercise, "")
    if not canonical:
        return []
    blocks: list[Block] = [Paragraph(inline("The solution"), "label"), *canonical]
    blocks += _note(manifest.solution.note)
    for name, accept in manifest.accept.items():
        if code_blocks := _changed(exercise, f"accept/{name}/"):
            blocks += [Paragraph(inline(f"Also right: {accept.title}"), "label"), *code_blocks, *_note(accept.note)]
    return blocks


def _note(note: str) -> list[Block]:
    return [Paragraph(inline(note))] if note.strip() else []


def _changed(exercise: Exercise, folder: str) -> list[Block]:
    """Return what a variant's answer files declare otherwise than broken/, a block for each file that differs."""
    blocks: list[Block] = []
    for name in exercise.manifest.answer:
        try:
            text, before = exercise.read(f"{folder}{name}"), exercise.broken[name]
        except ManifestError:
            continue
        if text == before:
            continue
        if len(exercise.manifest.answer) > 1:
            blocks.append(Paragraph(inline(code(name)), "quiet"))
        blocks.append(Code((changed(text, before) if name.endswith(".go") else clean(text)).expandtabs(4).strip("\n")))
    return blocks


def _whole(exercise: Exercise) -> list[Block]:
    found: list[Block] = []
    for name in exercise.manifest.answer:
        summary = inline(f"The whole of {code(name)}")
        found.append(Folded(summary, (Code(clean(exercise.read(name)).expandtabs(4).strip("\n")),)))
    return found


def _wrongs(exercise: Exercise) -> list[Block]:
    """Return the known wrong fixes with what is said to them."""
    wrongs = exercise.manifest.wrong
    if not wrongs:
        return []
    rows = []
    for name, wrong in wrongs.items():
        said = Paragraph(emphasised(" ".join(wrong.message.split())))
        rows.append(Row("fail", (Span(name.replace("-", " ")),), blocks=(said,)))
    return [Folded(inline(count(len(rows), "known wrong fix", "known wrong fixes")), (Rows(tuple(rows)),), plain=None)]
