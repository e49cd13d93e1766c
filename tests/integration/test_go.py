"""The tests of our own Go code."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from grader import toolchain

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(("module", "packages"), [("grader/go", "./..."), ("course", "./internal/...")])
def test_our_go_code(module: str, packages: str) -> None:
    """Guard, harness, scratch and the helpers of the course's tests pass theirs."""
    tools = toolchain.find()
    done = subprocess.run([tools.go, "test", packages], cwd=ROOT / module, env=tools.env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "ok  \t" in done.stdout


def test_fuzzing_the_guard() -> None:
    """For twenty seconds, nothing that the fuzzer finds makes the guard crash, answer nothing or name a place outside the file."""
    tools = toolchain.find()
    command = [str(tools.go), "test", "-run=^$", "-fuzz=FuzzInspect", "-fuzztime=20s", "-fuzzminimizetime=20x", "./guard"]
    done = subprocess.run(command, cwd=ROOT / "grader/go", env=tools.env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "elapsed: " in done.stdout
