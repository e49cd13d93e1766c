"""A Jupyter server of its own, and notebooks as a learner works with them: in Chromium, with mouse and keys."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import subprocess
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from grader.course import Course
from grader.hosts import release
from grader.learn import copy_for_learner

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from playwright.sync_api import BrowserContext, Locator, Page

    from tests.conftest import MakeExercise

REAL = Course(Path(__file__).resolve().parents[2] / "course")
PHASE = "03-concurrency"
SLUG = "unlocked-read"
RACY = REAL.exercise(SLUG)
"""The exercise of the README's picture."""

WAIT = 60_000  # milliseconds: a check on a busy machine
TOKEN = "only-for-tests"  # noqa: S105 - the server hears this machine alone, and ends with the tests

_NO_NEWS = '{"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": true}}'  # they are fetched from the network

_LOOP = "package main\n\nfunc main() {\n\tfor {\n\t}\n}\n"
_TIMEOUT = 'package = "till"\ntimeout = 1\n'
_LESSON = """\
# {title}

```{{code-cell}} go
{code}```

```{{exercise}} {slug}
```
"""
_COURSE = """\
title = "Go"

[[phases]]
slug = "01-basics"
title = "Basics"
minutes = 30

[[phases]]
slug = "03-concurrency"
title = "Concurrency"
minutes = 30
"""

expect.set_options(timeout=WAIT)


# ---------------------------------------------------------------------- what a learner has


def small_course(make_exercise: MakeExercise, manifest: str) -> Course:
    """Return a course of two phases with released notebooks and the learner's copies: `takings` and the real `unlocked-read`."""
    root = make_exercise({"exercise.toml": manifest.replace('package = "till"\n', _TIMEOUT)}).course.root
    (root / "course.toml").write_text(_COURSE)
    for name in ("go.mod", "go.sum", "nbgrader_config.py"):
        shutil.copy(REAL.root / name, root / name)
    shutil.copytree(REAL.root / "internal", root / "internal")
    shutil.copytree(RACY.folder, root / "phases" / PHASE / SLUG)
    course = Course(root)
    for phase in course.phases:
        (slug,) = course.slugs(phase)
        (course.phases_folder / phase.slug / "lesson.md").write_text(_LESSON.format(title=phase.title, code=_LOOP, slug=slug))
        release.build(course, phase)
    copy_for_learner(course, course.state.parent)
    return course


@contextlib.contextmanager
def server(command: Sequence[str], home: Path) -> Iterator[str]:
    """Run a Jupyter server, with settings of its own in `home`; give its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = {name: value for name, value in os.environ.items() if not name.startswith("JUPYTER")}
    env |= {f"JUPYTER_{kind}_DIR": str(home / kind.lower()) for kind in ("CONFIG", "DATA", "RUNTIME")}
    env |= {f"JUPYTERLAB_{kind}_DIR": str(home / kind.lower()) for kind in ("SETTINGS", "WORKSPACES")} | {"IPYTHONDIR": str(home)}
    options = [f"--ServerApp.port={port}", "--ServerApp.port_retries=0", "--ServerApp.ip=127.0.0.1", f"--IdentityProvider.token={TOKEN}"]
    (home / "config/labconfig").mkdir(parents=True)
    (home / "config/labconfig/page_config.json").write_text(_NO_NEWS)
    with (home / "server.log").open("w") as log:
        process = subprocess.Popen([*command, *options], env=env, stdout=log, stderr=log, cwd=home)
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_until_up(f"{address}/api/status?token={TOKEN}", process, home / "server.log")
            yield address
        finally:
            process.terminate()
            process.wait(timeout=30)


def _wait_until_up(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(300):
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=5):  # noqa: S310 - our own server
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=0.1)
            break
    pytest.fail(f"the server did not start:\n{log.read_text()}")


# ---------------------------------------------------------------------- the browser


@dataclass(frozen=True)
class Cell:
    """A cell as it is shown."""

    shown: Locator

    @property
    def output(self) -> Locator:
        """What stands under the cell."""
        return self.shown.locator(".jp-Cell-outputWrapper")

    @property
    def headline(self) -> Locator:
        """The first line of a card."""
        return self.output.locator(".gp-h").first

    @property
    def prompt(self) -> Locator:
        """The number in the margin, or a star."""
        return self.shown.locator(".jp-InputPrompt")

    def token(self, word: str) -> Locator:
        """Return the first place where a word has a colour of its own."""
        return self.shown.locator(".cm-line span").filter(has_text=re.compile(f"^{word}$")).first

    def write(self, text: str) -> None:
        """Replace the cell's text, as pasting does."""
        editor = self.shown.locator(".cm-content")
        editor.click()
        editor.press("ControlOrMeta+a")
        editor.evaluate(
            """(editor, text) => {
                const clipboardData = new DataTransfer();
                clipboardData.setData("text/plain", text);
                editor.dispatchEvent(new ClipboardEvent("paste", {clipboardData, bubbles: true, cancelable: true}));
            }""",
            text.rstrip("\n"),
        )

    def start(self, text: str | None = None) -> None:
        """Run the cell, with this text if one is given."""
        if text is not None:
            self.write(text)
        before = self.prompt.inner_text()
        self.shown.locator(".cm-content").press("ControlOrMeta+Enter")
        expect(self.prompt).not_to_have_text(before)

    def run(self, text: str | None = None) -> Cell:
        """Run the cell and wait for its end."""
        self.start(text)
        expect(self.prompt).to_have_text(re.compile(r"\[\d+\]:"))
        return self


@dataclass(frozen=True)
class Notebook:
    """A notebook that is open in a page of its own."""

    page: Page

    @classmethod
    def open(cls, context: BrowserContext, url: str) -> Notebook:
        """Open a notebook, and wait until its kernel is ready."""
        page = context.new_page()
        page.goto(f"{url}?token={TOKEN}")
        notebook = cls(page)
        notebook.wait_until_idle()
        return notebook

    @property
    def panel(self) -> Locator:
        """The notebook in front: other tabs keep theirs, hidden."""
        return self.page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")

    @property
    def kernel_name(self) -> Locator:
        """The kernel's name in the toolbar."""
        return self.page.locator(".jp-KernelName:visible")

    def wait_until_idle(self) -> None:
        """Wait until the kernel is ready."""
        expect(self.kernel_name).to_have_text("Go (goprod)")
        expect(self.page.locator(".jp-Notebook-ExecutionIndicator:visible")).to_have_attribute("data-status", "idle")

    def cell(self, number: int) -> Cell:
        """Return the code cell of this number, counted from 0."""
        return Cell(self.panel.locator(".jp-CodeCell").nth(number))

    def save(self) -> None:
        """Save the notebook and wait until the server has it."""
        with self.page.expect_response(lambda response: response.request.method == "PUT" and "/api/contents/" in response.url) as saved:
            self.press("docmanager:save")
        assert saved.value.ok

    def press(self, command: str) -> None:
        """Press the button of a command in the notebook's toolbar."""
        self.panel.locator(f'.jp-Toolbar [data-command="{command}"]').click()
