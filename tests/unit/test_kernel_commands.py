"""The commands of a notebook and its answer cells, with a judge that is not Go."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import msgspec
import pytest

from grader.errors import StoreError, UsageError
from grader.hosts import answers, progress
from grader.hosts.answers import run_answer
from grader.hosts.cells import classify
from grader.hosts.commands import COMMANDS, buttons, run_command
from grader.hosts.screen import CommandError, Score
from grader.hosts.session import Session
from grader.manifest import HiddenSummary
from grader.store import Store
from grader.verdict import Hidden, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from grader.attempt import Attempt
    from grader.course import Exercise
    from grader.hosts.screen import Button, Page
    from grader.process import Stream

MARK = "// takings/till.go\n\n"


@dataclass
class FakeScreen:
    """Remembers what was shown."""

    cell_id: str = "c1"
    pages: list[Page] = field(default_factory=list)
    cells: list[tuple[str, bool]] = field(default_factory=list)
    buttons: list[str] = field(default_factory=list)

    def show(self, page: Page) -> None:
        """Remember a page."""
        self.pages.append(page)

    def write(self, stream: Stream, text: str) -> None:
        """Write nothing: no command here has output."""
        raise AssertionError(stream, text)

    def offer_cell(self, text: str, *, replace: bool) -> None:
        """Remember a cell."""
        self.cells.append((text, replace))

    def offer_buttons(self, buttons: Sequence[Button], plain: str) -> None:
        """Remember the labels."""
        self.buttons = [*(button.label for button in buttons), plain]

    @property
    def text(self) -> str:
        """What the last page says."""
        return self.pages[-1].text


@pytest.fixture
def screen() -> FakeScreen:
    """Give a screen."""
    return FakeScreen()


@pytest.fixture
def session(exercise: Exercise, monkeypatch: pytest.MonkeyPatch) -> Session:
    """Give a session in the learner's folder, in which the solution passes and everything else fails."""
    learn = exercise.course.root / "learn"
    learn.mkdir()
    monkeypatch.chdir(learn)

    async def check(attempt: Attempt, *, store: Store) -> Verdict:
        await asyncio.sleep(0)
        good = "+=" in attempt.files["till.go"]
        status = "not-attempted" if attempt.untouched else "pass" if good else "fail"
        verdict = Verdict(slug=attempt.exercise.slug, status=status, points=10 if good else 0, max=10)  # type: ignore[arg-type]
        store.log(verdict.slug, "check", verdict)
        return verdict

    monkeypatch.setattr("grader.check.check", check)
    return Session()


def run(session: Session, screen: FakeScreen, code: str) -> Score | None:
    """Run an answer cell or a command."""
    cell = classify(code)
    if cell.kind == "answer":
        asyncio.run(run_answer(session, screen, cell))
        return None
    return asyncio.run(run_command(session, screen, cell))


def score(session: Session, screen: FakeScreen, code: str) -> str:
    """Run a grade cell; return what its result is as text."""
    result = run(session, screen, code)
    assert isinstance(result, Score)
    return result._repr_mimebundle_()["text/plain"]


def test_answer_shows_a_card_and_buttons(session: Session, screen: FakeScreen, exercise: Exercise) -> None:
    """An answer cell shows its card, and buttons that stand for commands."""
    run(session, screen, MARK + exercise.read("till.go"))
    assert screen.text.startswith("✓ Passed")
    assert screen.buttons == ["Next hint", "Reset", "Solution", "%hint takings   %reset takings"]


@pytest.mark.parametrize(("solved", "points"), [(True, "10.0"), (False, "0.0")])
def test_score_is_of_what_was_run_last(session: Session, screen: FakeScreen, exercise: Exercise, points: str, *, solved: bool) -> None:
    """%check judges the saved text: a pass is the maximum, as a plain float, the card is its HTML."""
    run(session, screen, MARK + (exercise.read("till.go") if solved else exercise.broken["till.go"]))
    assert score(session, screen, "%check takings") == points
    assert score(session, screen, "%check") == points


def test_score_of_what_was_never_run_is_zero(session: Session, screen: FakeScreen) -> None:
    """Without an answer the code from the incident is judged."""
    assert score(session, screen, "%check takings") == "0.0"


@pytest.mark.parametrize(
    ("points", "most", "expected"), [(7, 7, 10.0), (0, 7, 0.0), (3, 6, 5.0), (1, 3, 10 / 3), (9, 7, 10.0), (-1, 7, 0.0), (0, 0, 0.0)]
)
def test_points_are_a_share_of_the_maximum(exercise: Exercise, points: int, most: int, expected: float) -> None:
    """What was earned of what is reachable here, times the cell's maximum, never outside of it."""
    verdict = Verdict(slug="takings", status="fail", points=points, max=most, hidden=Hidden(1, 4))
    assert answers.points(exercise, verdict) == expected


def test_withheld_points_count_to_the_maximum(exercise: Exercise) -> None:
    """Where tests are withheld, a pass of those that are here is the grade cell's whole maximum."""
    manifest = msgspec.structs.replace(exercise.manifest, withheld=HiddenSummary(tests=2, points=3))
    verdict = Verdict(slug="takings", status="pass", points=7, max=7)
    assert repr(answers.points(replace(exercise, manifest=manifest), verdict)) == "13.0"


def test_unknown_command_names_the_nearest(session: Session, screen: FakeScreen) -> None:
    """An unknown command is an error with the nearest name."""
    with pytest.raises(CommandError, match=r"%hnit is no command here. Did you mean %hint\? %help lists the commands."):
        run(session, screen, "%hnit takings")


def test_command_stands_alone(session: Session, screen: FakeScreen) -> None:
    """Code below a command is refused, a comment is not."""
    with pytest.raises(CommandError, match="stands alone"):
        run(session, screen, "%hint takings\nx := 1")
    run(session, screen, "%hint takings\n\n// my next step\n")
    assert "1 of 3 open" in screen.text


def test_command_without_a_name_means_the_last_exercise(session: Session, screen: FakeScreen) -> None:
    """Without a name and a last exercise the command asks; after one was named it is meant, in a later kernel too."""
    with pytest.raises(UsageError, match="Which exercise"):
        run(session, screen, "%hint")
    run(session, screen, "%check takings")
    run(Session(), screen, "%hint")
    assert "1 of 3 open" in screen.text


def test_hints_open_one_by_one_and_stay_open(session: Session, screen: FakeScreen) -> None:
    """Each %hint opens the next; after the last there is nothing more to log."""
    for opened in (1, 2, 3, 3):
        run(session, screen, "%hint takings")
        assert f"{opened} of 3 open" in screen.text
    assert session.with_store(session.course, lambda store: store.count("takings", "hint")) == 3


def test_button_does_what_its_command_does(session: Session, screen: FakeScreen, exercise: Exercise) -> None:
    """The first button opens a hint, the second shows the cell from the incident, the third the solution."""
    hint, reset, solution = (asyncio.run(button.press()).text for button in buttons(session, exercise))
    assert "1 of 3 open" in hint
    assert MARK + exercise.broken["till.go"].rstrip().partition("\n")[0] in reset.replace("\n  ", "\n")
    assert "Solution of" in solution
    assert screen.pages == []


def test_reset_in_the_exercises_own_cell_replaces_it(session: Session, screen: FakeScreen, exercise: Exercise) -> None:
    """Typed into the answer's cell, %reset puts the code there; typed elsewhere, into a cell below."""
    run(session, screen, MARK + exercise.read("till.go"))
    run(session, screen, "%reset")
    screen.cell_id = "c2"
    run(session, screen, "%reset takings/till.go")
    cell = MARK + exercise.broken["till.go"]
    assert [(text.rstrip(), replace) for text, replace in screen.cells] == [(cell.rstrip(), True), (cell.rstrip(), False)]
    assert "`%show takings` gives back what you had" in " ".join(screen.text.split())


def test_reset_keeps_what_was_there(session: Session, screen: FakeScreen, exercise: Exercise) -> None:
    """After the code from the incident has run, %show gives back the answer from before, also after a second reset."""
    mine = MARK + exercise.read("till.go")
    run(session, screen, mine)
    for _ in range(2):
        run(session, screen, "%reset takings")
        run(session, screen, screen.cells[-1][0])
    run(session, screen, "%show")
    assert mine in screen.text
    assert "before the reset" in " ".join(screen.text.split())


def test_reset_of_an_unknown_file(session: Session, screen: FakeScreen) -> None:
    """A file that is no answer is refused with those that are."""
    with pytest.raises(UsageError, match=r"no answer file 'x.go'. Its answer is till.go"):
        run(session, screen, "%reset takings/x.go")


def test_show_gives_back_the_text_as_it_was(session: Session, screen: FakeScreen, exercise: Exercise) -> None:
    """%show gives back every character, and says so where there is nothing."""
    run(session, screen, "%show takings")
    assert screen.text.startswith("○ Nothing saved yet.")
    mine = MARK + exercise.read("till.go") + "// " + "é" * 200 + "\n\n\n\t// end\n"
    run(session, screen, mine)
    run(session, screen, "%show takings")
    assert mine in screen.text


def test_pack_keeps_the_solution(session: Session, screen: FakeScreen, exercise: Exercise) -> None:
    """In a cohort's pack the solution opens later, and has no button."""
    pack = exercise.course.root.parent / "cohort" / "pack"
    pack.parent.mkdir()
    exercise.course.root.rename(pack)
    (pack / "course.toml").write_text("pack = true\n" + (pack / "course.toml").read_text())
    run(session, screen, "%solution takings")
    assert "instructor" in screen.text
    assert [button.label for button in buttons(session, session.exercise("takings"))] == ["Next hint", "Reset"]


def test_progress_is_of_what_was_changed(session: Session, screen: FakeScreen, exercise: Exercise) -> None:
    """A check of untouched code is no start; a pass is done."""
    run(session, screen, "%check takings")
    run(session, screen, "%progress")
    assert "0 of 1 exercise done" in screen.text
    run(session, screen, MARK + exercise.read("till.go"))
    run(session, screen, "%progress")
    assert "1 of 1 exercise done" in screen.text


def test_progress_travels(session: Session, screen: FakeScreen, exercise: Exercise, tmp_path: Path) -> None:
    """An exported file brings answers, hints and tries to an empty course, once; what was there is set aside."""
    mine = MARK + exercise.read("till.go")
    run(session, screen, mine)
    run(session, screen, "%hint")
    file = tmp_path / "my progress.json"
    run(session, screen, f"%progress export {file}")
    other = Session()
    (exercise.course.state / "store.sqlite").unlink()
    run(other, screen, MARK + exercise.broken["till.go"].replace("return sum", "return sum + 0"))
    for _ in range(2):
        run(other, screen, f"%progress import {file}")
    assert other.texts(exercise) == {"till.go": mine}
    assert "sum + 0" in other.texts(exercise, "~before-reset")["till.go"]


@pytest.mark.parametrize(
    "text", ["", "not json", "[]", '{"goprod": 2, "exercises": {}}', '{"goprod": 1, "exercises": {"takings": {"answers": [1]}}}']
)
def test_import_refuses_what_was_not_exported(session: Session, tmp_path: Path, text: str) -> None:
    """A file that is no progress file is refused by name."""
    file = tmp_path / "x.json"
    file.write_text(text)
    with pytest.raises(UsageError, match="no progress file"):
        progress.load(session, str(file))


def test_import_leaves_out_what_the_course_does_not_have(session: Session, tmp_path: Path) -> None:
    """Exercises of another course, and texts that cannot be an answer, are left out."""
    file = tmp_path / "x.json"
    kept = {"takings": {"answers": {"till.go": "\0", "other.go": "x"}}, "elsewhere": {"hints": 1}}
    file.write_text(json.dumps({"goprod": 1, "exercises": kept}))
    assert "1 exercise of the file is not in this course" in " ".join(progress.load(session, str(file)).text.split())
    assert session.texts(session.exercise("takings")) == {}


@pytest.mark.parametrize("argument", ["export", "import", "sideways x", "export  "])
def test_progress_says_how_it_is_written(session: Session, screen: FakeScreen, argument: str) -> None:
    """An incomplete %progress is refused with how it is written."""
    with pytest.raises(UsageError, match="export FILE"):
        run(session, screen, f"%progress {argument}")


def test_help_names_every_command(session: Session, screen: FakeScreen) -> None:
    """%help lists all commands and what a cell may be."""
    run(session, screen, "%help")
    assert all(f"%{name}" in screen.text for name in COMMANDS)
    assert "package main" in screen.text


def test_memory_serves_where_the_disk_does_not(
    session: Session, screen: FakeScreen, exercise: Exercise, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that is full costs the learner nothing but a line; when it has room again, the text is saved there."""

    def full(*_: object) -> None:
        raise StoreError("store", "disk full")

    mine = MARK + exercise.read("till.go")
    with monkeypatch.context() as patch:
        patch.setattr(Store, "save_answers", lambda store, *args: full() if store.path else _SAVE(store, *args))
        run(session, screen, mine)
        assert "Not saved." in screen.text
        assert score(session, screen, "%check") == "10.0"
    run(session, screen, mine)
    assert "Not saved." not in screen.text
    assert Session().texts(exercise) == {"till.go": mine}


_SAVE = Store.save_answers
