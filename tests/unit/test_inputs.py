"""What a verdict depends on: its key changes with that, and with nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from grader import sandbox
from grader.course import Course
from grader.inputs import changed, digest, inputs
from grader.toolchain import Toolchain
from grader.verdict import Inputs

if TYPE_CHECKING:
    from grader.course import Exercise
    from tests.conftest import MakeExercise

TOOLS = Toolchain(goroot=Path("/usr/lib/go"), version="go1.27.3", cc="gcc")
FILES = {"till.go": "package till\n"}


def touch(exercise: Exercise, name: str) -> Exercise:
    """Change a file of an exercise, or of its course where the name begins with a slash; return the exercise as read again."""
    path = exercise.folder / name if not name.startswith("/") else exercise.course.root / name[1:]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text((path.read_text() if path.exists() else "") + ("# x\n" if path.suffix == ".toml" else "// x\n"))
    return Course(exercise.course.root).exercise("takings")


def of(exercise: Exercise) -> Inputs:
    """Return an exercise's inputs."""
    return inputs(exercise, TOOLS, "none")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("till_test.go", "the tests"),
        ("hidden_test.go", "the tests"),
        ("broken/till.go", "the manifest"),
        ("exercise.toml", "the manifest"),
        ("/go.mod", "go.mod"),
        ("/go.sum", "go.mod"),
        ("/internal/help/help.go", "the helpers in internal/"),
        ("/internal/help/two/two.go", "the helpers in internal/"),
    ],
)
def test_files_that_count(make_exercise: MakeExercise, name: str, words: str) -> None:
    """The key changes with each file that a verdict depends on, and what changed is said in words; a copy of a course has the same."""
    exercise = make_exercise()
    before = of(exercise)
    assert of(make_exercise()) == before
    after = of(touch(exercise, name))
    assert changed(before, after) == [words]
    assert digest(FILES, after) != digest(FILES, before)


def test_files_that_do_not_count(exercise: Exercise) -> None:
    """Variants of the author's and notes of a learner's change nothing."""
    before = of(exercise)
    touch(exercise, "wrong/first-two/till.go")
    assert of(touch(exercise, "/learn/notes.go")) == before


def test_versions_that_count(exercise: Exercise, monkeypatch: pytest.MonkeyPatch) -> None:
    """The key changes with the answer, Go's version, the sandbox, the grader's version and its Go programs."""
    before = of(exercise)
    found = {rung: inputs(exercise, TOOLS, rung) for rung in sandbox.RUNGS}
    assert changed(found["none"], found["bubblewrap"]) == ["the sandbox (none, now bubblewrap)"]
    newer = inputs(exercise, Toolchain(TOOLS.goroot, "go1.27.4", "gcc"), "none")
    assert changed(before, newer) == ["Go (go1.27.3, now go1.27.4)"]
    every = [*found.values(), newer]
    for target, value in (("grader.toolchain.sources_digest", lambda: "x"), ("grader.inputs.__version__", "9")):
        with monkeypatch.context() as change:
            change.setattr(target, value)
            every.append(of(exercise))
            assert changed(before, every[-1]) == ["the grader"]
    keys = {digest(FILES, each) for each in every} | {digest({"till.go": "package other\n"}, before)}
    assert len(keys) == 8


def test_every_input_has_its_words() -> None:
    """Whatever may differ is said, and what a verdict of an older grader does not know is said as changed."""
    full = Inputs(*("x" for _ in Inputs.__struct_fields__))
    assert len(changed(Inputs(), full)) == len(msgspec.structs.fields(Inputs))
    assert all("(" not in line for line in changed(Inputs(), full))
