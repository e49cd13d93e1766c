"""Reads from nbgrader_config.py where a course's assignments and submissions stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from traitlets.config.loader import ConfigFileNotFound, PyFileConfigLoader

from grader.errors import CourseError
from grader.layout import Layout

if TYPE_CHECKING:
    from grader.course import Course


def layout_of(course: Course) -> Layout:
    """Return the layout that a course's nbgrader_config.py asks for; nbgrader's own without one.

    Raises CourseError if the file cannot be read, or its directory structure names no student, step or assignment.
    """
    path = course.root / "nbgrader_config.py"
    try:
        config = PyFileConfigLoader(path.name, path=str(course.root)).load_config()
    except ConfigFileNotFound:
        return Layout()
    except Exception as error:
        raise CourseError(f"{path}: {type(error).__name__}: {error}. Mend the file; nbgrader cannot read it either.") from error
    asked = config.get("CourseDirectory", {})
    settings = {"structure": "directory_structure", **{step: f"{step}_directory" for step in ("source", "release", "submitted")}}
    layout = Layout(**{name: str(asked[setting]) for name, setting in settings.items() if setting in asked})
    for key in ("nbgrader_step", "student_id", "assignment_id"):
        if f"{{{key}}}" not in layout.structure:
            raise CourseError(
                f"{path}: CourseDirectory.directory_structure lacks {{{key}}}: {layout.structure!r}. nbgrader needs it as well."
            )
    return layout
