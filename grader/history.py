"""A learner's tries at an exercise: what the notebook that is handed in tells of them, beside its answers.

The kernel writes it into the answer cell's output. Who hands in may have changed it: what is odd
is no history, and no grade depends on one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from grader import progress

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from grader.course import Exercise
    from grader.store import Store, Try

MOST = 9999
"""Tries that are told; one more is as many."""

_LARGEST = 1 << 20  # bytes of a cell's outputs; a card with all it can show has a tenth
_LARGEST_NOTE = 1 << 14  # bytes of an output's metadata


@dataclass(frozen=True)
class History:
    """How often a learner tried an exercise, at which try it first passed, and which known wrong fixes were among the tries."""

    tries: int
    passed: int | None = None
    wrong: tuple[str, ...] = ()

    def note(self) -> dict[str, object]:
        """Return the metadata of the output that tells it."""
        return {"goprod": {"tries": self.tries, "passed": self.passed, "wrong": list(self.wrong)}}


def of(store: Store, exercise: Exercise) -> History | None:
    """Return the history of an exercise that the learner has changed, None before that. Raises StoreError."""
    tries = list(_different(progress.tries(store, exercise)))
    if not tries:
        return None
    passed = next((number for number, each in enumerate(tries, 1) if each.status == "pass"), None)
    verdicts = (store.verdict(each.key) for each in tries if each.key)
    wrong = dict.fromkeys(verdict.wrong.name for verdict in verdicts if verdict and verdict.wrong)
    return History(len(tries), passed, tuple(wrong))


def _different(tries: Iterable[Try]) -> Iterator[Try]:
    """Yield the tries that tell something new: not what failed by our fault, nor the same answer run again."""
    seen = set()
    for each in tries:
        # Tries that were carried here from another machine have no key.
        if each.status != "infra" and (not each.key or each.key not in seen):
            seen.add(each.key)
            yield each


class _Told(msgspec.Struct, frozen=True):
    tries: int
    passed: int | None = None
    wrong: list[str] = []


class _Note(msgspec.Struct, frozen=True):
    goprod: _Told | None = None


class _Output(msgspec.Struct, frozen=True, tag_field="output_type"):
    """An output of a cell; of one of no known type nothing is read."""


class _Display(_Output, frozen=True, tag="display_data"):
    metadata: msgspec.Raw = msgspec.Raw(b"{}")


class _Result(_Output, frozen=True, tag="execute_result"):
    pass


class _Stream(_Output, frozen=True, tag="stream"):
    pass


class _Error(_Output, frozen=True, tag="error"):
    pass


_outputs = msgspec.json.Decoder(list[_Display | _Result | _Stream | _Error])
_note = msgspec.json.Decoder(_Note)


def told(outputs: Iterable[msgspec.Raw], exercise: Exercise) -> History | None:
    """Return the longest history of an exercise that outputs of cells tell, each a cell's whole list; None if none does."""
    found = (_read(note, exercise) for each in outputs for note in _notes(bytes(each)))
    return max((each for each in found if each), key=lambda each: each.tries, default=None)


def _notes(outputs: bytes) -> list[bytes]:
    """Return the metadata of a cell's displays, as far as they can be read."""
    if len(outputs) > _LARGEST or b'"goprod"' not in outputs:
        return []
    try:
        notes = [bytes(each.metadata) for each in _outputs.decode(outputs) if isinstance(each, _Display)]
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return []
    return [note for note in notes if len(note) <= _LARGEST_NOTE]


def _read(note: bytes, exercise: Exercise) -> History | None:
    try:
        found = _note.decode(note).goprod
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    if found is None:
        return None
    tries = _clamped(found.tries, MOST)
    passed = None if found.passed is None else _clamped(found.passed, tries)
    return History(tries, passed, tuple(name for name in dict.fromkeys(found.wrong) if name in exercise.manifest.wrong))


def _clamped(number: int, most: int) -> int:
    return max(1, min(number, most))
