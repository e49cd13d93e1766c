"""The page of a cohort's report, in HTML and in text.

`GOPROD_GOLDEN=write pytest tests/unit/test_card_cohort.py` writes the golden files anew.
"""

from __future__ import annotations

import dataclasses
import os
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec
import pytest

from grader import card
from grader.report import ExerciseReport, HardTest, Report, Waiting
from tests.unit.test_card_pages import COURSE, GOLDEN

if TYPE_CHECKING:
    from grader.course import Exercise

PHASE = COURSE.phases[0]
AT = datetime(2026, 11, 27, 18, tzinfo=UTC)


def exercise(title: str) -> Exercise:
    """Return an exercise with this title."""
    like = COURSE.exercise("check-then-act")
    manifest = msgspec.structs.replace(like.manifest, title=title)
    return dataclasses.replace(like, slug=title.lower().replace(",", "").replace(" ", "-"), manifest=manifest)


def line(title: str, tried: int, tries: tuple[int, ...], median: float | None, wrong: tuple[str, int] | None = None) -> ExerciseReport:
    """Return an exercise of a class all of whose notebooks tell their tries."""
    return ExerciseReport(exercise(title), tried, sum(tries), tries, tried - sum(tries), median, (wrong,) if wrong else ())


LINES = (
    line("First wins, the rest leak", 32, (11, 8, 6, 3, 1, 1), 2, ("default-send-drops-the-winner", 9)),
    line("Unlocked read", 32, (17, 8, 4, 2, 0, 0), 1, ("value-receiver-copies-the-mutex", 6)),
    line("Check, then act", 31, (1, 3, 4, 5, 3, 3), 4, ("rlock-then-lock", 17)),
    line("Stop hangs", 29, (4, 5, 6, 4, 2, 1), 3, ("timeout-around-the-wait", 8)),
    line("Shared append", 27, (9, 8, 4, 3, 1, 0), 2, ("limit-one", 7)),
    line("Worker panic", 21, (2, 3, 3, 2, 1, 1), 3, ("recover-in-the-caller", 11)),
    line("Backoff ignores its context", 14, (4, 3, 2, 1, 1, 0), 2, ("check-after-the-sleep", 4)),
    line("Request context outlives", 6, (0, 1, 1, 0, 0, 0), 2.5, ("bare-background", 3)),
)
HARDEST = (
    HardTest(LINES[2].exercise, "TestOtherCouponsDoNotWait", visible=False, failed=12, attempts=30, status="race"),
    HardTest(LINES[5].exercise, "TestOnePanicIsOneLabel", visible=True, failed=8, attempts=21, status="panic"),
    HardTest(LINES[2].exercise, "TestTwoOrdersAtOnce", visible=True, failed=10, attempts=30, status="fail"),
    HardTest(LINES[3].exercise, "TestStopTwice", visible=True, failed=7, attempts=29, status="timeout"),
)
HELD = "The cell of stop-hangs/watch.go, cell 41, is empty. Grade it by hand, set the points, or ask for the notebook again."
WHOLE = "03-concurrency.ipynb is cut off. Ask for the notebook again, or set the points."
CLASS = Report(
    PHASE,
    32,
    LINES,
    HARDEST,
    76,
    (1, 0, 2, 1, 3, 4, 6, 5, 4, 3),
    (
        Waiting("infra", "The sandbox did not start.", (("ada", "stop-hangs"),)),
        Waiting("held", HELD, (("ben", "stop-hangs"),)),
        Waiting("held", WHOLE, (("carla", "*"), ("dario", "*"))),
    ),
    2,
)
CALM = dataclasses.replace(
    CLASS,
    learners=1,
    exercises=(line("Unlocked read", 1, (1, 0, 0, 0, 0, 0), 1), line("Stop hangs", 0, (0,) * 6, None)),
    hardest=(),
    tenths=(0,) * 5 + (1,) + (0,) * 4,
    waiting=(),
    silent=0,
)
PAGES = {"cohort": CLASS, "cohort-calm": CALM}


@pytest.mark.parametrize("name", PAGES)
def test_page_is_as_the_golden_file_says(name: str) -> None:
    """The text of each page is that of its golden file, and no line is wider than 78 columns."""
    path, text = GOLDEN / "text" / f"page-{name}.txt", card.cohort_text(PAGES[name], AT)
    if os.environ.get("GOPROD_GOLDEN") == "write":
        path.write_text(text)
    assert text == path.read_text()
    assert max(map(len, text.splitlines())) <= 78


def drawings(html: str) -> list[list[tuple[str, list[float]]]]:
    """Return the shapes of each row's bars: their class, and their place and size."""
    found = []
    for svg in re.findall(r"<svg class=\"gp-spark\".*?</svg>", html):
        shapes = re.findall(r'<(?:rect|line) class="([\w-]+)"([^>]*)>', svg)
        found.append(
            [(name, [float(value) for value in re.findall(r'\b(?:x|y|width|height|[xy][12])="([\d.]+)"', rest)]) for name, rest in shapes]
        )
    return found


def test_the_bars_are_those_of_the_look() -> None:
    """The same class has the same bars as in the look, to a tenth of a pixel, and the same words for who cannot see them."""
    mine, look = card.cohort_html(CLASS), (GOLDEN / "look" / "10-cohort.html").read_text()
    ours, theirs = drawings(mine)[: len(LINES)], drawings(look)
    assert [[name for name, _ in row] for row in ours] == [[name for name, _ in row] for row in theirs]
    for one, other in zip(ours, theirs, strict=True):
        assert [value for _, values in one for value in values] == pytest.approx([v for _, values in other for v in values], abs=0.16)
    said = r'<span class="gp-sr">(.*?)</span>'
    assert re.findall(said, mine) == re.findall(said, look)


def test_the_page_has_the_classes_and_the_head_of_the_look() -> None:
    """The page uses the classes of the look; the rows below the table bring those of rows and bars, and nothing else."""

    def classes(html: str) -> set[str]:
        return {each for value in re.findall(r' class="([\w -]+)', html) for each in value.split()}

    mine, look = card.cohort_html(CLASS, AT), (GOLDEN / "look" / "10-cohort.html").read_text()
    icons = {"gp-race", "gp-fail", "gp-stuck", "gp-infra", "gp-later"}
    assert classes(mine) - classes(look) == {"gp-lab", "gp-rows", "gp-bn"} | icons
    assert classes(look) <= classes(mine)
    head = re.findall(r"<th.*?</th>", look)
    assert re.findall(r"<th.*?</th>", mine)[: len(head)] == head


def test_who_is_stuck_is_said() -> None:
    """Without a known wrong fix the head names the exercise that most have not passed; where all passed, it says that there is nothing."""
    few = dataclasses.replace(CLASS, exercises=tuple(dataclasses.replace(each, wrong=()) for each in LINES))
    assert "  → Worth a word in class: Check, then act. 19 of 31 passed.\n" in card.cohort_text(few)
    assert "  → Nothing to bring up in class: whoever tried an exercise passed it.\n" in card.cohort_text(CALM)


def test_what_waits_is_counted_and_shortened() -> None:
    """A reason that many share is one row that names three of them; of many reasons twenty are shown and the rest counted."""
    many = Waiting("infra", "No space.", tuple((f"student-{number}", "stop-hangs") for number in range(9)))
    reasons = tuple(Waiting("held", f"Reason {number}.", (("eva", "*"),)) for number in range(25))
    text = card.cohort_text(dataclasses.replace(CLASS, waiting=(many, *reasons)))
    assert "9 results are missing by our fault." in text
    assert "    Stop hangs: student-0, student-1, student-2 and 6 more\n" in text
    assert text.count("Reason ") == 20
    assert "  More reasons, not shown here: 5.\n" in text


def test_small_and_large_points() -> None:
    """Each point belongs to one row, also where a phase has few points or many."""
    for full in (3, 10, 76, 80, 1240):
        text = card.cohort_text(dataclasses.replace(CLASS, full=full))
        table = re.findall(r"^ +(\d+)(?:–(\d+))? +\d+(?:  █+)?$", text, re.MULTILINE)
        assert [point for start, end in table for point in range(int(start), int(end or start) + 1)] == list(range(full + 1)), full


def test_titles_of_any_length_fit() -> None:
    """A long title wraps in the text; the numbers beside it stay in their columns."""
    long = line("Three thousand parcels, one postcode and a clerk who had gone home for the day", 9, (1, 1, 0, 0, 0, 0), 1.5)
    text = card.cohort_text(dataclasses.replace(CLASS, exercises=(long, *LINES)))
    assert max(map(len, text.splitlines())) <= 78
    assert "home for the day" in " ".join(text.split())


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "'\"><img src=x onerror=alert(1)>", "\x1b[31mred", "\u202ered", "{{ 7 * 7 }}", "x" * 5000]
)
def test_hostile_text_is_shown_and_does_nothing(text: str) -> None:
    """Whatever a folder is called and a reason says: no markup, no control character, no line beyond 78 columns."""
    hostile = dataclasses.replace(CLASS, waiting=(Waiting("held", text, ((text, "*"), (text, "stop-hangs"))),))
    html, plain = card.cohort_html(hostile), card.cohort_text(hostile)
    assert "<script" not in html
    assert "<img" not in html
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", html + plain)
    assert max(map(len, plain.splitlines())) <= 78
