"""The ledger: which verdict counts for an answer, and what people decided."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

from grader.errors import StoreError
from grader.inputs import digest
from grader.ledger import Decision, Ledger
from grader.verdict import Inputs, Verdict
from tests.unit.cohorts import FULL, OTHER, RIGHT, SLUG, attempt

if TYPE_CHECKING:
    from pathlib import Path

    from grader.course import Exercise

DECISION = Decision(student="ada", exercise=SLUG, notebook="n1", who="Grace", why="The cell is whole.", at=1.5, points=7)


def verdict(exercise: Exercise, text: str, **inputs: str) -> Verdict:
    """Return a passing verdict on an answer."""
    made = Inputs(**inputs)
    return Verdict(slug=SLUG, status="pass", points=FULL, max=FULL, hash=digest(attempt(exercise, text).files, made), inputs=made)


def test_what_counts(assigned: Exercise, tmp_path: Path) -> None:
    """The verdict that was adopted counts for its answer and no other; adopting a later one keeps the first in the file."""
    first, later = verdict(assigned, RIGHT, tests="1"), verdict(assigned, RIGHT, tests="2")
    ledger = Ledger(tmp_path / "l")
    ledger.keep(first)
    assert ledger.counting(attempt(assigned, RIGHT)) is None
    ledger.adopt([(attempt(assigned, RIGHT), first)])
    assert Ledger(tmp_path / "l").counting(attempt(assigned, RIGHT)) == first
    assert ledger.counting(attempt(assigned, OTHER)) is None
    ledger.keep(later)
    ledger.adopt([(attempt(assigned, RIGHT), later)])
    assert ledger.counting(attempt(assigned, RIGHT)) == later
    assert ledger.verdict(first.hash) == first


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE counts SET key = (SELECT key FROM verdict WHERE key != counts.key)",
        "UPDATE verdict SET body = substr(body, 2)",
        "DELETE FROM verdict",
        "UPDATE counts SET key = x'00'",
    ],
)
def test_damage_never_counts(assigned: Exercise, tmp_path: Path, damage: str) -> None:
    """A verdict that was damaged, or that is about another answer, does not count."""
    ledger = Ledger(tmp_path / "l")
    ledger.keep(verdict(assigned, OTHER))
    ledger.keep(right := verdict(assigned, RIGHT))
    ledger.adopt([(attempt(assigned, RIGHT), right)])
    with sqlite3.connect(tmp_path / "l") as file:
        file.execute(damage)
    assert ledger.counting(attempt(assigned, RIGHT)) is None


def test_all_or_none(assigned: Exercise, tmp_path: Path) -> None:
    """Where one of several verdicts cannot be adopted, none is."""
    ledger = Ledger(tmp_path / "l")
    good, bad = verdict(assigned, RIGHT), verdict(assigned, OTHER)
    ledger.keep(good)
    ledger._db.execute("CREATE TRIGGER no BEFORE INSERT ON counts WHEN NEW.key = '" + bad.hash + "' BEGIN SELECT RAISE(FAIL, 'no'); END")
    with pytest.raises(StoreError, match="no"):
        ledger.adopt([(attempt(assigned, RIGHT), good), (attempt(assigned, OTHER), bad)])
    assert ledger.counting(attempt(assigned, RIGHT)) is None
    ledger.adopt([(attempt(assigned, RIGHT), good)])
    assert ledger.counting(attempt(assigned, RIGHT)) == good


def test_decisions(tmp_path: Path) -> None:
    """Decisions stay in their order, by phase; one that was damaged in the file is none."""
    ledger = Ledger(tmp_path / "l")
    later = Decision(student="ada", exercise="*", notebook="n2", who="Grace", why="Cut off.", at=2, ask=True)
    ledger.decide("01-basics", DECISION)
    ledger.decide("01-basics", later)
    ledger.decide("02-errors", later)
    assert Ledger(tmp_path / "l").decisions("01-basics") == [DECISION, later]
    with sqlite3.connect(tmp_path / "l") as file:
        file.execute("UPDATE decision SET body = replace(body, '7', '9') WHERE id = 1")
    assert ledger.decisions("01-basics") == [later]
    assert [each.what for each in (DECISION, later)] == ["set to 7", "asked for again"]
