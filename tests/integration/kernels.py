"""A kernel and a client, as the tests of the kernel use them."""
# mypy: allow-untyped-calls

from __future__ import annotations

import os
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager

ROOT = Path(__file__).parents[2]
WAIT = 120  # seconds; a cold cache builds the race runtime first


@dataclass
class Ran:
    """What a cell sent: its outputs in order, its reply, and how many seconds it took."""

    reply: dict[str, Any]
    messages: list[dict[str, Any]]
    seconds: float = 0.0
    states: list[tuple[str, str]] = field(default_factory=list)

    def stream(self, name: str) -> str:
        """Return what was written to a stream."""
        return "".join(m["content"]["text"] for m in self.messages if m["msg_type"] == "stream" and m["content"]["name"] == name)

    def data(self, mime: str = "text/plain") -> str:
        """Return what was displayed, of one kind."""
        kinds = {"display_data", "execute_result"}
        return "\n".join(m["content"]["data"].get(mime, "") for m in self.messages if m["msg_type"] in kinds)

    def all_text(self) -> str:
        """Return everything that is shown."""
        errors = "\n".join("\n".join(m["content"]["traceback"]) for m in self.messages if m["msg_type"] == "error")
        return "\n".join([self.stream("stdout"), self.stream("stderr"), self.data(), errors])


def manager() -> KernelManager:
    """Return a manager of the kernel as it stands here, not as it is installed."""
    return KernelManager(kernel_name="kernelspec", kernel_spec_manager=KernelSpecManager(kernel_dirs=[str(ROOT / "grader")]))


def environment(folder: Path, *python_path: Path) -> dict[str, str]:
    """Return the kernel's environment: temporary files of one that is killed stay in `folder`."""
    return {**os.environ, "TMPDIR": str(folder), "PYTHONPATH": os.pathsep.join(map(str, (ROOT, *python_path)))}


class Kernel:
    """A running kernel and a client."""

    def __init__(self, folder: Path, *python_path: Path) -> None:
        """Start in a folder, with more folders that Python imports from."""
        self.manager = manager()
        self.manager.start_kernel(cwd=str(folder), env=environment(folder, *python_path), stderr=subprocess.DEVNULL)
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)

    @property
    def pid(self) -> int:
        """The kernel's process."""
        return int(getattr(self.manager.provisioner, "pid", 0))

    def start(self, code: str) -> str:
        """Send a cell; return the request's id."""
        return str(self.client.execute(code))

    def finish(self, request: str) -> Ran:
        """Wait for a cell's end."""
        started = time.monotonic()
        messages, states = [], []
        while True:
            message = self.client.get_iopub_msg(timeout=WAIT)
            mine = message["parent_header"].get("msg_id") == request
            if message["msg_type"] == "status":
                states.append((message["parent_header"].get("msg_type", ""), message["content"]["execution_state"]))
                if mine and message["content"]["execution_state"] == "idle":
                    break
            elif mine:
                messages.append(message)
        return Ran(self.reply(request), messages, time.monotonic() - started, states)

    def reply(self, request: str, timeout: float = WAIT) -> dict[str, Any]:
        """Wait for a request's reply."""
        while True:
            message = self.client.get_shell_msg(timeout=timeout)
            if message["parent_header"].get("msg_id") == request:
                return dict(message["content"])

    def run(self, code: str) -> Ran:
        """Run a cell to its end."""
        return self.finish(self.start(code))

    def wait_for(self, request: str, text: str) -> None:
        """Wait until a running cell has printed a text."""
        while True:
            message = self.client.get_iopub_msg(timeout=WAIT)
            if message["msg_type"] == "stream" and message["parent_header"].get("msg_id") == request and text in message["content"]["text"]:
                return

    def stop(self, *, now: bool = False) -> None:
        """End the kernel."""
        self.client.stop_channels()
        if self.manager.is_alive():
            self.manager.shutdown_kernel(now=now)
