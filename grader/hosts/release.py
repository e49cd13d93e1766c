"""Builds a phase's assignment, source/PHASE and release/PHASE, with nbgrader's own converter."""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from nbgrader.converters import GenerateAssignment, NbGraderException
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config
from traitlets.config.loader import ConfigFileNotFound, PyFileConfigLoader

from grader import assignment
from grader.errors import NotebookError
from grader.layout import Layout

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.course import Course, Phase

_STEPS: tuple[Literal["source", "release"], ...] = ("source", "release")
_NOT_OURS = {".ipynb_checkpoints", ".DS_Store"}


def build(course: Course, phase: Phase) -> list[str]:
    """Write source/PHASE and release/PHASE, and record the assignment in nbgrader's gradebook.

    Returns what changed, one line a file; building again returns nothing. A folder is written
    beside the old one and then renamed, so a crash leaves the old one.

    Raises NotebookError or ManifestError with the place and what to do.
    """
    changed = []
    with _workplace(course.root) as work:
        _generate(course, phase, work, record=True)
        for step in _STEPS:
            if lines := _differences(course, phase, work, step):
                _swap(work / step / phase.slug, course.layout.made(course.root, step, phase.slug), work / f"old-{step}")
                changed += lines
    return changed


def check(course: Course, phase: Phase) -> list[str]:
    """Return how release/PHASE differs from what build would write, one line a file; write nothing.

    Raises NotebookError or ManifestError with the place and what to do.
    """
    with _workplace(None) as work:
        _generate(course, phase, work, record=False)
        return _differences(course, phase, work, "release")


@contextlib.contextmanager
def _workplace(folder: Path | None) -> Iterator[Path]:
    """Give a temporary folder, on the same file system as `folder`; files that cannot be written are said."""
    try:
        with tempfile.TemporaryDirectory(dir=folder, prefix=".build-") as name:
            yield Path(name)
    except OSError as error:
        raise NotebookError(f"{error.filename or folder} cannot be written: {error.strerror}. Free it, and build again.") from error


def _generate(course: Course, phase: Phase, work: Path, *, record: bool) -> None:
    """Write source/PHASE and release/PHASE into `work`."""
    for name, data in assignment.files(course, phase).items():
        path = work / "source" / phase.slug / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    _convert(course, phase, work, record=record)


def _convert(course: Course, phase: Phase, work: Path, *, record: bool) -> None:
    """Run nbgrader's converter over `work`, with the settings and the gradebook of the course."""
    try:
        config = PyFileConfigLoader("nbgrader_config.py", path=str(course.root)).load_config()
    except ConfigFileNotFound as error:
        raise NotebookError("nbgrader_config.py is missing beside course.toml. Copy it from the course that this one began as.") from error
    config.merge(
        Config(
            CourseDirectory={
                "db_url": CourseDirectory(config=config).db_url,
                "root": str(work),
                "directory_structure": Layout.structure,
                "source_directory": "source",
                "release_directory": "release",
                "assignment_id": phase.slug,
            },
            GenerateAssignment={"force": True, "no_database": not record},
            SaveCells={"enabled": record},
        )
    )
    # nbgrader starts alembic by its name, and an environment that is not activated has it on no PATH.
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    log = _Errors()
    converter = GenerateAssignment(coursedir=CourseDirectory(config=config), config=config, log=log.logger)
    try:
        converter.start()
    except NbGraderException as error:
        raise NotebookError(f"{phase.slug}: nbgrader could not make the release, which stays as it was: {log.last or error}.") from error


class _Errors(logging.Handler):
    """Keeps the last line of what nbgrader logs as an error: the end of a traceback says why."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.last = ""
        self.logger = logging.Logger("goprod.build")  # noqa: LOG001  a logger of its own: no handler of the host hears it
        self.logger.addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        if "Traceback" in (text := record.getMessage()):
            self.last = text.strip().splitlines()[-1].rstrip(".")


def _differences(course: Course, phase: Phase, work: Path, step: Literal["source", "release"]) -> list[str]:
    place = course.layout.made(course.root, step, phase.slug)
    new, old = _files(work / step / phase.slug), _files(place)
    lines = []
    for name in sorted(new.keys() | old.keys()):
        if new.get(name) != old.get(name):
            what = "new" if name not in old else "gone" if name not in new else "changed"
            lines.append(f"{place.relative_to(course.root)}/{name}: {what}")
    return lines


def _files(folder: Path) -> dict[str, bytes]:
    paths = (path for path in folder.rglob("*") if path.is_file() and not _NOT_OURS & set(path.parts))
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def _swap(new: Path, place: Path, old: Path) -> None:
    """Put a folder in the place of another; if that fails, the old one is back in its place."""
    place.parent.mkdir(parents=True, exist_ok=True)
    if not place.exists():
        new.rename(place)
        return
    place.rename(old)
    try:
        new.rename(place)
    except BaseException:
        old.rename(place)
        raise
    shutil.rmtree(old)
