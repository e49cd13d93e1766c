"""The released notebook, solved rightly and wrongly in one kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.solving import COURSE, PHASE, course_copy, notebook, run

if TYPE_CHECKING:
    from pathlib import Path

    from grader.course import Exercise

EXERCISES = {exercise.slug: exercise for exercise in COURSE.exercises(PHASE)}


def variants(exercise: Exercise, kind: str) -> list[dict[str, str]]:
    """Return the answers of a kind, whole: a variant holds only the files that it replaces."""
    names = exercise.manifest.answer
    whole = {name: exercise.read(name) for name in names}
    found = [variant.folder for variant in exercise.variants() if variant.kind == kind]
    return [{**whole, **{name: (folder / name).read_text() for name in names if (folder / name).is_file()}} for folder in found]


def test_the_untouched_notebook_earns_nothing(tmp_path: Path) -> None:
    """Every grade cell of the notebook as released prints 0.0, and its card says that it was not tried."""
    scores = run(notebook({}), course_copy(tmp_path))
    assert {slug: plain for slug, (plain, _) in scores.items()} == dict.fromkeys(EXERCISES, "0.0")
    assert all("Not tried yet." in html for _, html in scores.values())


def test_the_solved_notebook_earns_everything(tmp_path: Path) -> None:
    """With the canonical answers every grade cell prints exactly its maximum."""
    (solved,) = zip(*(variants(exercise, "solution") for exercise in EXERCISES.values()), strict=True)
    scores = run(notebook(dict(zip(EXERCISES, solved, strict=True))), course_copy(tmp_path))
    assert {slug: plain for slug, (plain, _) in scores.items()} == dict.fromkeys(EXERCISES, "10.0")


@pytest.mark.parametrize("slug", EXERCISES)
def test_each_accept_earns_everything(slug: str, tmp_path: Path) -> None:
    """Every other right fix, typed into the notebook, prints the maximum and 'Passed:'."""
    folder = course_copy(tmp_path)
    for answer in variants(EXERCISES[slug], "accept"):
        plain, html = run(notebook({slug: answer}), folder, (slug,))[slug]
        assert (plain, "Passed:" in html) == ("10.0", True)


@pytest.mark.parametrize("slug", EXERCISES)
def test_each_wrong_is_spoken_to(slug: str, tmp_path: Path) -> None:
    """Every known wrong fix, typed into the notebook, earns less than the maximum and gets its message."""
    folder, exercise = course_copy(tmp_path), EXERCISES[slug]
    for wrong, answer in zip(exercise.manifest.wrong.values(), variants(exercise, "wrong"), strict=True):
        plain, html = run(notebook({slug: answer}), folder, (slug,))[slug]
        assert float(plain) < 10
        words = wrong.message.split()[-1].strip(".?")
        assert words in html
