"""The way of an attempt, with the steps that need Go played: what is kept, what is ours, and what a verdict depends on."""

from __future__ import annotations

import asyncio
import contextlib
import errno
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec
import pytest

from grader import check as checks
from grader import sandbox, toolchain
from grader import verdict as verdicts
from grader.attempt import Attempt
from grader.build import Built
from grader.check import check, check_many
from grader.errors import InfraError, SandboxError, StoreError, ToolchainError
from grader.guard import Inspection
from grader.inputs import digest, inputs
from grader.sandbox import Sandbox
from grader.store import Store, open_store
from grader.toolchain import Toolchain
from grader.verdict import Message, Refusal, Verdict

if TYPE_CHECKING:
    from grader.course import Exercise
    from grader.verdict import Status
    from tests.conftest import MakeExercise, Validate

BOX = Sandbox("none")
TOOLS = Toolchain(goroot=Path("/usr/lib/go"), version="go1.27.3", cc="gcc")


class Steps:
    """The steps of a check; each may be set to do something else, and `turns` counts the checks that ran."""

    def __init__(self) -> None:
        """Begin with steps under which every test passes."""
        self.inspection = Inspection(refusals=(), functions=(), uses={}, code={"till.go": "package till"})
        self.built = Built(binary=Path("attempt.test"))
        self.statuses: tuple[Status, Status] = ("pass", "pass")
        self.fault: Exception | None = None
        self.turns = 0

    async def inspect(self, *_: object) -> Inspection:
        """Play the guard."""
        self.turns += 1
        return self.inspection

    async def build(self, *_: object) -> Built:
        """Play the compiler."""
        if self.fault:
            raise self.fault
        return self.built

    async def run_tests(self, *_: object) -> tuple[verdicts.TestResult, ...]:
        """Play the tests: the first earns 10, the second costs 3."""
        one, two = self.statuses
        first = verdicts.TestResult("TestTwoSales", one, points=10 if one == "pass" else 0, max=10)
        return first, verdicts.TestResult("TestQuietDay", two, points=0 if two == "pass" else -3, cost=3)


@pytest.fixture(autouse=True)
def steps(monkeypatch: pytest.MonkeyPatch) -> Steps:
    """Give the steps, with a Go that needs no files."""
    played = Steps()

    async def importcfg(*_: object) -> Path:
        return Path("importcfg")

    async def best(_: Toolchain) -> Sandbox:
        return BOX

    monkeypatch.setattr(toolchain, "find", lambda: TOOLS)
    monkeypatch.setattr(sandbox, "best", best)
    monkeypatch.setattr(Toolchain, "importcfg", importcfg)
    monkeypatch.setattr("grader.guard.inspect", played.inspect)
    monkeypatch.setattr(checks, "build", played.build)
    monkeypatch.setattr(checks, "run_tests", played.run_tests)
    return played


@pytest.fixture
def attempt(exercise: Exercise) -> Attempt:
    """Give the solution as an attempt."""
    return Attempt.from_texts(exercise, {"till.go": exercise.read("till.go")})


def test_a_pass(attempt: Attempt, validate: Validate) -> None:
    """An attempt whose tests pass has their points, and says in which sandbox they ran."""
    verdict = validate(asyncio.run(check(attempt)))
    assert (verdict.status, verdict.points, verdict.max, verdict.slug) == ("pass", 10, 10, "takings")
    assert (verdict.rung, verdict.hash) == ("none", digest(attempt.files, inputs(attempt.exercise, TOOLS, "none")))


def test_costs_are_taken_off(attempt: Attempt, steps: Steps, validate: Validate) -> None:
    """What worked and was broken costs."""
    steps.statuses = ("pass", "race")
    verdict = validate(asyncio.run(check(attempt)))
    assert (verdict.status, verdict.points, verdict.max) == ("race", 7, 10)


def test_untouched_code(exercise: Exercise, steps: Steps, validate: Validate) -> None:
    """Untouched code is no attempt, and its tests are shown all the same."""
    steps.statuses = ("fail", "pass")
    verdict = validate(asyncio.run(check(Attempt.from_texts(exercise, {}))))
    assert (verdict.status, verdict.points, [t.status for t in verdict.tests]) == ("not-attempted", 0, ["fail", "pass"])


def test_what_is_refused_is_not_built(attempt: Attempt, steps: Steps, validate: Validate) -> None:
    """A refusal ends the way before anything is compiled."""
    steps.fault = AssertionError("it was built")
    steps.inspection = msgspec.structs.replace(steps.inspection, refusals=(Refusal("import", "No.", "till.go", 3),))
    verdict = validate(asyncio.run(check(attempt)))
    assert (verdict.status, verdict.points, verdict.max, verdict.tests) == ("refused", 0, 10, ())
    assert verdict.refusals == steps.inspection.refusals


@pytest.mark.parametrize("stage", ["build", "vet"])
def test_what_does_not_build_is_not_run(attempt: Attempt, steps: Steps, validate: Validate, stage: Status) -> None:
    """Errors of the compiler and objections of vet are told, and cost all points."""
    steps.built = Built(stage="build" if stage == "build" else "vet", errors=(Message("undefined: x", "till.go", 3, 1),))
    verdict = validate(asyncio.run(check(attempt)))
    assert (verdict.status, verdict.points, verdict.max, verdict.errors) == (stage, 0, 10, steps.built.errors)


def test_the_hidden_tests_of_a_pack(make_exercise: MakeExercise, validate: Validate) -> None:
    """In a pack, the verdict says how many tests run later, and for how many points."""
    manifest = make_exercise().read("exercise.toml")
    exercise = make_exercise({"exercise.toml": manifest + "\n[withheld]\ntests = 2\npoints = 4\n"})
    verdict = validate(asyncio.run(check(Attempt.from_texts(exercise, {"till.go": exercise.read("till.go")}))))
    assert verdict.hidden == verdicts.Hidden(2, 4)


def test_a_test_without_a_result_that_can_be_trusted(attempt: Attempt, steps: Steps, validate: Validate) -> None:
    """An invalid test makes the attempt invalid; the verdict names it, for the person who looks at it."""
    steps.statuses = ("invalid", "pass")
    verdict = validate(asyncio.run(check(attempt)))
    assert (verdict.status, verdict.fault, verdict.points) == ("invalid", "record", 0)
    assert verdict.detail == "TestTwoSales ended without a record that can be trusted."


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (InfraError("link", "the linker failed"), "link: the linker failed"),
        (OSError(errno.ENOSPC, "No space", "work"), "ENOSPC: [Errno 28] No space: 'work'. Free some space or memory, and run it again."),
        (OSError("odd"), "OSError: odd. Free some space or memory, and run it again."),
        (ZeroDivisionError("division by zero"), "ZeroDivisionError: division by zero"),
    ],
)
def test_our_own_failures(attempt: Attempt, steps: Steps, validate: Validate, fault: Exception, told: str) -> None:
    """What fails on our side is told as ours with a code, is no grade, and is not kept: the next check runs."""
    store = Store(None)
    steps.fault = fault
    verdict = validate(asyncio.run(check(attempt, store=store)))
    assert (verdict.status, f"{verdict.fault}: {verdict.detail}") == ("infra", told)
    assert store.verdict(verdict.hash) is None
    steps.fault = None
    assert asyncio.run(check(attempt, store=store)).status == "pass"


@pytest.mark.parametrize(
    ("stage", "detail"), [("timeout", "The compiler took more than 30 s."), ("memory", "The linker …"), ("limit", "The vet command …")]
)
def test_a_limit_before_any_test(
    attempt: Attempt, steps: Steps, validate: Validate, stage: Literal["timeout", "memory", "limit"], detail: str
) -> None:
    """Where one of Go's tools reaches a limit, the verdict is that limit, with its sentence, and no point."""
    steps.built = Built(stage=stage, detail=detail)
    verdict = validate(asyncio.run(check(attempt)))
    assert (verdict.status, verdict.detail, verdict.points, verdict.max, verdict.tests) == (stage, detail, 0, 10, ())


def test_the_sandbox_that_is_given(attempt: Attempt, steps: Steps, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sandbox that is given is used, and is told with the verdict; no other is looked for. Another rung is judged anew."""

    async def best(_: Toolchain) -> Sandbox:
        raise AssertionError

    monkeypatch.setattr(sandbox, "best", best)
    store = Store(None)
    verdicts = [asyncio.run(check(attempt, store=store, box=Sandbox(rung))) for rung in ("none", "rlimits", "none")]
    assert [verdict.rung for verdict in verdicts] == ["none", "rlimits", "none"]
    assert steps.turns == 2


def test_no_sandbox(attempt: Attempt, monkeypatch: pytest.MonkeyPatch, validate: Validate) -> None:
    """A sandbox that cannot be prepared is our failure, and no grade; a wish that cannot be met is an error."""
    fault: Exception = InfraError("build-confine", "it does not build")

    async def best(_: Toolchain) -> Sandbox:
        raise fault

    monkeypatch.setattr(sandbox, "best", best)
    verdict = validate(asyncio.run(check(attempt)))
    assert (verdict.status, verdict.fault, verdict.detail, verdict.max) == ("infra", "build-confine", "it does not build", 10)
    fault = SandboxError("The sandbox landlock is out of reach here: old.")
    with pytest.raises(SandboxError, match="out of reach"):
        asyncio.run(check(attempt))


def test_no_go(attempt: Attempt, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without Go there is no verdict, and the error says what to install."""

    def find() -> Toolchain:
        raise ToolchainError("go-missing", "Install it.")

    monkeypatch.setattr(toolchain, "find", find)
    with pytest.raises(ToolchainError, match=r"Install it\."):
        asyncio.run(check(attempt))


def test_the_same_attempt_is_judged_once(attempt: Attempt, steps: Steps) -> None:
    """An attempt that was judged before has its verdict from the store; the try is written down all the same."""
    store = Store(None)
    first, second = (asyncio.run(check(attempt, store=store)) for _ in range(2))
    assert first == second
    assert steps.turns == 1
    assert [(t.key, t.status, t.points) for t in store.tries("takings")] == [(first.hash, "pass", 10)] * 2


def test_a_full_disk(attempt: Attempt, tmp_path: Path, validate: Validate) -> None:
    """Where the store is full, the verdict stands and says that it was not saved, and what to do."""
    store = open_store(tmp_path)
    pages = store._db.execute("PRAGMA page_count").fetchone()[0]
    store._db.execute(f"PRAGMA max_page_count = {pages}")  # SQLite then says what it says on a full disk
    with contextlib.suppress(StoreError):
        for number in range(1000):
            store.keep(Verdict(slug="x", status="pass", hash=f"x{number}"))
    verdict = validate(asyncio.run(check(attempt, store=store)))
    assert (verdict.status, verdict.points) == ("pass", 10)
    assert verdict.detail.startswith("Not saved: ")
    assert verdict.detail.endswith("database or disk is full. Free some space or make its folder writable.")


def test_a_store_that_was_taken_away(attempt: Attempt, tmp_path: Path, validate: Validate) -> None:
    """A store that can be neither read nor written costs nothing but the saving."""
    store = open_store(tmp_path)
    store._db.execute("DROP TABLE verdict")
    verdict = validate(asyncio.run(check(attempt, store=store)))
    assert (verdict.status, verdict.points) == ("pass", 10)
    assert verdict.detail.startswith("Not saved: the store ")


def test_many(exercise: Exercise, attempt: Attempt) -> None:
    """Several attempts come back in their order."""
    other = Attempt.from_texts(exercise, {})
    assert [verdict.status for verdict in check_many([attempt, other, attempt])] == ["pass", "not-attempted", "pass"]


def test_cancelled(attempt: Attempt, steps: Steps, monkeypatch: pytest.MonkeyPatch) -> None:
    """A check that is cancelled ends as cancelled, and not with a verdict."""

    async def forever(*_: object) -> Built:
        await asyncio.sleep(30)
        return steps.built

    monkeypatch.setattr(checks, "build", forever)

    async def cancel() -> None:
        await asyncio.wait_for(check(attempt), 0.05)

    with pytest.raises(TimeoutError):
        asyncio.run(cancel())
