"""A course of one exercise that a class is given, and the commands that are run in it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from grader.course import Course
from grader.hosts import release

if TYPE_CHECKING:
    from tests.conftest import MakeExercise

ROOT = Path(__file__).resolve().parents[2]
PHASE, SLUG = "01-basics", "takings"

GOPROD = "grader.cli"
NBGRADER = "nbgrader.apps.nbgraderapp"


def released(make_exercise: MakeExercise) -> Course:
    """Return the course, with nbgrader's settings of the real one, released."""
    root = make_exercise().course.root
    shutil.copy(ROOT / "course" / "nbgrader_config.py", root)
    (root / "phases" / PHASE / "lesson.md").write_text(f"# One\n\n```{{exercise}} {SLUG}\n```\n")
    course = Course(root)
    release.build(course, course.phases[0])
    return course


def answers(course: Course) -> dict[str, str]:
    """Return the text of each variant of the exercise, by its name."""
    return {each.name.rpartition("/")[2]: (each.folder / "till.go").read_text() for each in course.exercise(SLUG).variants()}


def command(module: str, *arguments: str) -> list[str]:
    """Return the command line of a program, by the module that has its `main`."""
    return [sys.executable, "-c", f"from {module} import main; main()", *arguments]


def run(root: Path, module: str, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run a program's command in a course, to its end. nbgrader starts others by their names."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    env = {"PATH": path, "PYTHONPATH": str(ROOT)} | env
    return subprocess.run(
        command(module, *arguments), cwd=root, env=os.environ | env, capture_output=True, text=True, timeout=120, check=False
    )
