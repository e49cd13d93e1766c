"""Notebook 7 as a learner meets it: the same notebooks, the same cards."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.conftest import FILES, MANIFEST
from tests.e2e.browser import Notebook, server, small_course

if TYPE_CHECKING:
    import pytest
    from playwright.sync_api import BrowserContext

    from tests.conftest import MakeExercise


def test_answer_in_notebook_7(make_exercise: MakeExercise, tmp_path_factory: pytest.TempPathFactory, context: BrowserContext) -> None:
    """Notebook 7 opens a phase with Go's colours and kernel, runs an answer, and shows its card."""
    course = small_course(make_exercise, MANIFEST)
    command = [sys.executable, "-m", "jupyter", "notebook", "--no-browser", f"--ServerApp.root_dir={course.state.parent}"]
    command += ["--allow-root"] if os.geteuid() == 0 else []
    with server(command, tmp_path_factory.mktemp("home")) as url:
        notebook = Notebook.open(context, f"{url}/notebooks/01-basics.ipynb")
        expect(notebook.cell(1).token("package")).to_have_css("font-weight", "700")
        ran = notebook.cell(1).run("// takings/till.go\n\n" + FILES["wrong/first-and-last/till.go"])
        expect(ran.headline).to_contain_text("Not yet.")
        expect(ran.output).to_contain_text("What lies between is lost.")
        notebook.page.close()
