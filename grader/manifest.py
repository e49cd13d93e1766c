"""The manifest of an exercise, exercise.toml: its keys, and what makes it sound."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec

from grader.errors import ManifestError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WHOLE = frozenset({"build", "vet", "refused"})
"""Reasons of the whole answer: no test ran."""

FILES = ("answer", "given", "visible", "hidden")
"""The keys that name files of the exercise's folder."""

Fails = dict[str, Literal["race", "fail", "panic", "timeout", "leak", "memory", "limit", "pass", "build", "vet", "refused"]]

MEMORY_DEFAULT = 512  # MiB of address space is set elsewhere; this is what a test may use
TIMEOUT_DEFAULT = 10.0  # seconds of wall time for one test


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The base of every table of the manifest: unknown keys are errors."""


class TestEntry(Table, frozen=True):
    """A test of the judge: worth points if broken/ fails it, a cost if broken/ passes it."""

    points: Annotated[int, msgspec.Meta(ge=1)] | None = None
    cost: Annotated[int, msgspec.Meta(ge=1)] | None = None


class Solution(Table, frozen=True):
    """What the solution's page says of the canonical fix."""

    note: str = ""


class Accept(Table, frozen=True):
    """Another right fix: what it is, and its trade-off."""

    title: str
    note: str


class Broken(Table, frozen=True):
    """How broken/ fails: each failing test and why."""

    fails: Fails


class Wrong(Table, frozen=True):
    """A known wrong fix: how it fails, what tells it apart, and what to say."""

    fails: Fails
    message: str
    next: str = ""
    output: str = ""
    code: str = ""


class HiddenSummary(Table, frozen=True):
    """In a pack: how many tests are withheld, and their points."""

    tests: int
    points: int


class Manifest(Table, frozen=True, kw_only=True):
    """exercise.toml, key by key."""

    title: str
    minutes: Annotated[int, msgspec.Meta(ge=1)]
    package: Annotated[str, msgspec.Meta(pattern=r"^[a-z_][a-z0-9_]*$")]
    answer: Annotated[tuple[str, ...], msgspec.Meta(min_length=1, max_length=3)]
    imports: tuple[str, ...]
    tests: dict[str, TestEntry]
    version: Literal[1] = 1
    kind: Literal["package"] = "package"
    given: tuple[str, ...] = ()
    visible: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    selectors: tuple[str, ...] = ()
    """Names of packages outside `imports` that may be used alone: `syscall.SIGTERM`."""
    init: bool = False
    """Whether an answer may have `func init`."""
    loopback: bool = False
    """Whether the tests and the answer may use TCP on loopback."""
    vet: tuple[str, ...] = ()
    """Analyzers of vet beyond those of go test."""
    hints: tuple[str, ...] = ()
    timeout: Annotated[float, msgspec.Meta(gt=0, le=60)] = TIMEOUT_DEFAULT
    """Seconds of wall time for one test."""
    memory: Annotated[int, msgspec.Meta(ge=64, le=2048)] = MEMORY_DEFAULT
    """MiB of resident memory for one test."""
    solution: Solution = Solution()
    broken: Broken | None = None
    wrong: dict[str, Wrong] = {}
    accept: dict[str, Accept] = {}
    withheld: HiddenSummary | None = None

    @property
    def full(self) -> int:
        """The points of all tests that are here."""
        return sum(test.points or 0 for test in self.tests.values())


def load(path: Path) -> Manifest:
    """Read exercise.toml.

    Raises ManifestError with file, line and key where it is not sound.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ManifestError(path, f"cannot be read ({error.strerror}). Write one with `goprod new`.") from error
    except UnicodeDecodeError as error:
        raise ManifestError(path, "is not UTF-8. Save it as UTF-8.") from error
    return _parsed(path, text)


@functools.lru_cache(maxsize=256)
def _parsed(path: Path, text: str) -> Manifest:
    try:
        manifest = msgspec.toml.decode(text, type=Manifest)
    except msgspec.ValidationError as error:
        raise _validation_error(path, text, str(error)) from error
    except msgspec.DecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        raise ManifestError(path, f"is not TOML: {error}.", line=int(line[1]) if line else 0) from error
    for wrong, keys in _problems(manifest):
        raise ManifestError(path, wrong, key=".".join(keys), line=line_of(text, keys))
    return manifest


_MAPS: dict[str, Any] = {"tests": dict[str, TestEntry], "wrong": dict[str, Wrong], "accept": dict[str, Accept], "fails": Fails}
"""Tables whose keys the author chooses."""


def _validation_error(path: Path, text: str, problem: str) -> ManifestError:
    """Turn msgspec's words into file, line and key."""
    sentence, _, place = problem.partition(" - at `")
    parts = _spelled_out(msgspec.toml.decode(text), place)
    if unknown := re.search(r"unknown field `([^`]+)`", sentence):
        sentence = f"is not a key of the manifest. The keys are {', '.join(sorted(_fields_at(parts)))}"
        parts = [*parts, unknown[1]]
    elif missing := re.search(r"missing required field `([^`]+)`", sentence):
        sentence = "is missing. Add it"
        parts = [*parts, missing[1]]
    return ManifestError(path, f"{sentence[0].lower()}{sentence[1:]}.", key=".".join(parts), line=line_of(text, parts))


def _spelled_out(table: Any, place: str) -> list[str]:  # noqa: ANN401 - what TOML holds
    """Return the keys of a place such as `$.wrong[...].fails`, with the name that msgspec leaves out."""
    parts: list[str] = []
    for key, left_out in re.findall(r"\.(\w+)|(\[\.\.\.\])", place):
        name = next(name for name, value in table.items() if not _sound({name: value}, _MAPS[parts[-1]])) if left_out else key
        parts.append(name)
        table = table[name]
    return parts


def _sound(value: object, kind: Any) -> bool:  # noqa: ANN401 - a type
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return False
    return True


def _fields_at(parts: list[str]) -> tuple[str, ...]:
    tables: dict[str, type[Table]] = {
        "tests": TestEntry, "wrong": Wrong, "accept": Accept, "broken": Broken, "solution": Solution, "withheld": HiddenSummary,
    }  # fmt: skip
    table = tables.get(parts[0], Manifest) if parts else Manifest
    return table.__struct_fields__


def line_of(text: str, parts: list[str]) -> int:
    """Return the line of the deepest key of `parts` that a manifest's text shows, or 0."""
    table: list[str] = []
    deepest = line = 0
    for number, each in enumerate(text.split("\n"), 1):
        if header := re.match(r"\s*\[([^\[\]]+)\]", each):
            here = table = _keys(header[1])
        elif key := re.match(r"\s*([\w.*\"'-]+)\s*=", each):
            here = [*table, *_keys(key[1])]
        else:
            continue
        if len(here) > deepest and here == parts[: len(here)]:
            deepest, line = len(here), number
    return line


def _keys(dotted: str) -> list[str]:
    return [key.strip(" \t\"'") for key in dotted.split(".")]


def _problems(m: Manifest) -> Iterator[tuple[str, list[str]]]:
    """Yield what types cannot say, each with the key."""
    for name, test in m.tests.items():
        if (test.points is None) == (test.cost is None):
            yield "has neither or both of `points` and `cost`. Give it `points` if broken/ fails it, else a `cost`.", ["tests", name]
    yield from _problems_of_files(m)
    for name, entry in m.wrong.items():
        for key in ("output", "code"):
            try:
                re.compile(getattr(entry, key))
            except re.error as error:
                yield f"is not a regular expression ({error}). In quotes of '…' TOML keeps each backslash.", ["wrong", name, key]
    if m.broken:
        yield from _problems_of_fails(m, m.broken.fails, "broken")
    for name, entry in m.wrong.items():
        yield from _problems_of_fails(m, entry.fails, "wrong", name)


def _problems_of_files(m: Manifest) -> Iterator[tuple[str, list[str]]]:
    seen: set[str] = set()
    for key in FILES:
        for name in getattr(m, key):
            if not name or "/" in name or "\\" in name or name.startswith("."):
                yield f"{name!r} is not a plain file name. Name files in the exercise's own folder.", [key]
            if name in seen:
                yield f"names {name}, which is named already. A file has one part to play.", [key]
            seen.add(name)


def _problems_of_fails(m: Manifest, fails: Fails, *place: str) -> Iterator[tuple[str, list[str]]]:
    for check, reason in fails.items():
        if check != "*" and check not in m.tests:
            yield f"names {check}, which is not in [tests]. Declare it there or take it out.", [*place, "fails"]
        if reason in WHOLE and (check != "*" or len(fails) > 1):
            yield f'{reason!r} is a reason of the whole answer: write {{ "*" = "{reason}" }}.', [*place, "fails"]
