"""Writes an instructor's report on a phase: course/reports/cohort.ipynb run by papermill, as a page, and its table."""
# mypy: allow-untyped-calls

from __future__ import annotations

import logging
import tempfile
from html import escape
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from grader import errors
from grader.errors import NotebookError, UsageError

if TYPE_CHECKING:
    from jupyter_client.manager import AsyncKernelManager

    from grader.course import Course, Phase

NAME = "cohort"
"""The name of each file of a report, without its suffix."""

_PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body{{max-width:940px;margin:32px auto;padding:0 24px;background:#fff}}
@media print{{body{{max-width:none;margin:0;padding:0}} tr,li{{break-inside:avoid}} .gp-body>p{{break-after:avoid}}}}
@page{{margin:16mm}}
</style>
</head>
<body>
{body}
</body>
</html>
"""


class Written(NamedTuple):
    """A report: its page, and what it shows as text."""

    page: Path
    text: str


def write(course: Course, phase: Phase, folder: Path) -> Written:
    """Write cohort.ipynb, cohort.html and cohort.csv into a folder; what is there stays until all three are made.

    Raises UsageError if nothing was handed in or graded, NotebookError where the report's notebook cannot be read or the folder
    not be written, StoreError, ManifestError. What else fails in the notebook is raised as papermill tells it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".report-") as beside:
            made = Path(beside)
            executed = _executed(course, phase, made)
            (made / f"{NAME}.ipynb").write_text(_plain(executed), encoding="utf-8")
            (made / f"{NAME}.html").write_text(_page(executed, f"{phase.title}: cohort"), encoding="utf-8")
            for suffix in ("ipynb", "csv", "html"):
                (made / f"{NAME}.{suffix}").replace(folder / f"{NAME}.{suffix}")
    except OSError as error:
        raise NotebookError(f"{folder} cannot be written: {error.strerror} ({error.filename}). Name another folder.") from error
    return Written(folder / f"{NAME}.html", _text(executed))


def _executed(course: Course, phase: Phase, cwd: Path) -> Any:  # noqa: ANN401 - nbformat has no types
    """Return the report's notebook as it ran in a folder; its table is written there."""
    import papermill
    from papermill.exceptions import PapermillExecutionError

    source = course.root / "reports" / f"{NAME}.ipynb"
    if not source.is_file():
        raise NotebookError(f"{source} is missing. Bring it back: it comes with the course.")
    parameters = {"phase": phase.slug, "table": f"{NAME}.csv"}
    if course.root not in cwd.resolve().parents:
        parameters["course"] = str(course.root)
    logging.getLogger("papermill").addHandler(logging.NullHandler())  # what it would say at the prompt, its errors say as well
    said = cwd / "kernel.log"
    try:
        with said.open("w") as stderr:
            manager = _manager(stderr)
            return papermill.execute_notebook(
                source, None, parameters, kernel_name="python3", progress_bar=False, cwd=str(cwd), kernel_manager_class=manager
            )
    except PapermillExecutionError as error:
        known = getattr(errors, error.ename, None)
        if isinstance(known, type) and issubclass(known, UsageError):
            raise UsageError(error.evalue) from error
        raise
    except RuntimeError as error:  # the kernel is gone, and only it knows why
        error.add_note(said.read_text(errors="replace"))
        raise


def _manager(stderr: IO[str]) -> type[AsyncKernelManager]:
    """Return what manages a kernel whose own words go into a file: they would stand at the prompt."""
    from jupyter_client.manager import AsyncKernelManager

    class Manager(AsyncKernelManager):
        def start_kernel(self, **options: Any) -> Any:  # noqa: ANN401 - None, to be awaited
            return super().start_kernel(**options, stderr=stderr)

    return Manager


def _plain(executed: Any) -> str:  # noqa: ANN401
    """Return the notebook's file, without the paths of this machine."""
    import nbformat

    for path in ("input_path", "output_path"):
        executed.metadata.papermill.pop(path, None)
    return str(nbformat.writes(executed))


def _page(executed: Any, title: str) -> str:  # noqa: ANN401
    """Return the outputs as a page that needs nothing else."""
    from nbconvert.exporters import HTMLExporter

    exporter = HTMLExporter(
        template_name="basic", exclude_input=True, exclude_input_prompt=True, exclude_output_prompt=True, exclude_anchor_links=True
    )
    body, _ = exporter.from_notebook_node(executed)
    return _PAGE.format(title=escape(title), body=body.strip())


def _text(executed: Any) -> str:  # noqa: ANN401
    outputs = (output for cell in executed.cells for output in cell.get("outputs", []))
    return "".join(output.data.get("text/plain", "") for output in outputs if output.output_type == "display_data")
