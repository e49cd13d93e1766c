"""The command report: how a class did at a phase, as a page, a table and text."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.options import with_cohort

if TYPE_CHECKING:
    from grader.course import Course


@click.command()
@click.argument("assignment")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="The folder to write into; by default reports/ASSIGNMENT.")
@with_cohort
def report(assignment: str, out: Path | None, course: Course) -> None:
    """Show how the class did at ASSIGNMENT, a phase: cohort.html, cohort.csv and the notebook behind them, cohort.ipynb.

    It reads what `goprod grade` judged, and what the learners' notebooks tell of their tries.
    """
    from grader.hosts import reporting

    phase = course.phase(assignment)
    written = reporting.write(course, phase, out or course.root / "reports" / phase.slug)
    click.echo(written.text)
    click.echo(f"{written.page} is written, and {reporting.NAME}.csv and {reporting.NAME}.ipynb beside it.")


COMMANDS = (report,)
