"""The doctor: what a machine has, and what to do about the rest."""

from __future__ import annotations

from pathlib import Path

import pytest
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager, NoSuchKernel

from grader import sandbox, toolchain
from grader.doctor import Finding, examine
from grader.errors import ToolchainError
from grader.toolchain import Toolchain


@pytest.fixture(autouse=True)
def healthy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give a machine that has everything."""
    monkeypatch.setattr(toolchain, "find", lambda: Toolchain(Path("/usr/lib/go"), "go1.27.3", "gcc"))
    monkeypatch.setattr(sandbox, "rung", lambda: "rlimits")
    spec = KernelSpec(display_name="Go (goprod)", resource_dir="/kernels/goprod")
    monkeypatch.setattr(KernelSpecManager, "get_kernel_spec", lambda _, name: {"goprod": spec}[name])


def test_a_healthy_machine() -> None:
    """Everything is told with what is there."""
    assert examine() == [
        Finding("Go", good=True, detail="go1.27.3 in /usr/lib/go"),
        Finding("C compiler", good=True, detail="gcc"),
        Finding("Sandbox", good=True, detail="rung rlimits: limits of time, memory, processes and files"),
        Finding("Kernel", good=True, detail="Go (goprod) in /kernels/goprod"),
    ]


@pytest.mark.parametrize(("code", "what"), [("go-missing", "Go"), ("cc-missing", "C compiler")])
def test_what_the_toolchain_lacks(monkeypatch: pytest.MonkeyPatch, code: str, what: str) -> None:
    """A missing Go and a missing C compiler are told as what they are, in the error's words."""

    def find() -> Toolchain:
        raise ToolchainError(code, "Install it.")

    monkeypatch.setattr(toolchain, "find", find)
    findings = examine()
    assert findings[0] == Finding(what, good=False, detail="Install it.")
    assert [finding.what for finding in findings[1:]] == ["Sandbox", "Kernel"]


def test_no_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without any sandbox is told what to install."""
    monkeypatch.setattr(sandbox, "rung", lambda: "none")
    (found,) = [finding for finding in examine() if finding.what == "Sandbox"]
    assert (found.good, "install util-linux" in found.detail) == (False, True)


def test_no_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kernel that is not installed is told with what installs it."""

    def get_kernel_spec(_: KernelSpecManager, name: str) -> KernelSpec:
        raise NoSuchKernel(name)

    monkeypatch.setattr(KernelSpecManager, "get_kernel_spec", get_kernel_spec)
    assert examine()[-1] == Finding(
        "Kernel", good=False, detail="not installed: run `pip install` of this package again in this environment"
    )
