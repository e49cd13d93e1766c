"""A cohort's ledger: its store of verdicts, which of them counts for each answer, and what people decided.

Equal answers have one verdict that counts, whoever wrote them. It stays the one that counts
when tests, limits or Go change, until a regrade is applied.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec

from grader.inputs import digest
from grader.store import Store

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from grader.attempt import Attempt
    from grader.course import Course
    from grader.verdict import Verdict

WHOLE = "*"
"""The exercise of a grade or a decision that speaks for a whole submission."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS counts (answer TEXT PRIMARY KEY, key TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS program (digest TEXT PRIMARY KEY, key TEXT NOT NULL, lines TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS decision (
    id INTEGER PRIMARY KEY, phase TEXT NOT NULL, student TEXT NOT NULL, exercise TEXT NOT NULL, body BLOB NOT NULL, digest TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS decision_of_phase ON decision (phase);
"""


class Decision(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a person decided on what was held: grade these texts, set the points, or ask for it again.

    It holds for the notebook that it was taken on, `notebook` being that one's digest; not for a later one.
    """

    student: str
    exercise: str
    """A slug, or `*` for all of a submission, which can only be asked for again."""
    notebook: str
    who: str
    why: str
    at: float
    """Seconds since the epoch."""
    files: dict[str, str] | None = None
    """The text of each answer file, taken from the cells that a person chose."""
    points: int | None = None
    ask: bool = False

    @property
    def what(self) -> str:
        """The decision in a few words."""
        if self.files is not None:
            return "graded as chosen"
        return "asked for again" if self.points is None else f"set to {self.points}"


class Ledger(Store):
    """A cohort's store. Every method raises StoreError if the file cannot serve."""

    def __init__(self, path: Path | None) -> None:
        """Open or create the ledger at `path`; None keeps it in memory."""
        super().__init__(path)
        with self._errors():
            self._db.executescript(_SCHEMA)

    def counting(self, attempt: Attempt) -> Verdict | None:
        """Return the verdict that counts for an answer, None if there is none or it is not about this very answer."""
        with self._errors():
            row = self._db.execute("SELECT key FROM counts WHERE answer = ?", (attempt.digest,)).fetchone()
        return self.verdict_on(attempt, str(row[0])) if row else None

    def verdict_on(self, attempt: Attempt, key: str) -> Verdict | None:
        """Return the verdict with this key, None if there is none or it is not about this very answer."""
        found = self.verdict(key)
        fits = found is not None and found.slug == attempt.exercise.slug and found.hash == key == digest(attempt.files, found.inputs)
        return found if fits else None

    def adopt(self, verdicts: Sequence[tuple[Attempt, Verdict]]) -> None:
        """Let verdicts that are kept be the ones that count for their answers: all of them, or none."""
        rows = [(attempt.digest, verdict.hash) for attempt, verdict in verdicts]
        with self._errors(), self._db:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.executemany("INSERT OR REPLACE INTO counts VALUES (?, ?)", rows)

    def twin(self, digest: str) -> tuple[Verdict, dict[str, tuple[int, ...]]] | None:
        """Return the verdict on an answer that is this program, and on which lines its code is, by file."""
        with self._errors():
            row = self._db.execute("SELECT key, lines FROM program WHERE digest = ?", (digest,)).fetchone()
        found = self.verdict(str(row[0])) if row else None
        if found is None:
            return None
        try:
            return found, msgspec.json.decode(row[1], type=dict[str, tuple[int, ...]])
        except (msgspec.MsgspecError, TypeError):
            return None

    def keep_program(self, digest: str, verdict: Verdict, lines: Mapping[str, Sequence[int]]) -> None:
        """Keep which verdict is on this program; it has to be kept itself."""
        with self._errors():
            row = (digest, verdict.hash, msgspec.json.encode(dict(lines)).decode())
            self._db.execute("INSERT OR REPLACE INTO program VALUES (?, ?, ?)", row)

    def decide(self, phase: str, decision: Decision) -> None:
        """Write a decision down. The last one on an exercise holds; the ones before stay written."""
        body = msgspec.json.encode(decision)
        row = (phase, decision.student, decision.exercise, body, hashlib.sha256(body).hexdigest())
        with self._errors():
            self._db.execute("INSERT INTO decision (phase, student, exercise, body, digest) VALUES (?, ?, ?, ?, ?)", row)

    def decisions(self, phase: str) -> list[Decision]:
        """Return a phase's decisions, oldest first. One that was damaged in the file is none."""
        with self._errors():
            rows = self._db.execute("SELECT body, digest FROM decision WHERE phase = ? ORDER BY id", (phase,)).fetchall()
        return [
            msgspec.json.decode(body, type=Decision)
            for body, checked in rows
            if isinstance(body, bytes) and hashlib.sha256(body).hexdigest() == checked
        ]


def open_ledger(course: Course) -> Ledger:
    """Open the ledger of a course's cohort. Raises StoreError."""
    return Ledger(course.root / ".goprod" / "cohort.sqlite")
