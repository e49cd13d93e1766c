"""What a verdict depends on beside the answer: the grader, Go, the sandbox, and what the exercise judges with."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec

from grader import __version__, toolchain
from grader.verdict import Inputs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from grader.course import Course, Exercise
    from grader.toolchain import Toolchain

_WORDS = {
    "grader": "the grader",
    "go": "Go",
    "sandbox": "the sandbox",
    "tests": "the tests",
    "manifest": "the manifest",
    "given": "the given code",
    "helpers": "the helpers in internal/",
    "modules": "go.mod",
}


def inputs(exercise: Exercise, tools: Toolchain, rung: str) -> Inputs:
    """Return what a verdict on any answer to an exercise depends on, as of now."""
    folder, root = exercise.folder, exercise.course.root
    return Inputs(
        grader=f"{__version__} {toolchain.sources_digest()}",
        go=tools.version,
        sandbox=rung,
        tests=_digest(folder, (folder / name for name in exercise.test_files)),
        manifest=_of([exercise.import_path, sorted(exercise.broken.items()), *_read(folder, [folder / "exercise.toml"])]),
        given=_digest(folder, (folder / name for name in exercise.manifest.given)),
        helpers=_helpers(exercise.course),
        modules=_digest(root, (root / "go.mod", root / "go.sum")),
    )


def digest(files: Mapping[str, str], depends_on: Inputs) -> str:
    """Return the hash of everything that the verdict on an answer's files depends on: its key in the store."""
    return _of([msgspec.to_builtins(depends_on), sorted(files.items())])


def changed(old: Inputs, new: Inputs) -> list[str]:
    """Return in words what differs between then and now."""
    lines = []
    for name, words in _WORDS.items():
        then, now = getattr(old, name), getattr(new, name)
        if then != now:
            lines.append(f"{words} ({then}, now {now})" if name in {"go", "sandbox"} and then else words)
    return lines


def _helpers(course: Course) -> str:
    return _digest(course.root, course.root.glob("internal/**/*.go"))


def _digest(root: Path, paths: Iterable[Path]) -> str:
    return _of(list(_read(root, sorted(paths))))


def _read(root: Path, paths: Iterable[Path]) -> Iterator[tuple[str, str]]:
    for path in paths:
        if path.is_file():
            yield path.relative_to(root).as_posix(), hashlib.sha256(path.read_bytes()).hexdigest()


def _of(parts: list[object]) -> str:
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()
