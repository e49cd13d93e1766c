"""What a verdict is: the JSON document that every host shows, stores or grades from."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

Status = Literal[
    "not-attempted",
    "refused",
    "build",
    "vet",
    "fail",
    "race",
    "panic",
    "leak",
    "timeout",
    "memory",
    "limit",
    "pass",
    "invalid",
    "infra",
]
"""How an attempt or a test ended. `invalid` is held for a person, `infra` is never a grade."""

GRAVEST_FIRST: tuple[Status, ...] = (
    "infra",
    "invalid",
    "memory",
    "limit",
    "timeout",
    "panic",
    "race",
    "leak",
    "fail",
    "pass",
)
"""Which of its tests' statuses an attempt has: the first of these that one of them has."""


class Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The base of everything in a verdict: immutable, strict JSON."""


class Frame(Document, frozen=True):
    """One line of a stack. `file` is bare for the attempt's and the tests' files, else a path."""

    function: str
    file: str
    line: int


class Held(Document, frozen=True):
    """A lock that the source holds at a place: the expression and the line that locked it."""

    lock: str
    line: int


class Access(Document, frozen=True):
    """One side of a data race. `frames` is innermost first, `created` where its goroutine began."""

    kind: Literal["read", "write"]
    goroutine: str
    frames: tuple[Frame, ...]
    created: tuple[Frame, ...] = ()
    held: tuple[Held, ...] | None = None
    """Locks held there as the source reads; None where it cannot be told."""
    variable: str = ""
    """The expression at the access, `c.orders`, where it can be told."""


class Race(Document, frozen=True):
    """A report of the race detector, the later access first."""

    accesses: tuple[Access, Access]
    report: str


class Goroutine(Document, frozen=True):
    """A goroutine of a crash dump: what it waits for, and where."""

    name: str
    state: str
    frames: tuple[Frame, ...]
    created: tuple[Frame, ...] = ()


class Message(Document, frozen=True):
    """A line that a test reported, or a compile or vet error, at its place."""

    text: str
    file: str = ""
    line: int = 0
    column: int = 0


class Refusal(Document, frozen=True):
    """What the guard refuses: the rule by name, the place, and why in a sentence."""

    rule: str
    text: str
    file: str
    line: int
    column: int = 0
    end_column: int = 0


class Function(Document, frozen=True):
    """A function of the attempt and its lines, for excerpts: `Average`, `(*Counter).Add`."""

    name: str
    file: str
    start: int
    end: int


class TestResult(Document, frozen=True):
    """How one test ended and what it is worth."""

    name: str
    status: Status
    points: int = 0
    """What it earned: 0 to `max`, or minus `cost` where it broke what worked."""
    max: int = 0
    cost: int = 0
    visible: bool = True
    story: str = ""
    """The test's doc comment: said for it when it raced, crashed or hung."""
    messages: tuple[Message, ...] = ()
    race: Race | None = None
    panic: str = ""
    goroutines: tuple[Goroutine, ...] = ()
    output: str = ""
    """What it printed, its first and last part; empty for a pass."""
    seconds: float = 0.0


class WrongFix(Document, frozen=True):
    """A known wrong fix that the attempt was recognised as."""

    name: str
    message: str
    next: str = ""


class Hidden(Document, frozen=True):
    """Tests that are not here: how many, and their points together."""

    tests: int
    points: int


class Inputs(Document, frozen=True):
    """What a verdict depends on beside the answer: versions in words, files as digests."""

    grader: str = ""
    go: str = ""
    sandbox: str = ""
    tests: str = ""
    manifest: str = ""
    given: str = ""
    helpers: str = ""
    modules: str = ""


class Verdict(Document, frozen=True, kw_only=True):
    """What came of one attempt at one exercise."""

    schema: Literal[1] = 1
    slug: str
    status: Status
    points: int = 0
    max: int = 0
    tests: tuple[TestResult, ...] = ()
    hidden: Hidden | None = None
    """In a cohort's pack: the tests that run when the instructor collects."""
    refusals: tuple[Refusal, ...] = ()
    errors: tuple[Message, ...] = ()
    """Compile or vet errors of the attempt, in the order of the compiler."""
    functions: tuple[Function, ...] = ()
    wrong: WrongFix | None = None
    fault: str = ""
    """For infra and invalid: the code that the log explains."""
    detail: str = ""
    """For infra, invalid and limits: a sentence for a person."""
    rung: str = ""
    """The sandbox that the tests ran in."""
    inputs: Inputs = Inputs()
    hash: str = ""
    """Of the inputs and the answer; the verdict's key in the store."""
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        """Whether every test that is here passed."""
        return self.status == "pass"


def encode(verdict: Verdict) -> bytes:
    """Return the verdict as JSON with every key present, ready for a machine to read."""
    return msgspec.json.format(msgspec.json.encode(_full(verdict)), indent=2)


def decode(data: bytes | str) -> Verdict:
    """Read a verdict back.

    Raises msgspec.ValidationError where the document is not one.
    """
    return msgspec.json.decode(data, type=Verdict)


def json_schema() -> dict[str, Any]:
    """Return the published JSON Schema (draft 2020-12) of a verdict."""
    schema = msgspec.json.schema(Verdict)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Verdict", **schema}


def _full(value: object) -> Any:  # noqa: ANN401 - JSON is what it returns
    """Spell out defaults, so that a reader need not know them."""
    if isinstance(value, Document):
        return {f: _full(getattr(value, f)) for f in value.__struct_fields__}
    if isinstance(value, tuple):
        return [_full(item) for item in value]
    return value


def overall(tests: tuple[TestResult, ...]) -> Status:
    """Return the status of an attempt from those of its tests: the gravest."""
    found = {test.status for test in tests}
    return next((status for status in GRAVEST_FIRST if status in found), "invalid")


def score(tests: tuple[TestResult, ...]) -> tuple[int, int]:
    """Return points earned and reachable: max(0, points of what passes - costs of what fails)."""
    return max(0, sum(test.points for test in tests)), sum(test.max for test in tests)
