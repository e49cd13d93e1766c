"""Damage to notebooks on their way to the instructor: what is harmless, and what is doubtful."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from grader import notebook
from grader.attempt import LARGEST
from tests.handed import begin, copied, source

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.handed import Handed

SCRATCH = [
    'fmt.Println("the lot\'s price")',
    "package main\n\nfunc main() {\n}\n",
    "x := []int{1, 2}\nx",
    "%hint unlocked-read",
    "",
    "it doesn't {",
]

# What is harmless: the attempts are those of the undamaged notebook.


def cells_moved(h: Handed) -> None:
    h.rng.shuffle(h.cells)


def answer_moved_to_the_end(h: Handed) -> None:
    cell = h.answer()
    h.cells.remove(cell)
    h.cells.append(cell)


def scratch_cells_added(h: Handed) -> None:
    for text in SCRATCH:
        h.add(text)


def notes_added(h: Handed) -> None:
    h.add("# My notes\n\nIt's the lock :) and\ntype of `lock`", "markdown")
    h.add("func is a word\n- }", "raw")


def examples_changed(h: Handed) -> None:
    for cell in h.lesson():
        if cell["cell_type"] == "code":
            cell["source"] = [*cell["source"], "\n// mine\n"]


def old_function_kept(h: Handed) -> None:
    declared = re.search(r"^func [\s\S]*?^}\n", source(h.answer()) + "\n", re.MULTILINE)
    assert declared
    h.add(declared[0].replace("\t", "\t\t"))


def outputs_cleared(h: Handed) -> None:
    for cell in h.cells:
        cell.pop("outputs", None)
        cell.pop("execution_count", None)


def outputs_large(h: Handed) -> None:
    h.rng.choice(h.lesson())["outputs"] = [{"output_type": "stream", "name": "stdout", "text": ["x" * 2_000_000]}]


def other_kernelspec(h: Handed) -> None:
    h.document["metadata"]["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    h.document["metadata"]["language_info"] = {"name": "python", "version": "3.11"}


def no_kernelspec(h: Handed) -> None:
    del h.document["metadata"]["kernelspec"], h.document["metadata"]["language_info"]


def format_4_4(h: Handed) -> None:
    h.document["nbformat_minor"] = 4
    ids_missing(h)


def format_4_9(h: Handed) -> None:
    h.document["nbformat_minor"] = 9
    h.document["future"] = {"key": [None]}


def crlf_in_cells(h: Handed) -> None:
    for cell in h.cells:
        cell["source"] = source(cell).replace("\n", "\r\n")


def bom_in_a_cell(h: Handed) -> None:
    h.answer()["source"] = "\ufeff" + source(h.answer())


def source_is_one_string(h: Handed) -> None:
    for cell in h.cells:
        cell["source"] = source(cell)


def spaces_in_the_first_line(h: Handed) -> None:
    begin(
        h.answer(),
        lambda line: h.rng.choice(["  " + line, line.replace("// ", "//"), line.replace("// ", "//   "), line.replace("\n", " \t\n")]),
    )


def blank_lines_above_the_first_line(h: Handed) -> None:
    begin(h.answer(), lambda line: "\n  \n" + line)


def first_line_deleted(h: Handed) -> None:
    h.answer()["source"] = notebook.lines(source(h.answer()).split("\n", 2)[2])


def first_line_misspelt(h: Handed) -> None:
    begin(h.answer(), lambda line: line.replace(h.slug, h.slug[:-1]))


def ids_missing(h: Handed) -> None:
    for cell in h.cells:
        cell.pop("id", None)


def ids_new(h: Handed) -> None:
    for cell in h.cells:
        cell["id"] = f"{h.rng.getrandbits(32):08x}"


def lesson_doubled(h: Handed) -> None:
    for cell in h.rng.sample(h.lesson(), 3):
        h.cells.append(copied(cell))


def answer_doubled(h: Handed) -> None:
    h.cells.append(copied(h.answer()) | {"id": "copy"})


def answer_doubled_as_text(h: Handed) -> None:
    h.cells.append(copied(h.answer()) | {"id": "copy", "cell_type": "markdown"})


def check_doubled(h: Handed) -> None:
    h.cells.append(copied(h.check()) | {"id": "copy"})


def lesson_deleted(h: Handed) -> None:
    for cell in h.rng.sample(h.lesson(), 5):
        h.cells.remove(cell)


def check_deleted(h: Handed) -> None:
    h.cells.remove(h.check())


def check_changed(h: Handed) -> None:
    h.check().update(source="os.exit(0)", cell_type="raw")


def nbgrader_metadata_missing(h: Handed) -> None:
    del h.answer()["metadata"]["nbgrader"]


def every_nbgrader_metadata_missing(h: Handed) -> None:
    for cell in h.cells:
        cell["metadata"].pop("nbgrader", None)


def phase_missing(h: Handed) -> None:
    del h.document["metadata"]["goprod"]


def metadata_added(h: Handed) -> None:
    for cell in h.cells:
        cell["metadata"] |= {"collapsed": False, "jupyter": {"source_hidden": True}, "editable": True, "trusted": False}


HARMLESS: dict[Callable[[Handed], None], str] = {
    cells_moved: "cells were moved",
    answer_moved_to_the_end: "cells were moved",
    scratch_cells_added: "6 cells were added",
    notes_added: "2 cells were added",
    examples_changed: "",
    old_function_kept: "1 cell was added",
    outputs_cleared: "",
    outputs_large: "",
    other_kernelspec: "",
    no_kernelspec: "",
    format_4_4: "cell ids were missing",
    format_4_9: "",
    crlf_in_cells: "",
    bom_in_a_cell: "",
    source_is_one_string: "",
    spaces_in_the_first_line: "the first line of {file} was put right",
    blank_lines_above_the_first_line: "the first line of {file} was put right",
    first_line_deleted: "the first line of {file} was put right",
    first_line_misspelt: "the first line of {file} was put right",
    ids_missing: "cell ids were missing",
    ids_new: "",
    lesson_doubled: "3 cells were doubled",
    answer_doubled: "the cell of {file} was there 2 times, with one text",
    answer_doubled_as_text: "the cell of {file} was there 2 times, with one text",
    check_doubled: "",
    lesson_deleted: "5 cells were removed",
    check_deleted: "the check cell of {slug} was missing",
    check_changed: "",
    nbgrader_metadata_missing: "the nbgrader id of {file} was missing",
    every_nbgrader_metadata_missing: "the nbgrader id of {file} was missing",
    phase_missing: "the notebook's note of its phase was missing",
    metadata_added: "",
}
EVIDENCE = {
    format_4_4,
    ids_missing,
    ids_new,
    first_line_deleted,
    first_line_misspelt,
    nbgrader_metadata_missing,
    every_nbgrader_metadata_missing,
}
"""Each takes away a part of what says which answer a cell is: one of them is harmless, two may not be."""

# What is doubtful: that exercise is held, the others are as in the undamaged notebook.


def answer_copied_and_changed(h: Handed) -> None:
    h.cells.append(copied(h.answer()) | {"id": "copy", "source": source(h.answer()) + "\n// changed\n"})


def answer_copied_without_ids(h: Handed) -> None:
    h.add(source(h.answer()) + "\n// changed\n")


def answer_deleted(h: Handed) -> None:
    h.cells.remove(h.answer())


def answer_cut(h: Handed, at: int, **metadata: Any) -> None:  # noqa: ANN401 - JSON
    text = source(h.answer())
    h.answer()["source"] = notebook.lines(text[:at])
    h.add(text[at:], **metadata)


def split_by_the_editor(h: Handed) -> None:
    answer_cut(h, len(source(h.answer())) // 2, **copied(h.answer())["metadata"])


def split_at_a_declaration(h: Handed) -> None:
    starts = [found.start() for found in re.finditer(r"^(?:func|type) ", source(h.answer()), re.MULTILINE)]
    answer_cut(h, h.rng.choice(starts))


def split_below_the_first_line(h: Handed) -> None:
    answer_cut(h, source(h.answer()).index("\npackage "))


def split_in_a_function(h: Handed) -> None:
    ends = [found.start() for found in re.finditer(r"^}$", source(h.answer()), re.MULTILINE)]
    answer_cut(h, ends[-1])


def merged_with_another_answer(h: Handed) -> None:
    h.answer()["source"] = source(h.answer()) + "\n\n" + source(h.answer(h.other))


def merged_into_another_answer(h: Handed) -> None:
    answer = h.answer()
    h.cells.remove(answer)
    h.add("fmt.Println()\n\n" + source(answer))


def merged_with_the_check(h: Handed) -> None:
    h.answer()["source"] = source(h.answer()) + f"\n\n%check {h.slug}"
    h.cells.remove(h.check())


def merged_into_the_check(h: Handed) -> None:
    answer = h.answer()
    h.cells.remove(answer)
    h.check()["source"] = h.rng.choice([f"%check {h.slug}\n\n{source(answer)}", f"{source(answer)}\n\n%check {h.slug}"])


def merged_with_the_lesson(h: Handed) -> None:
    prose = max(map(source, h.lesson()), key=len)
    h.answer()["source"] = source(h.answer()) + "\n\n" + prose


def merged_into_the_lesson(h: Handed) -> None:
    answer = h.answer()
    h.cells.remove(answer)
    prose = h.rng.choice([cell for cell in h.lesson() if cell["cell_type"] == "markdown"])
    prose["source"] = source(prose) + "\n\n" + source(answer)


def two_files_in_one(h: Handed) -> None:
    h.answer()["source"] = source(h.answer()) + "\n\n" + source(h.answer()).split("\n", 2)[2]


def retyped_to_markdown(h: Handed) -> None:
    h.answer()["cell_type"] = "markdown"


def retyped_to_raw(h: Handed) -> None:
    h.answer()["cell_type"] = "raw"


def id_of_another(h: Handed) -> None:
    h.answer()["metadata"]["nbgrader"]["grade_id"] = h.answer(h.other)["metadata"]["nbgrader"]["grade_id"]


def ids_swapped(h: Handed) -> None:
    mine, theirs = h.answer(), h.answer(h.other)
    mine["metadata"], theirs["metadata"] = theirs["metadata"], mine["metadata"]


def id_unknown(h: Handed) -> None:
    h.answer()["metadata"]["nbgrader"]["grade_id"] = "cell-4f2a"


def answers_swapped(h: Handed) -> None:
    mine, theirs = h.answer(), h.answer(h.other)
    mine["source"], theirs["source"] = theirs["source"], mine["source"]


def first_line_alone(h: Handed) -> None:
    h.answer().pop("id")
    del h.answer()["metadata"]["nbgrader"]


def cell_id_alone(h: Handed) -> None:
    first_line_deleted(h)
    del h.answer()["metadata"]["nbgrader"]


def nothing_says_what_it_is(h: Handed) -> None:
    first_line_deleted(h)
    first_line_alone(h)


def emptied(h: Handed) -> None:
    h.answer()["source"] = h.rng.choice(["", "\n \n", source(h.answer()).split("\n")[0], "// to do\n"])


def giant_answer(h: Handed) -> None:
    h.answer()["source"] = source(h.answer()) + "/*" * LARGEST


def nul_in_the_answer(h: Handed) -> None:
    h.answer()["source"] = source(h.answer()) + "\n\0"


DOUBTFUL: dict[Callable[[Handed], None], str] = {
    answer_copied_and_changed: "is there 2 times with different texts: cells",
    answer_copied_without_ids: "is there 2 times with different texts: cells .* Two claim it",
    answer_deleted: "is missing: it was deleted",
    split_by_the_editor: "is there 2 times .* It was split",
    split_at_a_declaration: r"was split: a part of its code stands in cell \d+",
    split_below_the_first_line: "was split|is empty",
    split_in_a_function: "was split",
    merged_with_another_answer: r"was merged with another: from line \d+ it is",
    merged_into_another_answer: r"was merged: its code stands in cell \d+, from line 3",
    merged_with_the_check: r"was merged with another: from line \d+ it is %check",
    merged_into_the_check: "was merged: its code stands in|contradicts itself",
    merged_with_the_lesson: "was merged with a cell of the lesson",
    merged_into_the_lesson: r"was merged: its code stands in cell \d+, from line",
    two_files_in_one: "has two package clauses",
    retyped_to_markdown: "is no longer a code cell",
    retyped_to_raw: "is no longer a code cell",
    id_of_another: "contradicts itself: its nbgrader id says",
    ids_swapped: "contradicts itself: its nbgrader id says",
    id_unknown: "contradicts itself: its nbgrader id says 'cell-4f2a'",
    answers_swapped: "contradicts itself",
    first_line_alone: "has lost its nbgrader id. It may be cell .* its first line says",
    cell_id_alone: "has lost its nbgrader id. It may be cell .* its cell id says",
    nothing_says_what_it_is: r"is missing. It may be cell \d+, which is of the package",
    emptied: "is empty",
    giant_answer: "is larger than 256 KiB",
    nul_in_the_answer: "holds a NUL byte",
}
BOTH = {merged_with_another_answer, id_of_another, ids_swapped, answers_swapped}
"""The other exercise may be held as well."""
