"""The doctor: what a machine has, and what to do about the rest."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager, NoSuchKernel

from grader import sandbox, toolchain
from grader.doctor import Finding, examine
from grader.errors import InfraError, ToolchainError
from grader.sandbox import Found, Sandbox
from grader.toolchain import Toolchain

if TYPE_CHECKING:
    from grader.sandbox import Rung


HEALTHY = (
    Found("bubblewrap", None, "bubblewrap is not installed. Install it."),
    Found("landlock", Sandbox("landlock")),
    Found("rlimits", Sandbox("rlimits")),
)


def ladder(monkeypatch: pytest.MonkeyPatch, *found: Found) -> None:
    """Give a machine with these rungs."""

    async def probed(_: Toolchain) -> tuple[Found, ...]:
        return found

    monkeypatch.setattr(sandbox, "ladder", probed)


@pytest.fixture(autouse=True)
def healthy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give a machine that has everything."""
    monkeypatch.setattr(toolchain, "find", lambda: Toolchain(Path("/usr/lib/go"), "go1.27.3", "gcc"))
    ladder(monkeypatch, *HEALTHY)
    spec = KernelSpec(display_name="Go (goprod)", resource_dir="/kernels/goprod")
    monkeypatch.setattr(KernelSpecManager, "get_kernel_spec", lambda _, name: {"goprod": spec}[name])


def test_a_healthy_machine() -> None:
    """Everything is told with what is there."""
    assert examine() == [
        Finding("Go", good=True, detail="go1.27.3 in /usr/lib/go"),
        Finding("C compiler", good=True, detail="gcc"),
        Finding("Sandbox bubblewrap", good=False, detail="bubblewrap is not installed. Install it.", needed=False),
        Finding("Sandbox landlock", good=True, detail="in use: no files but its own, a filter of system calls, limits", needed=False),
        Finding(
            "Sandbox rlimits",
            good=True,
            detail="works: limits of time, memory, processes and files; the guard alone keeps code from the rest",
            needed=False,
        ),
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
    assert [finding.what for finding in findings[1:]] == ["Kernel"]


def test_a_system_without_sandboxes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A system that has no sandbox says what keeps code in there."""
    ladder(monkeypatch, Found("none", Sandbox("none")))
    (found,) = [finding for finding in examine() if finding.what.startswith("Sandbox")]
    assert found == Finding(
        "Sandbox none", good=True, detail="in use: nothing but a time limit: the guard alone keeps code in", needed=False
    )


def test_a_sandbox_that_cannot_be_prepared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the sandbox's own program does not build, that is told in the error's words."""

    async def ladder(_: Toolchain) -> tuple[Found, ...]:
        raise InfraError("build-confine", "`go build` failed.")

    monkeypatch.setattr(sandbox, "ladder", ladder)
    assert Finding("Sandbox", good=False, detail="`go build` failed.") in examine()


@pytest.mark.parametrize("least", ["landlock", "rlimits", "none"])
def test_a_machine_that_may_grade(least: Rung) -> None:
    """Where the rung in use is good enough for a course, the doctor says so."""
    assert Finding("Grading", good=True, detail=f"cohorts are graded on {least} or better") in examine(least)


def test_a_machine_that_may_not_grade() -> None:
    """Where it is not, the doctor says what is asked for, what is there and what can be done; learners do not need it."""
    (found,) = [finding for finding in examine("bubblewrap") if finding.what == "Grading"]
    assert (found.good, found.needed) == (False, False)
    assert found.detail == (
        "Grading asks for the sandbox bubblewrap, and this machine has landlock. `goprod doctor` says how to get it; "
        '`rung = "landlock"` in course.toml lowers what is asked for.'
    )


def test_a_machine_on_which_nothing_works(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where even the last rung fails its probe, each is told with its reason."""
    ladder(monkeypatch, *(Found(rung, None, f"{rung}: no.") for rung in sandbox.RUNGS[:3]))
    assert [finding.detail for finding in examine("rlimits") if finding.what.startswith("Sandbox")] == [
        "bubblewrap: no.",
        "landlock: no.",
        "rlimits: no.",
    ]


def test_no_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kernel that is not installed is told with what installs it."""

    def get_kernel_spec(_: KernelSpecManager, name: str) -> KernelSpec:
        raise NoSuchKernel(name)

    monkeypatch.setattr(KernelSpecManager, "get_kernel_spec", get_kernel_spec)
    assert examine()[-1] == Finding(
        "Kernel", good=False, detail="not installed: run `pip install` of this package again in this environment"
    )
