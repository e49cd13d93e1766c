"""The released notebook, solved rightly and wrongly in one kernel."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

import pytest

from tests.e2e.solving import COURSE, PHASE, course_copy, notebook, run, run_each

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
    answers = variants(EXERCISES[slug], "accept")
    shown = run_each(slug, answers, course_copy(tmp_path))
    assert [(plain, "Passed:" in html) for plain, html in shown] == [("10.0", True)] * len(answers)


@pytest.mark.parametrize("slug", EXERCISES)
def test_each_wrong_is_spoken_to(slug: str, tmp_path: Path) -> None:
    """Every known wrong fix, typed into the notebook, earns less than the maximum and gets its message."""
    exercise = EXERCISES[slug]
    shown = run_each(slug, variants(exercise, "wrong"), course_copy(tmp_path))
    for wrong, (plain, page) in zip(exercise.manifest.wrong.values(), shown, strict=True):
        assert float(plain) < 10
        assert plain_words(wrong.message)[-40:] in plain_words(re.sub(r"<style>.*?</style>|<[^>]+>", "", page))


def plain_words(text: str) -> str:
    """Return the letters of a text: marks and spaces are the card's."""
    return re.sub(r"[^A-Za-z]", "", html.unescape(text))
