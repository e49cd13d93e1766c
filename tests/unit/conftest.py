"""Fixtures of tests of a cohort: its exercise, its ledger, its judge that is played."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from grader.ledger import Ledger
from tests.unit.cohorts import Judge

if TYPE_CHECKING:
    from grader.course import Exercise
    from tests.conftest import MakeExercise


@pytest.fixture
def judge(monkeypatch: pytest.MonkeyPatch) -> Judge:
    """Give the judge that is played."""
    return Judge(monkeypatch)


@pytest.fixture
def assigned(make_exercise: MakeExercise) -> Exercise:
    """Give the exercise, in a course with a lesson."""
    made = make_exercise()
    (made.folder.parent / "lesson.md").write_text("# Takings\n\n```{exercise} takings\n```\n")
    return made


@pytest.fixture
def ledger() -> Ledger:
    """Give an empty ledger."""
    return Ledger(None)
