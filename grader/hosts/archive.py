"""Writes a released assignment as one zip file, for people without nbgrader's exchange."""

from __future__ import annotations

import stat
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from grader import assignment
from grader.errors import NotebookError

if TYPE_CHECKING:
    from grader.course import Course, Phase

_DATE = (1980, 1, 1, 0, 0, 0)  # the first that a zip file can tell
_RIGHTS = stat.S_IFREG | 0o644


def write(course: Course, phase: Phase, folder: Path) -> Path:
    """Write release/PHASE as FOLDER/PHASE.zip, all of it in one folder PHASE/, and return the file.

    The same release gives the same bytes, on every machine. The file is written beside its place
    and then renamed, so a crash leaves the old one.

    Raises NotebookError where the release cannot be read or the folder not be written, or ManifestError.
    """
    target = folder / f"{phase.slug}.zip"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".zip-") as beside:
            fresh = Path(beside) / target.name
            # Stored as it is: what deflating makes of it differs from one zlib to the next.
            with zipfile.ZipFile(fresh, "w", zipfile.ZIP_STORED) as archive:
                for name in sorted(assignment.files(course, phase)):
                    entry = zipfile.ZipInfo(f"{phase.slug}/{name}", _DATE)
                    entry.external_attr = _RIGHTS << 16
                    archive.writestr(entry, (course.layout.made(course.root, "release", phase.slug) / name).read_bytes())
            fresh.replace(target)
    except OSError as error:
        raise NotebookError(f"{target} cannot be written: {error.strerror} ({error.filename or folder}). Name another folder.") from error
    return target
