"""Writes a released assignment as one zip file, for people without nbgrader's exchange."""

from __future__ import annotations

import stat
import zipfile
from typing import TYPE_CHECKING

from grader import assignment
from grader.beside import written_beside
from grader.errors import NotebookError

if TYPE_CHECKING:
    from pathlib import Path

    from grader.course import Course, Phase

_DATE = (1980, 1, 1, 0, 0, 0)  # the first that a zip file can tell
_RIGHTS = stat.S_IFREG | 0o644


def write(course: Course, phase: Phase, folder: Path) -> Path:
    """Write release/PHASE as FOLDER/PHASE.zip, all of it in one folder PHASE/, and return the file.

    The same release gives the same bytes, on every machine. The file is written beside its place
    and then renamed, so a crash leaves the old one.

    Raises NotebookError where the release cannot be read or the folder not be written, or ManifestError.
    """
    target, released = folder / f"{phase.slug}.zip", course.layout.made(course.root, "release", phase.slug)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # Stored as it is: what deflating makes of it differs from one zlib to the next.
        with written_beside(target) as fresh, zipfile.ZipFile(fresh, "w", zipfile.ZIP_STORED) as archive:
            for name in sorted(assignment.files(course, phase)):
                entry = zipfile.ZipInfo(f"{phase.slug}/{name}", _DATE)
                entry.external_attr = _RIGHTS << 16
                archive.writestr(entry, (released / name).read_bytes())
    except OSError as error:
        raise NotebookError(f"{target} cannot be written: {error.strerror} ({error.filename or folder}). Name another folder.") from error
    return target
