"""Writes the skeleton of a new exercise, whose gaps `goprod verify` names one by one."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from grader.course import SLUG
from grader.errors import UsageError

if TYPE_CHECKING:
    from grader.course import Course

_TEMPLATE = Path(__file__).parent / "skeletons" / "package"


def write(course: Course, place: str) -> Path:
    """Write the skeleton of PHASE/SLUG and return its folder.

    Raises UsageError if the place is not a new exercise of a phase of this course.
    """
    name, slash, slug = place.partition("/")
    if not slash or not SLUG.fullmatch(slug):
        raise UsageError(f"{place!r} is not PHASE/SLUG. A slug is lower-case words with hyphens, such as 03-concurrency/lost-update.")
    phase = course.phase(name)
    folder = course.phases_folder / phase.slug / slug
    if folder.exists() or slug in course.slugs():
        raise UsageError(f"{slug} is there already. Choose another slug.")
    own = {"goprod.example/course": course.module, "IMPORT_PATH": f"{course.module}/phases/{phase.slug}/{slug}"}
    try:
        shutil.copytree(_TEMPLATE, folder)
        for path in folder.rglob("*_test.go"):
            text = path.read_text(encoding="utf-8")
            for sign, name in own.items():
                text = text.replace(sign, name)
            path.write_text(text, encoding="utf-8")
    except (OSError, shutil.Error) as error:
        raise UsageError(f"{folder} cannot be written: {error}. Make the course's folder writable, or free some space.") from error
    return folder
