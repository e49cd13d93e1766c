"""The manifest of an exercise, exercise.toml: its keys, and what makes it sound."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec

from grader.errors import ManifestError

if TYPE_CHECKING:
    from pathlib import Path

Reason = Literal["race", "fail", "panic", "timeout", "leak", "pass"]
WholeReason = Literal["build", "vet", "refused"]
Fails = dict[str, Literal["race", "fail", "panic", "timeout", "leak", "pass", "build", "vet", "refused"]]

MEMORY_DEFAULT = 512  # MiB of address space is set elsewhere; this is what a test may use
TIMEOUT_DEFAULT = 10.0  # seconds of wall time for one test


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The base of every table of the manifest: unknown keys are errors."""


class TestEntry(Table):
    """A test of the judge: worth points if broken/ fails it, a cost if broken/ passes it."""

    points: Annotated[int, msgspec.Meta(ge=1)] | None = None
    cost: Annotated[int, msgspec.Meta(ge=1)] | None = None
    race: bool = True
    """False: built without the race detector, for tests that count allocations."""


class Solution(Table):
    """What the solution's page says of the canonical fix."""

    note: str = ""


class Accept(Table):
    """Another right fix: what it is, and its trade-off."""

    title: str
    note: str


class Broken(Table):
    """How broken/ fails: each failing test and why."""

    fails: Fails


class Wrong(Table):
    """A known wrong fix: how it fails, what tells it apart, and what to say."""

    fails: Fails
    message: str
    next: str = ""
    output: str = ""
    code: str = ""


class HiddenSummary(Table):
    """In a pack: how many tests are withheld, and their points."""

    tests: int
    points: int


class Manifest(Table, kw_only=True):
    """exercise.toml, key by key."""

    title: str
    minutes: Annotated[int, msgspec.Meta(ge=1)]
    package: str
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
    try:
        manifest = msgspec.toml.decode(text, type=Manifest)
    except msgspec.ValidationError as error:
        raise _validation_error(path, text, str(error)) from error
    except msgspec.DecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        raise ManifestError(path, f"is not TOML: {error}.", line=int(line[1]) if line else 0) from error
    _check(path, text, manifest)
    return manifest


def _validation_error(path: Path, text: str, problem: str) -> ManifestError:
    """Turn msgspec's words into file, line and key."""
    sentence, _, place = problem.partition(" - at `")
    parts = re.findall(r"[\w-]+", place.removeprefix("key in ").strip("`"))
    unknown = re.search(r"unknown field `([^`]+)`|missing required field `([^`]+)`", sentence)
    if unknown:
        parts.append(unknown[1] or unknown[2])
    if unknown and unknown[1]:
        sentence = f"is not a key of the manifest. The keys are {', '.join(sorted(_fields_at(parts[:-1])))}"
    elif unknown:
        sentence = "is missing. Add it"
    elif key := re.search(r"\[\.\.\.\]", place):
        parts = [part for part in parts if part != key[0]]
    line = _line_of(text, parts) if not (unknown and unknown[2]) else _line_of(text, parts[:-1])
    return ManifestError(path, sentence.replace("Expected", "expected") + ".", key=".".join(parts), line=line)


def _fields_at(parts: list[str]) -> tuple[str, ...]:
    tables: dict[str, type[Table]] = {
        "tests": TestEntry, "wrong": Wrong, "accept": Accept, "broken": Broken, "solution": Solution, "withheld": HiddenSummary,
    }  # fmt: skip
    table = tables.get(parts[0], Manifest) if parts else Manifest
    return table.__struct_fields__


def _line_of(text: str, parts: list[str]) -> int:
    """Return the line of the deepest key of `parts` that the text shows, or 0."""
    for end in range(len(parts), 0, -1):
        wanted = (rf"^\s*\[{re.escape('.'.join(parts[:end]))}\]", rf"^\s*[\"']?{re.escape(parts[end - 1])}[\"']?\s*=")
        for number, line in enumerate(text.splitlines(), 1):
            if any(re.search(pattern, line) for pattern in wanted):
                return number
    return 0


def _check(path: Path, text: str, m: Manifest) -> None:
    """Raise ManifestError for what types cannot say."""

    def wrong(problem: str, *key: str) -> ManifestError:
        return ManifestError(path, problem, key=".".join(key), line=_line_of(text, list(key)))

    for name, test in m.tests.items():
        if (test.points is None) == (test.cost is None):
            raise wrong("has neither or both of `points` and `cost`. Give it `points` if broken/ fails it, else a `cost`.", "tests", name)
    for key in ("answer", "given", "visible", "hidden"):
        for name in getattr(m, key):
            if "/" in name or "\\" in name or name.startswith("."):
                raise wrong(f"{name!r} is not a plain file name. Name files in the exercise's own folder.", key)
    for name, entry in m.wrong.items():
        for key in ("output", "code"):
            try:
                re.compile(getattr(entry, key))
            except re.error as error:
                raise wrong(f"is not a regular expression ({error}).", "wrong", name, key) from error
    places = [("broken", m.broken.fails)] if m.broken else []
    places += [(f"wrong.{name}", entry.fails) for name, entry in m.wrong.items()]
    for place, fails in places:
        whole = {"build", "vet", "refused"}
        for check, reason in fails.items():
            if check != "*" and check not in m.tests:
                raise wrong(f"names {check}, which is not in [tests]. Declare it there or take it out.", *place.split("."), "fails")
            if reason in whole and (check != "*" or len(fails) > 1):
                raise wrong(f'{reason!r} is a reason of the whole answer: write {{ "*" = "{reason}" }}.', *place.split("."), "fails")
