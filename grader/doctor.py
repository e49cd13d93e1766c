"""Examines a machine: what the course needs, what is there, and what to do about the rest."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import msgspec

from grader import sandbox, toolchain
from grader.errors import InfraError, SandboxError, ToolchainError
from grader.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.sandbox import Found, Rung


class Finding(msgspec.Struct, frozen=True):
    """One thing the course needs, or could use: whether it is good here, and what is there or what to do."""

    what: str
    good: bool
    detail: str
    needed: bool = True


def examine(least: Rung | None = None) -> list[Finding]:
    """Return what was found, in the order in which a newcomer needs it.

    `least` is the lowest rung of the sandbox that a course is graded on.
    """
    return [*_toolchain(least), _kernel()]


def _toolchain(least: Rung | None) -> list[Finding]:
    try:
        tools = toolchain.find()
        found = asyncio.run(sandbox.ladder(tools))
    except ToolchainError as error:
        return [Finding("C compiler" if error.code == "cc-missing" else "Go", good=False, detail=str(error))]
    except InfraError as error:
        return [Finding("Sandbox", good=False, detail=str(error))]
    return [
        Finding("Go", good=True, detail=f"{tools.version} in {tools.goroot}"),
        Finding("C compiler", good=True, detail=tools.cc),
        *_sandbox(found),
        *_grading(found, least),
    ]


_RUNGS: dict[Rung, str] = {
    "bubblewrap": "namespaces of its own, a filter of system calls, limits",
    "landlock": "no files but its own, a filter of system calls, limits",
    "rlimits": "limits of time, memory, processes and files; the guard alone keeps code from the rest",
    "none": "nothing but a time limit: the guard alone keeps code in",
}


def _sandbox(found: tuple[Found, ...]) -> Iterator[Finding]:
    """Yield every rung: the first that works is in use."""
    used = next((rung for rung in found if rung.sandbox), None)
    for rung in found:
        use = "in use: " if rung is used else "works: "
        yield Finding(
            f"Sandbox {rung.rung}", good=bool(rung.sandbox), needed=False, detail=use + _RUNGS[rung.rung] if rung.sandbox else rung.why
        )


def _grading(found: tuple[Found, ...], least: Rung | None) -> Iterator[Finding]:
    if least is None:
        return
    try:
        sandbox.require(next((rung.sandbox for rung in found if rung.sandbox), Sandbox("none")), least)
    except SandboxError as error:
        yield Finding("Grading", good=False, needed=False, detail=str(error))
    else:
        yield Finding("Grading", good=True, detail=f"cohorts are graded on {least} or better")


def _kernel() -> Finding:
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    try:
        spec = KernelSpecManager().get_kernel_spec("goprod")
    except NoSuchKernel:
        return Finding("Kernel", good=False, detail="not installed: run `pip install` of this package again in this environment")
    return Finding("Kernel", good=True, detail=f"{spec.display_name} in {spec.resource_dir}")
