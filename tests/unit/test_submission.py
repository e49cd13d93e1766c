"""Submissions: what damage is repaired, and what is held for a person."""

from __future__ import annotations

import json
import os
import random
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from grader import assignment, notebook, submission
from grader.attempt import Attempt
from grader.course import Course
from grader.submission import Held, Submission
from tests.conftest import MANIFEST
from tests.damages import (
    BOTH,
    DOUBTFUL,
    EVIDENCE,
    HARMLESS,
    cells_moved,
    check_deleted,
    crlf_in_cells,
    lesson_deleted,
    phase_missing,
    scratch_cells_added,
)
from tests.handed import Handed

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


def filled(rng: random.Random) -> Handed:
    """Return a notebook to damage that is full of right and wrong answers."""
    answers = {}
    for exercise in EXERCISES:
        file = exercise.manifest.answer[0]
        answers[exercise.slug] = {file: rng.choice([*TEXTS[exercise.slug], exercise.broken[file]])}
    return Handed(EXERCISES, answers, rng)


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
    return submission.read(COURSE, PHASE, "ada", folder)


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
    h = filled(random.Random(f"{damage.__name__} {seed}"))  # noqa: S311 - no secret
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
    h = filled(random.Random(f"{damage.__name__} {seed}"))  # noqa: S311 - no secret
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
    damage(filled(random.Random(kind)), folder)  # noqa: S311 - no secret
    read = submission.read(COURSE, PHASE, "ada", folder)
    assert (read.student, read.answers) == ("ada", {})
    assert read.held
    assert re.search(words, read.held.reason), read.held.reason
    assert_plain(read.held.reason)


@pytest.mark.parametrize("seed", range(150))
def test_combined(seed: int, folder: Path) -> None:
    """Several harmless kinds leave the attempts as they were; with a doubtful one, that one is held and nothing else."""
    rng = random.Random(seed)  # noqa: S311 - no secret
    h = filled(rng)
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
    h = filled(random.Random(0))  # noqa: S311 - no secret
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
    h = filled(random.Random(1))  # noqa: S311 - no secret
    plain = texts(handed_in(folder, h.whole))
    data = json.dumps(h.document, indent=1).replace("\n", "\r\n").encode()
    assert texts(handed_in(folder, b"\xef\xbb\xbf" + data)) == plain


def test_other_files(folder: Path) -> None:
    """Other files, checkpoints and what a system leaves beside a file are no second notebook."""
    h = filled(random.Random(2))  # noqa: S311 - no secret
    (folder / ".ipynb_checkpoints").mkdir()
    (folder / ".ipynb_checkpoints" / NAME).write_bytes(b"x")
    (folder / f"._{NAME}").write_bytes(b"x")
    (folder / "timestamp.txt").write_text("now")
    (folder / "sitecustomize.py").write_text("raise SystemExit")
    assert handed_in(folder, h.whole).held is None


def test_worst_texts_take_no_time(folder: Path) -> None:
    """Texts of 20 MiB that are made to be slow to read are read within seconds, and nothing is raised."""
    h = filled(random.Random(3))  # noqa: S311 - no secret
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
    handed_in(root / "submitted/zoe" / PHASE.slug, filled(random.Random(4)).whole)  # noqa: S311 - no secret
    (root / "submitted/ada" / PHASE.slug).symlink_to(root / "nowhere")
    found = list(submission.submissions(course, PHASE))
    assert [(each.student, bool(each.held)) for each in found] == [("ada", True), ("zoe", False)]


def test_a_folder_that_cannot_be_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A student whose folder may not be read is held, and says so."""

    def refuse(_path: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", refuse)
    read = submission.read(COURSE, PHASE, "ada", folder)
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
    answer = submission.read(two_files.course, phase, "ada", folder).answers["takings"]
    if words:
        assert isinstance(answer, Held)
        assert re.search(words, answer.reason), answer.reason
    else:
        assert isinstance(answer, Attempt)
        assert answer.files["till.yaml"] == first
