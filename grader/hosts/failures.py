"""What a learner is told when a cell cannot do its work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.errors import GoprodError, InfraError
from grader.hosts import faults
from grader.hosts.screen import CellError, CommandError, Fault

if TYPE_CHECKING:
    from grader.hosts.screen import Page, Screen

_OURS = "Our fault, not your code’s."


def told(error: Exception, screen: Screen) -> CellError:
    """Return the error that a cell ends in; for a failure of ours, log it and show a notice."""
    if _is_for_learners(error):
        return CommandError(_sentence(str(error)))
    code, page = _ours(error)
    screen.show(page)
    return Fault(f"Fault {code}.")


def page_of(error: Exception) -> Page:
    """Return what a button shows when it cannot do its work."""
    from grader.hosts import pages

    return pages.notice("refused", "Not done.", _sentence(str(error))) if _is_for_learners(error) else _ours(error)[1]


def _is_for_learners(error: Exception) -> bool:
    from IPython.core.error import UsageError as IPythonUsageError

    return isinstance(error, (GoprodError, IPythonUsageError)) and not isinstance(error, InfraError)


def _ours(error: Exception) -> tuple[str, Page]:
    from grader.hosts import pages

    code = faults.record(error)
    fact = "The course's own program failed."
    if isinstance(error, InfraError):
        code, fact = error.code, str(error)
    advice = f"Run the cell again. If it stays, send the file `{faults.LOG}` in `.goprod` to whoever runs the course, and say `{code}`."
    return code, pages.notice("infra", _OURS, fact, advice)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
