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

# nbgrader's own steps but for two, which read the verdicts of `goprod grade` and judge what it
# has not: no cell of a submitted notebook is executed. A submission that nbgrader cannot read
# has its answers read into the released notebook, or is held.
c.Autograde.autograde_preprocessors = [
    "grader.hosts.grading.ReadVerdicts",
    "nbgrader.preprocessors.IgnorePattern",
    "nbconvert.preprocessors.ClearMetadataPreprocessor",
    "nbgrader.preprocessors.LimitOutput",
    "grader.hosts.grading.SaveVerdicts",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.Autograde.exporter_class = "grader.hosts.grading.RepairedNotebook"
c.RepairedNotebook.optimistic_validation = True  # once, after all steps

# A grade cell that a learner deleted is put back, so that feedback shows its verdict.
c.OverwriteCells.add_missing_cells = True

# Yours: for example the course's id at a shared exchange.
# c.CourseDirectory.course_id = "go-production-2027"
