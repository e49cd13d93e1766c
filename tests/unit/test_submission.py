"""Submissions: what damage is repaired, and what is held for a person."""

from __future__ import annotations

import json
import os
import random
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from grader import assignment, notebook, submission
from grader.attempt import LARGEST, Attempt
from grader.course import Course
from grader.submission import Held, Submission
from tests.conftest import MANIFEST

if TYPE_CHECKING:
    from collections.abc import Callable

    from grader.course import Exercise
    from tests.conftest import MakeExercise

COURSE = Course(Path(__file__).parents[2] / "course")
PHASE = COURSE.phase("03-concurrency")
NAME = f"{PHASE.slug}.ipynb"
EXERCISES = COURSE.exercises(PHASE)
SLUGS = [exercise.slug for exercise in EXERCISES]
TEXTS = {
    exercise.slug: [
        (variant.folder / file).read_text()
        for file in exercise.manifest.answer
        for variant in exercise.variants()
        if variant.name != "broken"
    ]
    for exercise in EXERCISES
}
SCRATCH = [
    'fmt.Println("the lot\'s price")',
    "package main\n\nfunc main() {\n}\n",
    "x := []int{1, 2}\nx",
    "%hint unlocked-read",
    "",
    "it doesn't {",
]


class Handed:
    """A notebook to damage: full of right and wrong answers, one exercise of which is aimed at, and another."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.document: dict[str, Any] = json.loads((COURSE.root / "release" / PHASE.slug / NAME).read_text())
        self.exercise, self.other = rng.sample(EXERCISES, 2)
        for exercise in EXERCISES:
            file = exercise.manifest.answer[0]
            text = rng.choice([*TEXTS[exercise.slug], exercise.broken[file]])
            self.answer(exercise)["source"] = notebook.lines(notebook.answer_cell(exercise.slug, file, text))
        self.whole = json.dumps(self.document)

    @property
    def cells(self) -> list[dict[str, Any]]:
        """The notebook's cells."""
        found: list[dict[str, Any]] = self.document["cells"]
        return found

    @property
    def slug(self) -> str:
        """The exercise that is aimed at."""
        return self.exercise.slug

    def by_grade_id(self, ident: str) -> dict[str, Any]:
        """Return the cell with this nbgrader id."""
        return next(cell for cell in self.cells if cell["metadata"].get("nbgrader", {}).get("grade_id") == ident)

    def answer(self, exercise: Any = None) -> dict[str, Any]:  # noqa: ANN401 - an exercise, or the one that is aimed at
        """Return the cell of an answer."""
        exercise = exercise or self.exercise
        return self.by_grade_id(notebook.grade_id(exercise.slug, exercise.manifest.answer[0]))

    def check(self) -> dict[str, Any]:
        """Return the check cell."""
        return self.by_grade_id(self.slug)

    def lesson(self) -> list[dict[str, Any]]:
        """Return the cells of the lesson."""
        return [cell for cell in self.cells if "nbgrader" not in cell["metadata"] and not cell.get("id", "").endswith("--task")]

    def add(self, text: str, kind: str = "code", **metadata: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
        """Put a cell in at any place."""
        cell = notebook.code_cell(f"{self.rng.getrandbits(32):08x}", text, **metadata)
        cell["cell_type"] = kind
        self.cells.insert(self.rng.randrange(len(self.cells) + 1), cell)
        return cell

    def bytes(self) -> bytes:
        """Return the notebook as it is handed in."""
        return json.dumps(self.document).encode()


def source(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


def begin(cell: dict[str, Any], change: Callable[[str], str]) -> None:
    first, newline, rest = source(cell).partition("\n")
    cell["source"] = notebook.lines(change(first + newline) + rest)


def copied(cell: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(cell))
    return found


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

# What is no notebook of this phase: all of it is held.


def file_of(data: Callable[[Handed], bytes]) -> Callable[[Handed, Path], None]:
    def write(h: Handed, folder: Path) -> None:
        (folder / NAME).write_bytes(data(h))

    return write


def renamed(h: Handed, folder: Path) -> None:
    (folder / "03-concurrency (1).ipynb").write_bytes(h.bytes())


def two_notebooks(h: Handed, folder: Path) -> None:
    for name in (NAME, "03-concurrency-Copy1.ipynb"):
        (folder / name).write_bytes(h.bytes())


def another_assignment(h: Handed, folder: Path) -> None:
    h.document["metadata"]["goprod"]["phase"] = "04-http"
    (folder / NAME).write_bytes(h.bytes())


def another_without_metadata(_h: Handed, folder: Path) -> None:
    cells = [notebook.code_cell("a", "// two-tills/tills.go\n\npackage tills\n", nbgrader={"grade_id": "two-tills--tills_go"})]
    (folder / NAME).write_bytes(notebook.dumps(notebook.document(cells, "") | {"metadata": {}}))


def many_notebooks(h: Handed, folder: Path) -> None:
    for name in (NAME, "a\x1b[2J.ipynb", os.fsdecode(b"\xff.ipynb"), *(f"{number}.ipynb" for number in range(500))):
        (folder / name).write_bytes(h.bytes())


def a_link(h: Handed, folder: Path) -> None:
    (folder.parent / "elsewhere").write_bytes(h.bytes())
    (folder / NAME).symlink_to(folder.parent / "elsewhere")


def a_dangling_link(_h: Handed, folder: Path) -> None:
    (folder / NAME).symlink_to(folder / "nowhere")


def a_fifo(_h: Handed, folder: Path) -> None:
    os.mkfifo(folder / NAME)


def a_folder(_h: Handed, folder: Path) -> None:
    (folder / NAME).mkdir()


def a_linked_folder(h: Handed, folder: Path) -> None:
    (folder / NAME).write_bytes(h.bytes())
    folder.rename(folder.parent / "elsewhere")
    folder.symlink_to(folder.parent / "elsewhere")


def a_file_for_a_folder(_h: Handed, folder: Path) -> None:
    folder.rmdir()
    folder.write_bytes(b"x")


def giant(_h: Handed, folder: Path) -> None:
    with (folder / NAME).open("wb") as file:
        file.truncate(8 * 1024**3)


def many_cells(h: Handed, folder: Path) -> None:
    h.cells.extend([{"cell_type": "raw", "metadata": {}, "source": ""}] * submission.MOST_CELLS)
    (folder / NAME).write_bytes(h.bytes())


def no_answer(h: Handed, folder: Path) -> None:
    h.document["cells"] = h.lesson()
    (folder / NAME).write_bytes(h.bytes())


WHOLE: dict[str, tuple[Callable[[Handed, Path], None], str]] = {
    "missing": (lambda _h, _folder: None, "is missing"),
    "empty": (file_of(lambda _h: b" "), "is empty"),
    "truncated": (file_of(lambda h: h.bytes()[: len(h.bytes()) * 2 // 3]), "is cut off"),
    "not JSON": (file_of(lambda _h: b"package auction\n"), "is not JSON"),
    "HTML": (file_of(lambda _h: b"<!doctype html>"), "is not JSON"),
    "not UTF-8": (file_of(lambda h: h.bytes().replace(b"package", b"\xe9\xff", 1)), "is not JSON"),
    "UTF-16": (file_of(lambda h: h.bytes().decode().encode("utf-16")), "is not JSON"),
    "a list": (file_of(lambda _h: b"[]"), "not a notebook"),
    "deep": (file_of(lambda _h: b'{"nbformat": 4, "x": ' + b"[" * 9_000_000 + b"]" * 9_000_000 + b"}"), "is not JSON"),
    "format 3": (file_of(lambda _h: b'{"nbformat": 3, "nbformat_minor": 0, "worksheets": []}'), "has notebook format 3"),
    "cells are no list": (file_of(lambda _h: b'{"nbformat": 4, "cells": {"a": 1}}'), "not a notebook"),
    "renamed": (renamed, r"is missing. There is 03-concurrency \(1\).ipynb: rename it"),
    "two": (two_notebooks, "several notebooks"),
    "many": (many_notebooks, "several notebooks: 03-concurrency.ipynb, 0.ipynb, 1.ipynb, 10.ipynb. Keep"),
    "another assignment": (another_assignment, "is the notebook of 04-http"),
    "another without metadata": (another_without_metadata, "holds no answer of"),
    "link": (a_link, "is a link"),
    "dangling link": (a_dangling_link, "is a link"),
    "FIFO": (a_fifo, "is a link, a folder or a device"),
    "folder": (a_folder, "is a link, a folder"),
    "linked folder": (a_linked_folder, "is a link. Put the folder itself there"),
    "file for a folder": (a_file_for_a_folder, "is not a folder"),
    "giant": (giant, "larger than 20 MiB"),
    "many cells": (many_cells, "cells, more than"),
    "no answer": (no_answer, "holds no answer of"),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a student's empty folder."""
    found = tmp_path / "ada" / PHASE.slug
    found.mkdir(parents=True)
    return found


def handed_in(folder: Path, data: bytes | str) -> Submission:
    """Return what is read of a notebook."""
    (folder / NAME).write_bytes(data if isinstance(data, bytes) else data.encode())
    return submission.read(COURSE, PHASE, folder)


def texts(read: Submission, *without: str) -> dict[str, dict[str, str] | str]:
    """Return the answers as texts, or why they are held."""
    return {
        slug: dict(answer.files) if isinstance(answer, Attempt) else answer.reason
        for slug, answer in read.answers.items()
        if slug not in without
    }


def assert_plain(reason: str) -> None:
    """Check that a reason is for people: sentences, without a path, with what can be done."""
    assert reason.endswith(".")
    assert str(Path.cwd().anchor) + "tmp" not in reason
    assert "Error" not in reason
    assert reason.isprintable()
    assert "set the points" in reason
    assert len(reason) < 500


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("damage", HARMLESS, ids=lambda each: each.__name__)
def test_harmless(damage: Callable[[Handed], None], seed: int, folder: Path) -> None:
    """What is harmless leaves the attempts as they were, and is noted."""
    h = Handed(random.Random(f"{damage.__name__} {seed}"))  # noqa: S311 - no secret
    file = f"{h.slug}/{h.exercise.manifest.answer[0]}"
    damage(h)
    read = handed_in(folder, h.bytes())
    assert read.held is None
    assert texts(read) == texts(handed_in(folder, h.whole))
    note = HARMLESS[damage].format(slug=h.slug, file=file)
    assert note in read.repairs if note else not read.repairs, read.repairs


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("damage", DOUBTFUL, ids=lambda each: each.__name__)
def test_doubtful(damage: Callable[[Handed], None], seed: int, folder: Path) -> None:
    """What is doubtful is held with a reason that names the cell; the other answers are as they were."""
    h = Handed(random.Random(f"{damage.__name__} {seed}"))  # noqa: S311 - no secret
    damage(h)
    read = handed_in(folder, h.bytes())
    answer = read.answers[h.slug]
    assert isinstance(answer, Held)
    assert re.search(DOUBTFUL[damage], answer.reason), answer.reason
    assert f"{h.slug}/{h.exercise.manifest.answer[0]}" in answer.reason
    assert_plain(answer.reason)
    others = (h.slug, h.other.slug) if damage in BOTH else (h.slug,)
    assert texts(read, *others) == texts(handed_in(folder, h.whole), *others)


@pytest.mark.parametrize("kind", WHOLE)
def test_whole(kind: str, folder: Path) -> None:
    """What is no notebook of the phase is held as a whole."""
    damage, words = WHOLE[kind]
    damage(Handed(random.Random(kind)), folder)  # noqa: S311 - no secret
    read = submission.read(COURSE, PHASE, folder)
    assert (read.student, read.answers) == ("ada", {})
    assert read.held
    assert re.search(words, read.held.reason), read.held.reason
    assert_plain(read.held.reason)


@pytest.mark.parametrize("seed", range(150))
def test_combined(seed: int, folder: Path) -> None:
    """Several harmless kinds leave the attempts as they were; with a doubtful one, that one is held and nothing else."""
    rng = random.Random(seed)  # noqa: S311 - no secret
    h = Handed(rng)
    kinds = rng.sample([each for each in HARMLESS if each not in EVIDENCE], rng.randint(2, 5))
    doubtful = rng.choice([each for each in DOUBTFUL if each not in BOTH]) if seed % 3 == 0 else None
    if doubtful:
        lesson_deleted(h)
        doubtful(h)
        kinds = [cells_moved, scratch_cells_added, crlf_in_cells, phase_missing]
    else:
        kinds = [each for each in kinds if not each.__name__.startswith("check_")] + [check_deleted]
        kinds.append(rng.choice(sorted(EVIDENCE, key=lambda each: each.__name__)))
        kinds.sort(key=lambda each: (each in EVIDENCE, each is crlf_in_cells, each.__name__))
    for damage in kinds:
        damage(h)
    read = handed_in(folder, h.bytes())
    whole = texts(handed_in(folder, h.whole))
    held = {slug for slug, answer in read.answers.items() if isinstance(answer, Held)}
    assert held == ({h.slug} if doubtful else set()), (
        [each.__name__ for each in kinds],
        doubtful and doubtful.__name__,
        [a.reason for a in read.answers.values() if isinstance(a, Held)],
    )
    assert texts(read, *held) == {slug: files for slug, files in whole.items() if slug not in held}


def test_undamaged(folder: Path) -> None:
    """The released notebook has nothing repaired, and every answer is untouched."""
    read = handed_in(folder, (COURSE.root / "release" / PHASE.slug / NAME).read_bytes())
    assert read.held is None
    assert not read.repairs
    assert list(read.answers) == SLUGS
    assert all(isinstance(answer, Attempt) and answer.untouched for answer in read.answers.values())


def test_every_variant(folder: Path) -> None:
    """No right or wrong answer of the course looks damaged."""
    h = Handed(random.Random(0))  # noqa: S311 - no secret
    for number in range(max(map(len, TEXTS.values()))):
        chosen = {each.slug: TEXTS[each.slug][number % len(TEXTS[each.slug])] for each in EXERCISES}
        for each in EXERCISES:
            h.answer(each)["source"] = notebook.answer_cell(each.slug, each.manifest.answer[0], chosen[each.slug])
        read = handed_in(folder, h.bytes())
        assert not read.repairs
        for each in EXERCISES:
            answer = read.answers[each.slug]
            assert isinstance(answer, Attempt)
            assert answer.files[each.manifest.answer[0]].endswith(chosen[each.slug].strip("\n") + "\n")


def test_a_byte_order_mark(folder: Path) -> None:
    """A file that starts with a byte order mark, and CRLF between its lines, is read as without."""
    h = Handed(random.Random(1))  # noqa: S311 - no secret
    plain = texts(handed_in(folder, h.whole))
    data = json.dumps(h.document, indent=1).replace("\n", "\r\n").encode()
    assert texts(handed_in(folder, b"\xef\xbb\xbf" + data)) == plain


def test_other_files(folder: Path) -> None:
    """Other files, checkpoints and what a system leaves beside a file are no second notebook."""
    h = Handed(random.Random(2))  # noqa: S311 - no secret
    (folder / ".ipynb_checkpoints").mkdir()
    (folder / ".ipynb_checkpoints" / NAME).write_bytes(b"x")
    (folder / f"._{NAME}").write_bytes(b"x")
    (folder / "timestamp.txt").write_text("now")
    (folder / "sitecustomize.py").write_text("raise SystemExit")
    assert handed_in(folder, h.whole).held is None


def test_worst_texts_take_no_time(folder: Path) -> None:
    """Texts of 20 MiB that are made to be slow to read are read within seconds, and nothing is raised."""
    h = Handed(random.Random(3))  # noqa: S311 - no secret
    for text in ("/*" * 100_000, "'\\'" * 80_000, '"' * 200_000, "`" * 200_000, " " * 200_000, "func (" * 40_000, "{\n" * 100_000):
        for _ in range(8):
            h.add(text)
    assert len(h.bytes()) < notebook.LARGEST
    read = handed_in(folder, h.bytes())
    assert read.held is None
    assert list(read.answers) == SLUGS


def test_collected(tmp_path: Path) -> None:
    """Each student's folder of the phase is read, in order; a link or a file in its place is held, never skipped."""
    root = tmp_path / "course"
    root.mkdir()
    for name in ("course.toml", "go.mod", "phases", "release"):
        (root / name).symlink_to(COURSE.root / name)
    course = Course(root)
    assert not list(submission.submissions(course, PHASE))
    for student in ("zoe", "ada", "nil"):
        (root / "submitted" / student).mkdir(parents=True)
    (root / "submitted/notes.txt").write_text("x")
    (root / "submitted/zoe" / PHASE.slug).mkdir()
    handed_in(root / "submitted/zoe" / PHASE.slug, Handed(random.Random(4)).whole)  # noqa: S311 - no secret
    (root / "submitted/ada" / PHASE.slug).symlink_to(root / "nowhere")
    found = list(submission.submissions(course, PHASE))
    assert [(each.student, bool(each.held)) for each in found] == [("ada", True), ("zoe", False)]


def test_a_folder_that_cannot_be_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A student whose folder may not be read is held, and says so."""

    def refuse(_path: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", refuse)
    read = submission.read(COURSE, PHASE, folder)
    assert read.held
    assert "cannot be read: Permission denied" in read.held.reason


@pytest.fixture
def two_files(make_exercise: MakeExercise) -> Exercise:
    """Give an exercise whose answer is a Go file and a YAML file, without a release."""
    yaml = "till:\n  open: 8\n  close: 18\n"
    made = make_exercise(
        {"exercise.toml": MANIFEST.replace('["till.go"]', '["till.go", "till.yaml"]'), "till.yaml": yaml, "broken/till.yaml": yaml}
    )
    (made.folder.parent / "lesson.md").write_text("# Takings\n\n```{exercise} takings\n```\n")
    return made


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        ("# takings/till.yaml\n\ntill:\n  open: 9\n", "", ""),
        ("# takings/till.yaml\n\ntill:\n", "  open: 8\n  close: 18\n", r"till\.yaml, cell \d, was split"),
        ("# takings/till.yaml\n\ntill: {}\n", "# open: ?\nprintln(18)", ""),
        ("# takings/till.yaml\n", "", r"till\.yaml, cell \d, is empty"),
        (
            "// takings/till.go\n\ntill: {}\n",
            "",
            r"'takings--till_yaml', its cell id says 'takings--till_yaml', its first line says 'takings/till\.go'",
        ),
        ("till: {}\n# takings/till.go\n", "", r"till\.yaml, cell \d, was merged with another: from line 2 it is takings/till\.go"),
    ],
)
def test_two_files(two_files: Exercise, tmp_path: Path, first: str, second: str, words: str) -> None:
    """An answer of two files, one of them YAML, is held where one of its cells is doubtful; without release/ as well."""
    phase = two_files.phase
    document = json.loads(assignment.files(two_files.course, phase)[f"{phase.slug}.ipynb"])
    next(cell for cell in document["cells"] if cell["id"] == "takings--till_yaml")["source"] = first
    document["cells"].append(notebook.code_cell("more", second))
    folder = tmp_path / "ada" / phase.slug
    folder.mkdir(parents=True)
    (folder / f"{phase.slug}.ipynb").write_bytes(notebook.dumps(document))
    answer = submission.read(two_files.course, phase, folder).answers["takings"]
    if words:
        assert isinstance(answer, Held)
        assert re.search(words, answer.reason), answer.reason
    else:
        assert isinstance(answer, Attempt)
        assert answer.files["till.yaml"] == first
