"""Settings of nbgrader for this course. They hold for `goprod build` as well.

Start nbgrader's commands in this folder. Every setting: `nbgrader --help-all`.
"""

from pathlib import Path

c = get_config()  # noqa: F821

# Where source/, release/, submitted/, autograded/ and feedback/ stand.
c.CourseDirectory.root = str(Path(__file__).resolve().parent)

# The gradebook. For several graders at once, the URL of a PostgreSQL database.
c.CourseDirectory.db_url = f"sqlite:///{Path(__file__).resolve().parent / 'gradebook.db'}"

# nbgrader's own steps but for two: ClearSolutions knows no Go, and source/ holds no solution
# that it would have to clear; InstantiateTests writes tests in Python.
c.GenerateAssignment.preprocessors = [
    "nbgrader.preprocessors.IncludeHeaderFooter",
    "nbgrader.preprocessors.LockCells",
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.CheckCellMetadata",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.SaveCells",
    "nbgrader.preprocessors.CheckCellMetadata",
]

# Yours: for example the course's id at a shared exchange.
# c.CourseDirectory.course_id = "go-production-2027"
