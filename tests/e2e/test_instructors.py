"""INSTRUCTORS.md: its commands, typed in their order, take a class from release to feedback and report."""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "INSTRUCTORS.md").read_text(encoding="utf-8")
PHASE = "03-concurrency"
STUDENTS = 12
NOT_HERE = {"make environment", ". .venv/bin/activate", "cd course"}
"""What the environment of the tests has done by now."""


def commands() -> list[str]:
    """Return the lines that the page has people type."""
    return [line for block in re.findall(r"^```sh\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL) for line in block.splitlines()]


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a copy of the repository's course as a clone has it, after every command of the page."""
    root = tmp_path_factory.mktemp("clone")
    listed = subprocess.run(["git", "ls-files", "course", "scripts", "tests"], cwd=ROOT, capture_output=True, text=True, check=True)
    for name in listed.stdout.split():
        target = root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, target)
    (root / ".venv").symlink_to(Path(sys.prefix))
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    env = os.environ | {"PATH": path, "PYTHONPATH": str(ROOT), "JUPYTER_CONFIG_DIR": str(root / "jupyter")}
    for command in commands():
        if command not in NOT_HERE:
            done = subprocess.run(  # noqa: S602 - the page's own words
                command, shell=True, cwd=root / "course", env=env, capture_output=True, text=True, timeout=300, check=False
            )
            assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return root / "course"


def test_the_page_is_typed_whole() -> None:
    """Every step of a class is among the commands."""
    typed = "\n".join(commands())
    for step in ("build", "grade", "review", "autograde", "generate_feedback", "export", "regrade", "report"):
        assert f" {step}" in typed, step


def test_the_class_is_graded(course: Path) -> None:
    """The synthetic class has its grades, and some of it is held for a person."""
    with (course / "results.csv").open() as file:
        rows = list(csv.DictReader(file))
    statuses = {row["status"] for row in rows}
    assert {"graded", "held", "not-attempted"} <= statuses
    assert "infra" not in statuses
    assert len({row["student"] for row in rows}) == STUDENTS


def test_what_the_class_gets(course: Path) -> None:
    """There is a zip to hand out, feedback for each student, nbgrader's export, and the report."""
    assert (course / "dist" / f"{PHASE}.zip").is_file()
    assert len(list((course / "feedback").glob(f"*/{PHASE}/{PHASE}.html"))) == STUDENTS
    with (course / "grades.csv").open() as file:
        assert len(list(csv.DictReader(file))) == STUDENTS
    assert "Traceback" not in (course / "reports" / PHASE / "cohort.html").read_text(encoding="utf-8")
