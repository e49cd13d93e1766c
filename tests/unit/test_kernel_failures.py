"""What a learner is told when something fails, and what the log keeps."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from grader.errors import AttemptError, InfraError
from grader.hosts import failures, faults
from grader.hosts.screen import CommandError, Fault

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from grader.hosts.screen import Page


class FakeScreen:
    """Remembers pages; the rest of a Screen is not used here."""

    def __init__(self) -> None:
        """Begin with none."""
        self.pages: list[Page] = []

    def show(self, page: Page) -> None:
        """Remember a page."""
        self.pages.append(page)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    """Give the log's path, and put logging back afterwards."""
    handlers, raises = logging.getLogger().handlers[:], logging.raiseExceptions
    faults.log_to(tmp_path / ".goprod")
    yield tmp_path / ".goprod" / faults.LOG
    logging.getLogger().handlers[:], logging.raiseExceptions = handlers, raises


def raised(error: Exception) -> Exception:
    """Return an error as it is caught, with a traceback."""
    with pytest.raises(type(error)) as caught:
        raise error
    return caught.value


def test_what_cannot_be_done_is_a_sentence(log: Path) -> None:
    """An error that is meant for the learner is shown as it stands, and not logged."""
    screen = FakeScreen()
    error = failures.told(raised(AttemptError("till.go is empty.")), screen)  # type: ignore[arg-type]
    assert isinstance(error, CommandError)
    assert error.lines == ["Till.go is empty."]
    assert screen.pages == []
    assert not log.exists()


def test_a_fault_has_a_code_that_the_log_explains(log: Path) -> None:
    """A failure of ours shows a code and no traceback; the log has both. Equal places have equal codes."""
    screen = FakeScreen()
    first, second = (failures.told(raised(ZeroDivisionError("secret")), screen) for _ in range(2))  # type: ignore[arg-type]
    assert isinstance(first, Fault)
    assert first.lines == second.lines
    code = first.lines[0].removeprefix("Fault ").rstrip(".")
    assert code in screen.pages[0].text
    assert "Our fault" in screen.pages[0].text
    assert "gp-infra" in screen.pages[0].html
    assert "secret" not in screen.pages[0].text + first.lines[0]
    assert f"fault {code}" in log.read_text()
    assert "ZeroDivisionError: secret" in log.read_text()


def test_an_infra_error_keeps_its_own_code(log: Path) -> None:
    """A failure that was foreseen says what it is, with its own code."""
    screen = FakeScreen()
    error = failures.told(raised(InfraError("go-missing", "Go is missing.")), screen)  # type: ignore[arg-type]
    assert error.lines == ["Fault go-missing."]
    assert "Go is missing." in screen.pages[0].text
    assert "Go is missing." in log.read_text()


def test_a_button_tells_its_failure_in_place(log: Path) -> None:
    """What a button cannot do is a page of its own."""
    assert "Not done. No such file." in failures.page_of(raised(AttemptError("no such file."))).text
    assert "Our fault" in failures.page_of(raised(KeyError("x"))).text
    assert "KeyError" in log.read_text()


def test_a_log_that_cannot_be_written_is_silent(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Where the log's folder is in the way of a file, nothing is logged and nothing printed."""
    handlers, raises = logging.getLogger().handlers[:], logging.raiseExceptions
    (tmp_path / "file").write_text("")
    faults.log_to(tmp_path / "file")
    faults.record(raised(ValueError("x")))
    logging.getLogger().handlers[:], logging.raiseExceptions = handlers, raises
    assert capfd.readouterr() == ("", "")
