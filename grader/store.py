"""The store: verdicts by their key, the learner's last answers, and what happened when.

One SQLite file, safe for several kernels at once. A damaged verdict is found by
its digest and counts as absent: the attempt runs again.
"""

from __future__ import annotations

import hashlib
import sqlite3
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from grader import verdict as verdicts
from grader.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from grader.verdict import Verdict

EventKind = Literal["check", "hint", "solution", "reset"]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS verdict (key TEXT PRIMARY KEY, slug TEXT NOT NULL, body BLOB NOT NULL, digest TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS answer (slug TEXT, file TEXT, text TEXT NOT NULL, at REAL NOT NULL, PRIMARY KEY (slug, file));
CREATE TABLE IF NOT EXISTS event (
    id INTEGER PRIMARY KEY, slug TEXT NOT NULL, at REAL NOT NULL, kind TEXT NOT NULL, key TEXT, status TEXT, points INTEGER, max INTEGER);
CREATE INDEX IF NOT EXISTS event_of_slug ON event (slug, kind, id);
"""


@dataclass(frozen=True)
class Try:
    """One check of an exercise: when (seconds since the epoch), and what came of it."""

    at: float
    key: str
    status: str
    points: int
    max: int


class Store:
    """A learner's or a cohort's store. Every method raises StoreError if the file cannot serve."""

    def __init__(self, path: Path | None) -> None:
        """Open or create the store at `path`; None keeps it in memory."""
        self.path = path
        with self._errors():
            if path is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path or ":memory:", timeout=10, isolation_level=None, check_same_thread=False)
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = NORMAL")
            self._db.executescript(_SCHEMA)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            damaged = type(error) is sqlite3.DatabaseError
            advice = "Move the file away: a new one is made" if damaged else "Free some space or make its folder writable"
            raise StoreError("store", f"the store {self.path or 'in memory'} cannot be used: {error}. {advice}.") from error

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def verdict(self, key: str) -> Verdict | None:
        """Return the verdict with this key, None if there is none or it is damaged."""
        with self._errors():
            row = self._db.execute("SELECT body, digest FROM verdict WHERE key = ?", (key,)).fetchone()
        if row is None or not isinstance(row[0], bytes) or hashlib.sha256(row[0]).hexdigest() != row[1]:
            return None
        try:
            return verdicts.decode(row[0])
        except msgspec.MsgspecError:
            return None

    def keep(self, verdict: Verdict) -> None:
        """Keep a verdict under its hash."""
        body = msgspec.json.encode(verdict)
        with self._errors():
            self._db.execute(
                "INSERT OR REPLACE INTO verdict VALUES (?, ?, ?, ?)",
                (verdict.hash, verdict.slug, body, hashlib.sha256(body).hexdigest()),
            )

    def save_answers(self, slug: str, files: Mapping[str, str]) -> None:
        """Keep the learner's text of answer files."""
        with self._errors():
            self._db.executemany("INSERT OR REPLACE INTO answer VALUES (?, ?, ?, ?)", [(slug, f, t, time.time()) for f, t in files.items()])

    def answers(self, slug: str) -> dict[str, str]:
        """Return the texts last kept, by file."""
        with self._errors():
            return dict(self._db.execute("SELECT file, text FROM answer WHERE slug = ?", (slug,)).fetchall())

    def forget_answers(self, slug: str) -> None:
        """Drop the kept texts: the next attempt starts from the code of the incident."""
        with self._errors():
            self._db.execute("DELETE FROM answer WHERE slug = ?", (slug,))

    def log(self, slug: str, kind: EventKind, verdict: Verdict | None = None) -> None:
        """Write down that something happened now."""
        row = (verdict.hash, verdict.status, verdict.points, verdict.max) if verdict else (None, None, None, None)
        with self._errors():
            self._db.execute(
                "INSERT INTO event (slug, at, kind, key, status, points, max) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (slug, time.time(), kind, *row),
            )

    def count(self, slug: str, kind: EventKind) -> int:
        """Return how often that happened."""
        with self._errors():
            return int(self._db.execute("SELECT count(*) FROM event WHERE slug = ? AND kind = ?", (slug, kind)).fetchone()[0])

    def tries(self, slug: str) -> list[Try]:
        """Return the checks of an exercise, oldest first."""
        with self._errors():
            rows = self._db.execute(
                "SELECT at, key, status, points, max FROM event WHERE slug = ? AND kind = 'check' ORDER BY id", (slug,)
            ).fetchall()
        return [Try(*row) for row in rows]

    def last_slug(self) -> str | None:
        """Return the exercise that was checked last."""
        with self._errors():
            row = self._db.execute("SELECT slug FROM event WHERE kind = 'check' ORDER BY id DESC LIMIT 1").fetchone()
        return row[0] if row else None


def open_store(folder: Path) -> Store:
    """Open the store in a state folder. Raises StoreError."""
    return Store(Path(folder) / "store.sqlite")
