"""The store: what it keeps, and what it says where it cannot."""

from __future__ import annotations

import sqlite3
import threading
from typing import TYPE_CHECKING

import pytest

from grader import verdict as verdicts
from grader.errors import StoreError
from grader.store import Store, open_store
from grader.verdict import Message, Verdict

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Validate

FAILED = Verdict(
    slug="takings",
    status="fail",
    max=10,
    points=4,
    hash="k1",
    seconds=0.5,
    tests=(
        verdicts.TestResult("TestA", "fail", max=6, messages=(Message("got 3\n世界", "till_test.go", 7),)),
        verdicts.TestResult("TestB", "pass", points=4, max=4),
    ),
)
PASSED = Verdict(slug="takings", status="pass", max=10, points=10, hash="k2")


def test_a_verdict_comes_back_as_it_was(tmp_path: Path, validate: Validate) -> None:
    """What is kept under its hash is found again, also after the file was closed; a later one replaces it."""
    store = open_store(tmp_path / "state")
    store.keep(validate(FAILED))
    store.close()
    store = open_store(tmp_path / "state")
    assert store.verdict("k1") == FAILED
    assert store.verdict("k2") is None
    store.keep(Verdict(slug="takings", status="race", hash="k1"))
    assert store.verdict("k1") == Verdict(slug="takings", status="race", hash="k1")


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE verdict SET body = x'7b7d'",
        "UPDATE verdict SET digest = 'x'",
        "UPDATE verdict SET body = substr(body, 2)",
        "UPDATE verdict SET body = 'a text'",
        "UPDATE verdict SET body = x'7b7d', digest = '44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a'",
    ],
)
def test_a_damaged_verdict_counts_as_absent(tmp_path: Path, damage: str) -> None:
    """A verdict that was changed in the file, or that is none, is as if it were not there."""
    store = Store(tmp_path / "store.sqlite")
    store.keep(FAILED)
    with sqlite3.connect(tmp_path / "store.sqlite") as other:
        assert other.execute(damage).rowcount == 1
    assert store.verdict("k1") is None


def test_answers() -> None:
    """The last text of each file is kept, exercise by exercise, until it is forgotten."""
    store = Store(None)
    store.save_answers("takings", {"till.go": "one", "desk.go": "two\r\n\0"})
    store.save_answers("takings", {"till.go": "three"})
    store.save_answers("other", {"till.go": "four"})
    assert store.answers("takings") == {"till.go": "three", "desk.go": "two\r\n\0"}
    store.forget_answers("takings")
    assert (store.answers("takings"), store.answers("other")) == ({}, {"till.go": "four"})


def test_what_happened() -> None:
    """Checks are told oldest first with what came of them; other events are counted."""
    store = Store(None)
    assert store.last_slug() is None
    for verdict in (FAILED, PASSED):
        store.log("takings", "check", verdict)
    store.log("takings", "hint")
    store.log("other", "hint")
    first, second = store.tries("takings")
    assert (first.key, first.status, first.points, first.max) == ("k1", "fail", 4, 10)
    assert (second.key, second.status) == ("k2", "pass")
    assert first.at <= second.at
    assert [store.count("takings", kind) for kind in ("check", "hint", "reset")] == [2, 1, 0]
    assert store.last_slug() == "takings"


def test_several_at_once(tmp_path: Path) -> None:
    """Several kernels write to one store at once, and nothing is lost."""

    def work(number: int) -> None:
        store = open_store(tmp_path)
        for turn in range(20):
            store.log(f"slug-{number}", "check", FAILED)
            store.save_answers("shared", {f"{number}-{turn}.go": "x"})
        store.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    store = open_store(tmp_path)
    assert [store.count(f"slug-{number}", "check") for number in range(4)] == [20] * 4
    assert len(store.answers("shared")) == 80


def test_a_full_disk(tmp_path: Path) -> None:
    """On a full disk a write is refused with what to do, and what was kept before stands."""
    store = open_store(tmp_path)
    store.keep(FAILED)
    pages = store._db.execute("PRAGMA page_count").fetchone()[0]
    store._db.execute(f"PRAGMA max_page_count = {pages}")  # SQLite then says what it says on a full disk
    with pytest.raises(StoreError, match=r"store\.sqlite cannot be used: database or disk is full\. Free some space") as caught:
        store.save_answers("takings", {"till.go": "x" * 100_000})
    assert caught.value.exit_code == 3
    assert store.verdict("k1") == FAILED
    assert store.answers("takings") == {}


def test_a_read_only_folder(read_only: Path) -> None:
    """Where the folder cannot be written, that is told with what to do."""
    with pytest.raises(StoreError, match=r"unable to open database file\. Free some space or make its folder writable\.$"):
        open_store(read_only)
    with pytest.raises(StoreError, match=r"Permission denied.*make its folder writable\.$"):
        open_store(read_only / "state")


def test_a_file_in_the_way(tmp_path: Path) -> None:
    """A file where the folder should be is told."""
    (tmp_path / "state").touch()
    with pytest.raises(StoreError, match="cannot be used"):
        open_store(tmp_path / "state")


def test_not_a_database(tmp_path: Path) -> None:
    """A file that is no database is told, with what to do about it."""
    (tmp_path / "store.sqlite").write_bytes(b"not a database" * 100)
    with pytest.raises(StoreError, match=r"file is not a database\. Move the file away: a new one is made\.$"):
        open_store(tmp_path)
