"""Attacks on exercises of the course itself, where the victim lacks what they need."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from grader.attempt import Attempt
from grader.check import check
from grader.course import Course

COURSE = Course(Path(__file__).parents[2] / "course")
ATTACKS = sorted(folder for folder in (Path(__file__).parent / "course").glob("*/*") if folder.is_dir())


@pytest.mark.parametrize("folder", ATTACKS, ids=lambda folder: f"{folder.parent.name}-{folder.name}")
def test_no_attack_earns_a_point(folder: Path) -> None:
    """An attack on an exercise earns nothing; as most of these end at a time limit, on the best rung alone."""
    attempt = Attempt.from_folder(COURSE.exercise(folder.parent.name), folder)
    assert asyncio.run(check(attempt)).points == 0
