"""Synthetic classes: what students hand in for a phase, the same for the same seed, and the grades that it is worth.

The grades come from the manifests alone: nothing is run to know them.
"""

from __future__ import annotations

import itertools
import random
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tests.damages import BOTH, DOUBTFUL, HARMLESS
from tests.edits import code, edited, laid_out
from tests.handed import Handed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from grader.course import Course, Exercise, Phase, Variant

ALONE = [damage for damage in DOUBTFUL if damage not in BOTH]
"""Doubtful damages of which it is certain that the exercise they aim at is held, and no other."""

_WHOLE = {"build", "vet", "refused"}


class Worth(NamedTuple):
    """What a student has for an exercise: points, the exercise's maximum, and the status."""

    points: int
    max: int
    status: str


@dataclass(frozen=True)
class Size:
    """How large a class is, and how varied.

    `distinct` of its answers differ, without those that are untouched; the more popular ones are there
    often, most only once. `harmless` and `doubtful` are numbers of notebooks with such damage. With
    `variants` it draws on the first so many of an exercise's solution, broken, wrong and accepted answers;
    with `right` that share of the answers that differ is right, else as many as there are right variants.
    `twins` of the answers that differ are one program with another of them: they differ in comments, blank
    lines and indentation alone.
    """

    students: int
    distinct: int
    untouched: int = 0
    harmless: int = 0
    doubtful: int = 0
    variants: int | None = None
    right: float | None = None
    twins: int = 0


@dataclass(frozen=True)
class Class:
    """A class that has handed in.

    `answers` holds the text of each answer file by student, slug and file; `truth` the grade by student and slug.
    """

    answers: Mapping[str, Mapping[str, Mapping[str, str]]]
    truth: Mapping[tuple[str, str], Worth]

    @property
    def rows(self) -> list[tuple[str, ...]]:
        """The truth as the rows of a table of grades."""
        return [(student, slug, str(worth.points), str(worth.max), worth.status) for (student, slug), worth in self.truth.items()]


@dataclass(frozen=True)
class _Answer:
    """An answer to an exercise, and what it is worth."""

    files: Mapping[str, str]
    worth: Worth


def hand_in(course: Course, phase: Phase, size: Size, seed: int) -> Class:
    """Write submitted/STUDENT/PHASE/PHASE.ipynb of a class into a course, and return its truth."""
    rng = random.Random(seed)  # noqa: S311 - no secret
    exercises = course.exercises(phase)
    students = [f"student-{number:0{len(str(size.students))}}" for number in range(1, size.students + 1)]
    answers: dict[str, dict[str, _Answer]] = {student: {} for student in students}
    for number, exercise in enumerate(exercises):
        for student, answer in zip(students, _drawn(exercise, _share(size, number, len(exercises)), rng), strict=True):
            answers[student][exercise.slug] = answer
    damages = _damages(size, students, rng)
    truth = {}
    for student in students:
        texts = {slug: answer.files for slug, answer in answers[student].items()}
        notebook = Handed(exercises, texts, rng)
        damage = damages.get(student)
        if damage:
            damage(notebook)
        folder = course.root / "submitted" / student / phase.slug
        folder.mkdir(parents=True)
        (folder / f"{phase.slug}.ipynb").write_bytes(notebook.bytes())
        for slug, answer in answers[student].items():
            held = damage in DOUBTFUL and slug == notebook.slug
            truth[student, slug] = Worth(0, answer.worth.max, "held") if held else answer.worth
    return Class({student: {slug: each.files for slug, each in mine.items()} for student, mine in answers.items()}, truth)


def worth(exercise: Exercise, variant: Variant) -> Worth:
    """Return what a variant is worth by its manifest: the points of the tests that it passes, less the costs of those it fails."""
    manifest = exercise.manifest
    kind, _, name = variant.name.partition("/")
    entry = {"broken": manifest.broken, "wrong": manifest.wrong.get(name)}.get(kind)
    assert entry or kind in {"solution", "accept"}, f"{variant.name} is not declared"
    fails = entry.fails if entry else {}
    if fails.get("*") in _WHOLE:
        return Worth(0, manifest.full, "graded")
    failing = {test for test in manifest.tests if fails.get(test, fails.get("*", "pass")) != "pass"}
    earned = sum(-(test.cost or 0) if name in failing else (test.points or 0) for name, test in manifest.tests.items())
    return Worth(max(0, earned), manifest.full, "graded")


def _share(size: Size, number: int, of: int) -> Size:
    """Return the part of a class's answers that is the one with this number of so many exercises."""
    distinct, untouched, twins = (total // of + (number < total % of) for total in (size.distinct, size.untouched, size.twins))
    return replace(size, distinct=distinct, untouched=untouched, twins=twins)


def _drawn(exercise: Exercise, size: Size, rng: random.Random) -> list[_Answer]:
    """Return an answer of each student, shuffled: so many that differ, the first ones drawn the more often."""
    pool = _pool(exercise, size, rng)
    again = size.students - size.distinct - size.untouched
    assert again >= 0, "more answers than students"
    popular = rng.choices(pool, [1 / rank for rank in range(1, len(pool) + 1)], k=again) if again else []
    blank = _Answer(exercise.broken, Worth(0, exercise.manifest.full, "not-attempted"))
    found = [*pool, *popular, *[blank] * size.untouched]
    rng.shuffle(found)
    return found


def _pool(exercise: Exercise, size: Size, rng: random.Random) -> list[_Answer]:
    """Return answers that differ: every variant in turn, the solution first, each with edits of its own."""
    solution, *others = exercise.variants()
    rng.shuffle(others)
    base = [solution, *others][: size.variants]
    right = [variant for variant in base if variant.name == "solution" or variant.name.startswith("accept/")]
    wrong = [variant for variant in base if variant not in right]
    in_turn, right_ones, wrong_ones = (itertools.cycle(variants) for variants in (base, right, wrong))
    found: dict[str, _Answer] = {}
    while len(found) < size.distinct - size.twins:
        if size.right is None:
            variant = next(in_turn)
        else:
            so_far = sum(answer.worth.points == answer.worth.max for answer in found.values())
            variant = next(right_ones if so_far < size.right * (len(found) + 1) else wrong_ones)
        files = _files(exercise, variant)
        file = _go(files)
        files[file] = edited(files[file], rng)
        found.setdefault(code(files[file]), _Answer(files, worth(exercise, variant)))
    every = {answer.files[_go(answer.files)]: answer for answer in found.values()}
    originals = [*every.values()]
    while len(every) < size.distinct:
        answer = rng.choice(originals)
        file = _go(answer.files)
        text = laid_out(answer.files[file], rng)
        every.setdefault(text, replace(answer, files={**answer.files, file: text}))
    return [*every.values()]


def _go(files: Mapping[str, str]) -> str:
    """Return the name of the answer file that is edited."""
    return next(file for file in files if file.endswith(".go"))


def _files(exercise: Exercise, variant: Variant) -> dict[str, str]:
    """Return the answer files of a variant, which holds those alone that it changes."""
    paths = {file: variant.folder / file for file in exercise.manifest.answer}
    return {file: path.read_text(encoding="utf-8") if path.is_file() else exercise.read(file) for file, path in paths.items()}


def _damages(size: Size, students: Sequence[str], rng: random.Random) -> dict[str, Callable[[Handed], None]]:
    """Return the damage to the notebooks of some students, each kind before one comes again."""
    damaged = rng.sample(students, size.harmless + size.doubtful)
    kinds = [*_cycled([*HARMLESS], size.harmless, rng), *_cycled(ALONE, size.doubtful, rng)]
    return dict(zip(damaged, kinds, strict=True))


def _cycled(kinds: Sequence[Callable[[Handed], None]], number: int, rng: random.Random) -> Iterator[Callable[[Handed], None]]:
    """Yield so many kinds, in an order of their own."""
    order = rng.sample(kinds, len(kinds))
    for each in range(number):
        yield order[each % len(order)]


def main() -> None:
    """Put a class of as many students as the first argument says into the course of this repository."""
    from grader.course import Course

    course = Course(Path(__file__).parents[1] / "course")
    students = int(sys.argv[1])
    size = Size(students, students * 4, untouched=students, harmless=students // 6, doubtful=students // 6)
    hand_in(course, course.phase("03-concurrency"), size, seed=students)


if __name__ == "__main__":
    main()
