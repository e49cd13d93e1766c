"""What the attacks share: the sandboxes of this machine, and a look at what was left behind."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from grader import sandbox, toolchain
from grader.errors import SandboxError
from tests.adversarial.attack import VICTIM
from tests.adversarial.machine import Machine, orphans_are_ours

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.sandbox import Sandbox

RUNGS = ("bubblewrap", "landlock", "rlimits")


@pytest.fixture(scope="session")
def boxes() -> dict[str, Sandbox]:
    """Give the rungs that this machine has."""

    async def reach() -> dict[str, Sandbox]:
        found = {}
        for rung in RUNGS:
            try:
                found[rung] = await sandbox.on(rung, toolchain.find())
            except SandboxError as error:
                print(error)  # noqa: T201 - which rungs were not tried, and why
        return found

    return asyncio.run(reach())


@pytest.fixture(scope="session", autouse=True)
def _orphans() -> Iterator[None]:
    with orphans_are_ours():
        yield


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, boxes: dict[str, Sandbox]) -> Iterator[Machine]:
    """Give the machine as it is before the test, with a temporary folder that only the test uses.

    It is no tmp_path: the users of the sandboxes must get through to it, and pytest closes its folders to others.
    """
    assert boxes
    with tempfile.TemporaryDirectory(prefix="goprod-adversarial-") as folder:
        Path(folder).chmod(0o711)
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield Machine(Path(folder), VICTIM)
