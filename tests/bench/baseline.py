"""What a cohort's bench compares with: the same answers in a Python course that nbgrader grades alone.

An answer cell holds the learner's Go as a string; the check cell writes it into the exercise's
folder, runs plain `go test -race -count=1 .` there, and its last expression is the score. That is
what a course without a grader of its own does. It is fair, since nothing in it is slower than it
has to be: the folder of each exercise is prepared once and has the tests and nothing else to
build; Go's build cache is warm, so that a run compiles the answer and the tests, and links; no
cell does anything but this; `go` is the toolchain's own binary and no wrapper; nbgrader's steps
are its defaults, with one kernel for a notebook. What nbgrader needs to start is counted once,
not once for each part of the sample.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from nbgrader.api import Gradebook

from grader import notebook, toolchain
from tests.bench.timed import timed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from grader.course import Course, Exercise, Phase
    from tests.classes import Class

_CONFIG = "c = get_config()\nc.CourseDirectory.root = {root!r}\n"
_CHECK = """\
import re, subprocess
from pathlib import Path

folder = Path({folder!r})
for name, text in answer.items():
    (folder / name).write_text(text)
run = subprocess.run(["go", "test", "-race", "-count=1", "."], cwd=folder, capture_output=True, text=True)
failed = set(re.findall("--- FAIL: (\\\\w+)", run.stdout))
points = sum(points for test, points in {points!r}.items() if test not in failed) if failed or not run.returncode else 0
print(run.stdout, points)
float(points)
"""


class Baseline:
    """A Python course with the exercises of a phase, in a folder of its own."""

    def __init__(self, course: Course, phase: Phase, folder: Path) -> None:
        """Prepare each exercise's folder, warm Go's build cache, and release the assignment."""
        self._exercises, self._phase = course.exercises(phase), phase
        self._root, self._module = folder / "python-course", folder / "module"
        tools = toolchain.find()
        programs = os.pathsep.join([str(Path(sys.executable).parent), tools.env["PATH"]])
        self._env = tools.env | {"PATH": programs, "JUPYTER_CONFIG_DIR": str(folder / "jupyter")}
        ours = shutil.ignore_patterns("source", "release", "learn", "submitted", "autograded", "feedback", "broken", "wrong", "accept")
        shutil.copytree(course.root, self._module, ignore=ours)
        for exercise in self._exercises:
            subprocess.run(
                ["go", "test", "-race", "-count=1", "."], cwd=self._folder(exercise), env=self._env, check=True, stdout=subprocess.DEVNULL
            )
        self._root.mkdir()
        (self._root / "nbgrader_config.py").write_text(_CONFIG.format(root=str(self._root)))
        self._write(self._root / "source" / phase.slug, {exercise.slug: exercise.broken for exercise in self._exercises})
        timed([_nbgrader(), "generate_assignment", phase.slug], self._root, self._env)

    def seconds(self, made: Class, students: Sequence[str]) -> tuple[float, float]:
        """Grade some students' notebooks; return the seconds for them, and those that nbgrader needs to start.

        Exits if an answer that is right has not all points.
        """
        for folder in ("submitted", "autograded"):
            shutil.rmtree(self._root / folder, ignore_errors=True)
        for student in students:
            self._write(self._root / "submitted" / student / self._phase.slug, made.answers[student])
        command = [_nbgrader(), "autograde", self._phase.slug]
        whole = timed(command, self._root, self._env).seconds
        start = timed(command, self._root, self._env).seconds  # it finds all of them graded
        with Gradebook(f"sqlite:///{self._root / 'gradebook.db'}") as gradebook:
            for student in students:
                for exercise in self._exercises:
                    truth = made.truth[student, exercise.slug]
                    score = gradebook.find_grade(exercise.slug, self._phase.slug, self._phase.slug, student).auto_score
                    if truth.points == truth.max != score:
                        sys.exit(f"the baseline gives {student} {score} of {truth.max} points for {exercise.slug}")
        return whole - start, start

    def _folder(self, exercise: Exercise) -> Path:
        return self._module / exercise.folder.relative_to(exercise.course.root)

    def _write(self, folder: Path, answers: Mapping[str, Mapping[str, str]]) -> None:
        """Write the assignment's notebook with these answers, by slug and file."""
        cells = []
        for exercise in self._exercises:
            points = {name: test.points for name, test in exercise.manifest.tests.items() if test.points}
            answer = "".join(f"    {name!r}: r'''{text}''',\n" for name, text in answers[exercise.slug].items())
            check = _CHECK.format(folder=str(self._folder(exercise)), points=points)
            cells += [
                notebook.code_cell(f"{exercise.slug}--answer", f"answer = {{\n{answer}}}", nbgrader=_about(exercise, solution=True)),
                notebook.code_cell(exercise.slug, check, nbgrader=_about(exercise, solution=False)),
            ]
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        document = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
        folder.mkdir(parents=True)
        (folder / f"{self._phase.slug}.ipynb").write_text(json.dumps(document))


def _about(exercise: Exercise, *, solution: bool) -> dict[str, object]:
    """Return a cell's metadata for nbgrader."""
    about: dict[str, object] = {"grade": not solution, "locked": not solution, "solution": solution, "schema_version": 3, "task": False}
    if solution:
        return about | {"grade_id": f"{exercise.slug}--answer"}
    return about | {"grade_id": exercise.slug, "points": exercise.manifest.full}


def _nbgrader() -> str:
    return str(Path(sys.executable).parent / "nbgrader")
