"""Examines a machine: what the course needs, what is there, and what to do about the rest."""

from __future__ import annotations

import msgspec

from grader import sandbox, toolchain
from grader.errors import ToolchainError


class Finding(msgspec.Struct, frozen=True):
    """One thing the course needs: whether it is good here, and what is there or what to do."""

    what: str
    good: bool
    detail: str


def examine() -> list[Finding]:
    """Return what was found, in the order in which a newcomer needs it."""
    return [*_toolchain(), _sandbox(), _kernel()]


def _toolchain() -> list[Finding]:
    try:
        tools = toolchain.find()
    except ToolchainError as error:
        return [Finding("C compiler" if error.code == "cc-missing" else "Go", good=False, detail=str(error))]
    return [Finding("Go", good=True, detail=f"{tools.version} in {tools.goroot}"), Finding("C compiler", good=True, detail=tools.cc)]


def _sandbox() -> Finding:
    rung = sandbox.rung()
    detail = "limits of time, memory, processes and files" if rung == "rlimits" else "no limits: install util-linux for `prlimit`"
    return Finding("Sandbox", good=rung != "none", detail=f"rung {rung}: {detail}")


def _kernel() -> Finding:
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    try:
        spec = KernelSpecManager().get_kernel_spec("goprod")
    except NoSuchKernel:
        return Finding("Kernel", good=False, detail="not installed: run `pip install` of this package again in this environment")
    return Finding("Kernel", good=True, detail=f"{spec.display_name} in {spec.resource_dir}")
