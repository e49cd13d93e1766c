"""Formgrader as an instructor meets it: JupyterLab started in the course's folder, a browser, a small class."""

# mypy: allow-untyped-calls

from __future__ import annotations

import contextlib
import csv
import os
import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import TOKEN, server
from tests.e2e.classroom import PHASE, SLUG, answers, released
from tests.e2e.test_grading import call, submissions

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import BrowserContext, Frame, Locator

    from tests.conftest import MakeExercise

CLASS = {
    "accepted": ("Passed:", "^10 of 10 points", "10"),
    "wrong": ("Crashed.", "^3 of 10 points", "3"),
    "twice": ("Held.", r"^held: The cell of takings/till\.go is there 2 times", ""),
    "untouched": ("Not attempted.", "^not attempted$", "0"),
}
"""Who handed in, how their card and their comment begin, and the score that the page proposes."""


@dataclass(frozen=True)
class Formgrader:
    """Formgrader in a tab of JupyterLab."""

    frame: Frame
    url: str

    def go_to_submissions(self) -> None:
        """Open the list of an assignment's submissions."""
        self.frame.goto(f"{self.url}/formgrader/manage_submissions/{PHASE}")

    def row(self, student: str) -> Locator:
        """Return a student's line in the list."""
        return self.frame.locator("tr", has=self.frame.locator(".student-id", has_text=re.compile(f"^{student}$")))

    def autograde(self, student: str) -> str:
        """Press the button in a student's line; return the log that formgrader then shows."""
        self.row(student).locator(".autograde a").click()
        done = self.frame.locator("#success-modal")
        expect(done).to_contain_text(f"Successfully autograded '{PHASE}' for student '{student}'.")
        log = done.locator("pre").inner_text()
        done.get_by_role("button", name="OK").click()
        expect(done).to_have_count(0)
        return log

    def expect_in_row(self, student: str, status: str, score: str) -> None:
        """Expect a student's status and score in the list."""
        expect(self.row(student).locator(".status")).to_have_text(status)
        expect(self.row(student).locator(".score")).to_have_text(score)

    def open(self, student: str) -> None:
        """Open a student's notebook, by their name in the list and the notebook's in the next."""
        self.go_to_submissions()
        self.row(student).locator(".student-name a").click()
        self.frame.locator("td.name a", has_text=PHASE).click()
        expect(self.score).to_be_visible()

    @property
    def score(self) -> Locator:
        """The field for the points of our exercise."""
        return self.frame.locator(f"input#{SLUG}")

    def give(self, points: int) -> None:
        """Type points into the field."""
        with self.saving():
            self.score.fill(str(points))
            self.score.press("Tab")

    @contextlib.contextmanager
    def saving(self) -> Iterator[None]:
        """Wait at the end until the server has saved a grade."""
        with self.frame.page.expect_response(lambda response: "/api/grade/" in response.url and response.request.method == "PUT") as saved:
            yield
        assert saved.value.ok


@pytest.fixture(scope="module")
def course(make_exercise: MakeExercise) -> Path:
    """Give a course's folder with what a small class handed in, graded into our ledger and not yet by nbgrader."""
    made = released(make_exercise)
    root = made.root
    books = submissions(root, answers(made))
    for student in CLASS:
        folder = root / "submitted" / student / PHASE
        folder.mkdir(parents=True)
        (folder / f"{PHASE}.ipynb").write_bytes(books[student])
    call(root, "grader.cli", "grade", PHASE, "--csv", "ours.csv")
    return root


@pytest.fixture(scope="module")
def ours(course: Path) -> dict[str, tuple[str, str]]:
    """Give each student's points and status, as `goprod grade` wrote them."""
    with (course / "ours.csv").open() as file:
        return {row["student"]: (row["points"], row["status"]) for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def formgrader(course: Path, context: BrowserContext) -> Iterator[Formgrader]:
    """Give formgrader, opened from JupyterLab's menu; the server was started in the course's folder and told nothing of nbgrader."""
    command = [sys.executable, "-m", "jupyter", "lab", "--no-browser", *(["--allow-root"] if os.geteuid() == 0 else [])]
    with server(command, course) as url:
        page = context.new_page()
        page.goto(f"{url}/lab?token={TOKEN}")
        page.get_by_role("menuitem", name="Nbgrader").click()
        page.get_by_role("menuitem", name="Formgrader").click()
        handle = page.wait_for_selector(".lm-Widget iframe")
        frame = handle and handle.content_frame()
        assert frame
        yield Formgrader(frame, url)
        page.close()


def test_the_class_is_there(formgrader: Formgrader) -> None:
    """The menu opens the list of assignments; the number of submissions leads to the submissions, which wait for autograding."""
    assignment = formgrader.frame.locator("tr", has_text=PHASE)
    assignment.locator(".num-submissions a").click()
    for student in CLASS:
        expect(formgrader.row(student).locator(".status")).to_have_text("needs autograding")


def test_the_button_gives_our_scores(formgrader: Formgrader, ours: dict[str, tuple[str, str]]) -> None:
    """Autograde in each line gives the score of our ledger; what is held says why in the log, and needs manual grading."""
    assert {student: status for student, (_, status) in ours.items()} == {
        "accepted": "graded",
        "wrong": "graded",
        "twice": "held",
        "untouched": "not-attempted",
    }
    for student, (points, status) in ours.items():
        log = formgrader.autograde(student)
        held = status == "held"
        assert ("twice, takings: held: The cell of takings/till.go is there 2 times" in log) == held
        formgrader.expect_in_row(student, "needs manual grading" if held else "graded", f"{points} / 10")


@pytest.mark.parametrize("student", CLASS)
def test_the_page_shows_our_card(formgrader: Formgrader, student: str) -> None:
    """A submission's page shows the exercise's card with its looks; the comment has the points; only what is held asks for a score."""
    card, comment, score = CLASS[student]
    formgrader.open(student)
    expect(formgrader.frame.locator(".gp .gp-h strong")).to_have_text(card)
    expect(formgrader.frame.locator(".gp .gp-h strong")).to_have_css("font-weight", "600")
    expect(formgrader.frame.locator(f"textarea#{SLUG}--till_go-comment")).to_have_attribute("placeholder", re.compile(comment))
    expect(formgrader.score).to_have_js_property("placeholder", score)
    asks = re.compile(r"\bneeds_manual_grade\b")
    if score:
        expect(formgrader.score).not_to_have_class(asks)
    else:
        expect(formgrader.score).to_have_class(asks)


@pytest.mark.parametrize(("student", "points"), [("twice", 7), ("wrong", 5)])
def test_what_a_person_gives_stays(formgrader: Formgrader, ours: dict[str, tuple[str, str]], student: str, points: int) -> None:
    """Points given in the page count at once; they stay through another autograde, which asks to look again, and Resolve ends that."""
    formgrader.open(student)
    formgrader.give(points)
    formgrader.go_to_submissions()
    formgrader.expect_in_row(student, "graded", f"{points} / 10")
    formgrader.autograde(student)
    formgrader.expect_in_row(student, "needs manual grading", f"{points} / 10")
    formgrader.open(student)
    expect(formgrader.score).to_have_value(str(points))
    expect(formgrader.score).to_have_js_property("placeholder", "" if ours[student][1] == "held" else ours[student][0])
    with formgrader.saving():
        formgrader.frame.get_by_role("button", name="Resolve").click()
    formgrader.go_to_submissions()
    formgrader.expect_in_row(student, "graded", f"{points} / 10")
