"""The way of an attempt: guard, build, tests, verdict; and never twice for the same."""

from __future__ import annotations

import asyncio
import errno
import logging
import time
import traceback
from typing import TYPE_CHECKING

import msgspec

from grader import guard, sandbox, toolchain, workplace
from grader.build import build
from grader.errors import InfraError, StoreError, UsageError
from grader.inputs import digest, inputs
from grader.judge import run_tests
from grader.recognise import recognise
from grader.verdict import Hidden, Inputs, Verdict, overall, score

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from grader.attempt import Attempt
    from grader.guard import Inspection
    from grader.sandbox import Sandbox
    from grader.store import Store
    from grader.toolchain import Toolchain

log = logging.getLogger(__name__)


async def check(
    attempt: Attempt, *, store: Store | None = None, box: Sandbox | None = None, known: Callable[[Inspection], Verdict | None] | None = None
) -> Verdict:
    """Return the verdict on an attempt, from the store if it was judged before; in the best sandbox, if none is given.

    `known` may give the verdict on what the guard has found, so that it need not be built and run.

    A verdict that could not be kept says so in `detail`. Our own failures are the
    verdict `infra` with a code, never an exception; it is not kept. Raises ToolchainError
    if there is no Go to judge with, SandboxError if GOPROD_RUNG names a rung that is out
    of reach. When cancelled, everything that was started is killed.
    """
    start = time.monotonic()
    tools = toolchain.find()
    key, depends_on = "", Inputs()
    try:
        box = box or await sandbox.best(tools)
        depends_on = inputs(attempt.exercise, tools, box.rung)
        key = digest(attempt.files, depends_on)
        if store is not None and (kept := _known(store, key)) is not None:
            return _kept(store, kept, fresh=False)
        verdict = await _judge(attempt, tools, box, known)
    except UsageError:
        raise
    except InfraError as error:
        verdict = _infra(attempt, error.code, str(error))
    except OSError as error:
        verdict = _infra(
            attempt, errno.errorcode.get(error.errno or 0, "OSError"), f"{error}. Free some space or memory, and run it again."
        )
    except Exception as error:  # noqa: BLE001 - a fault of ours must not look like the learner's
        log.error("fault in %s\n%s", attempt.exercise.slug, traceback.format_exc())  # noqa: TRY400 - the same, as one text
        verdict = _infra(attempt, type(error).__name__, str(error))
    seconds = round(time.monotonic() - start, 3)
    verdict = msgspec.structs.replace(verdict, hash=key, rung=depends_on.sandbox, inputs=depends_on, seconds=seconds)
    return verdict if store is None else _kept(store, verdict, fresh=verdict.status != "infra")


def check_many(attempts: Sequence[Attempt]) -> list[Verdict]:
    """Return the verdicts on several attempts, two at a time, without a store."""

    async def all_of_them() -> list[Verdict]:
        turns = asyncio.Semaphore(2)

        async def one(attempt: Attempt) -> Verdict:
            async with turns:
                return await check(attempt)

        return list(await asyncio.gather(*map(one, attempts)))

    return asyncio.run(all_of_them())


async def _judge(attempt: Attempt, tools: Toolchain, box: Sandbox, known: Callable[[Inspection], Verdict | None] | None) -> Verdict:
    exercise = attempt.exercise
    manifest = exercise.manifest
    hidden = Hidden(manifest.withheld.tests, manifest.withheld.points) if manifest.withheld else None
    importcfg = await tools.importcfg(exercise)
    inspection = await guard.inspect(attempt, tools, importcfg)
    verdict = Verdict(slug=exercise.slug, status="refused", max=manifest.full, hidden=hidden, functions=inspection.outline)
    if inspection.refusals:
        return recognise(exercise, msgspec.structs.replace(verdict, refusals=inspection.refusals), inspection.code)
    if known is not None and (twin := known(inspection)):
        return recognise(exercise, twin, inspection.code)
    with workplace.folder() as folder:
        built = await build(attempt, tools, importcfg, folder, box)
        if built.binary is None:
            unbuilt = msgspec.structs.replace(verdict, status=built.stage, errors=built.errors, detail=built.detail)
            return recognise(exercise, unbuilt, inspection.code)
        if inspection.error:  # the guard has not seen all that would run
            return msgspec.structs.replace(verdict, status="invalid", fault="guard", detail=inspection.error)
        tests = await run_tests(exercise, built.binary, inspection, box)
    points, most = score(tests)
    status = "not-attempted" if attempt.untouched else overall(tests)
    judged = msgspec.structs.replace(verdict, status=status, tests=tests, points=points, max=most)
    if held := [test.name for test in tests if test.status == "invalid"]:
        judged = msgspec.structs.replace(judged, fault="record", detail=f"{', '.join(held)} ended without a record that can be trusted.")
    return recognise(exercise, judged, inspection.code)


def _known(store: Store, key: str) -> Verdict | None:
    """Return the verdict that was kept; a store that cannot be read holds nothing."""
    try:
        return store.verdict(key)
    except StoreError:
        return None


def _infra(attempt: Attempt, code: str, detail: str) -> Verdict:
    log.error("%s: %s: %s", attempt.exercise.slug, code, detail)
    return Verdict(slug=attempt.exercise.slug, status="infra", max=attempt.exercise.manifest.full, fault=code, detail=detail)


def _kept(store: Store, verdict: Verdict, *, fresh: bool) -> Verdict:
    """Keep a verdict and write the try down; say so where that fails."""
    try:
        if fresh:
            store.keep(verdict)
        store.log(verdict.slug, "check", verdict)
    except StoreError as error:
        return msgspec.structs.replace(verdict, detail=f"Not saved: {error}")
    return verdict
