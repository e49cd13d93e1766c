"""The instructor's report on a small class of the real phase."""

# mypy: allow-untyped-calls

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
import sys
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from playwright.sync_api import expect

from grader import history, notebook
from grader.course import Course
from grader.history import History
from tests.conftest import FILES as TAKINGS
from tests.conftest import MANIFEST
from tests.e2e.browser import Notebook, server, small_course

if TYPE_CHECKING:
    from collections.abc import Mapping

    from playwright.sync_api import Browser, BrowserContext

    from tests.conftest import MakeExercise

COURSE = Path(__file__).resolve().parents[2] / "course"
PHASE = "03-concurrency"
KEPT = ("learn", "source", "submitted", "autograded", "feedback", ".goprod", "gradebook.db*")
FILES = {"check-then-act": "ferry.go", "unlocked-read": "lot.go", "stop-hangs": "watch.go"}
CLASS: dict[str, dict[str, tuple[str, History | None]]] = {
    "ada": {"check-then-act": (".", History(3, 3, ("global-lock", "lock-twice"))), "unlocked-read": (".", History(1, 1))},
    "ben": {
        "check-then-act": ("wrong/lock-twice", History(7, None, ("global-lock",))),
        "unlocked-read": ("accept/rwmutex-one-write", History(2)),
    },
    "carla": {"check-then-act": ("wrong/lock-twice", None), "stop-hangs": ("", None)},
}
"""What each student has: a variant of the exercise, empty for an empty cell, and what the notebook tells of the tries."""


def handed_in(course: Course, answers: Mapping[str, tuple[str, History | None]]) -> bytes:
    """Return a student's notebook."""
    released: Any = json.loads((course.root / "release" / PHASE / f"{PHASE}.ipynb").read_bytes())
    cells = {cell["metadata"].get("nbgrader", {}).get("grade_id"): cell for cell in released["cells"]}
    for slug, (variant, told) in answers.items():
        file = FILES[slug]
        text = (course.exercise(slug).folder / variant / file).read_text() if variant else ""
        cell = cells[notebook.grade_id(slug, file)]
        cell["source"] = notebook.answer_cell(slug, file, text)
        if told:
            data = {"text/html": "<div>a card</div>", "text/plain": "a card"}
            cell["outputs"] = [{"output_type": "display_data", "data": data, "metadata": told.note()}]
    return json.dumps(released).encode()


def goprod(root: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command in the course."""
    line = [str(Path(sys.executable).parent / "goprod"), *command]
    return subprocess.run(line, cwd=root, capture_output=True, text=True, timeout=300, check=False)


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a copy of the course whose class has handed in."""
    root = Path(shutil.copytree(COURSE, tmp_path_factory.mktemp("report") / "course", ignore=shutil.ignore_patterns(*KEPT)))
    for student, answers in CLASS.items():
        folder = root / "submitted" / student / PHASE
        folder.mkdir(parents=True)
        (folder / f"{PHASE}.ipynb").write_bytes(handed_in(Course(root), answers))
    return root


@pytest.fixture(scope="module")
def ungraded(collected: Path) -> subprocess.CompletedProcess[str]:
    """Give what the report says before anything is graded."""
    return goprod(collected, "report", PHASE)


@pytest.fixture(scope="module")
def reported(collected: Path, ungraded: subprocess.CompletedProcess[str]) -> tuple[Path, str]:
    """Give the folder of the report on the graded class, and what the command said."""
    assert ungraded.returncode == 2
    graded = goprod(collected, "grade", PHASE)
    assert graded.returncode == 0, graded.stdout + graded.stderr
    done = goprod(collected, "report", PHASE)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    return collected / "reports" / PHASE, done.stdout


def plain(page: str) -> str:
    """Return the words of a page."""
    return " ".join(unescape(re.sub(r"<style>.*?</style>|<[^>]*>", " ", page, flags=re.DOTALL)).split())


def test_before_grading(ungraded: subprocess.CompletedProcess[str]) -> None:
    """Without a verdict the report says in a sentence to grade first, and that is all."""
    assert (ungraded.returncode, ungraded.stdout) == (2, "")
    assert ungraded.stderr == f"goprod: No answer to {PHASE} has a verdict yet. Run `goprod grade {PHASE}` first.\n"


def test_the_table(reported: tuple[Path, str]) -> None:
    """The CSV has a row for each exercise: who tried and passed, in how many tries, and the commonest wrong fix."""
    with (reported[0] / "cohort.csv").open(newline="", encoding="utf-8") as file:
        head, *rows = csv.reader(file)
    assert ",".join(head) == "exercise,tried,passed,median tries,1,2,3,4,5,6+,not yet,wrong fix,learners"
    assert [row[0] for row in rows] == Course(COURSE).slugs(Course(COURSE).phases[0])
    found = {row[0]: ",".join(row[1:]) for row in rows}
    assert found["check-then-act"] == "3,1,3,0,0,1,0,0,0,1,lock-twice,3"
    assert found["unlocked-read"] == "2,2,2,1,0,1,0,0,0,0,,"
    assert found["worker-panic"] == "0,0,,0,0,0,0,0,0,0,,"


def test_the_page(reported: tuple[Path, str]) -> None:
    """The page says where the class is stuck, has the table and what waits; it has no code, no traceback and needs no network."""
    page = (reported[0] / "cohort.html").read_text(encoding="utf-8")
    words = plain(page)
    assert "Cohort, phase 3. 3 learners; 1 result waits for your review." in words
    assert "Worth a word in class: The last place on the 07:15 . 3 of 3 took “lock twice”." in words
    assert "The last place on the 07:15 3 1 3 passed at try 1 to 6+: 0, 0, 1, 0, 0, 0; not yet: 1 lock twice · 3" in words
    assert "Two versions, one pump: carla" in words
    assert page.count("<table>") == 2
    assert "Traceback" not in page
    assert "open_ledger" not in page
    assert not re.search(r"<script|<link|@import|(?:src|href)=|url\((?!\"data:|%23)", page)
    assert str(reported[0].parents[1]) not in page


def test_the_text_and_the_notebook(reported: tuple[Path, str]) -> None:
    """The command shows the report as text and names the page; the notebook has run, is sound, and names no folder of this machine."""
    folder, said = reported
    assert said.startswith("≡ Cohort, phase 3. 3 learners; 1 result waits for your review.\n")
    assert said.splitlines()[-1] == f"{folder}/cohort.html is written, and cohort.csv and cohort.ipynb beside it."
    text = (folder / "cohort.ipynb").read_text(encoding="utf-8")
    nbformat.validate(nbformat.reads(text, as_version=4))
    assert "text/html" in text
    assert str(folder.parents[1]) not in text
    assert sorted(path.name for path in folder.iterdir()) == ["cohort.csv", "cohort.html", "cohort.ipynb"]


def test_another_folder(collected: Path, reported: tuple[Path, str], tmp_path: Path) -> None:
    """--out names a folder anywhere; it is made, and the table there is the same."""
    done = goprod(collected, "report", "3", "--out", str(tmp_path / "a" / "b"))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "a/b/cohort.csv").read_bytes() == (reported[0] / "cohort.csv").read_bytes()


@pytest.mark.parametrize(("fault", "why"), [("found = report.raed", "'raed'"), ("__import__('os').abort()", "Kernel died")])
def test_a_notebook_that_fails(collected: Path, reported: tuple[Path, str], fault: str, why: str) -> None:
    """A notebook that fails is our fault, told in a sentence with the log that has the rest; the report from before stays."""
    before = (reported[0] / "cohort.html").read_bytes()
    source = collected / "reports/cohort.ipynb"
    kept = source.read_text(encoding="utf-8")
    source.write_text(kept.replace("found = report.read", fault), encoding="utf-8")
    try:
        done = goprod(collected, "report", PHASE)
    finally:
        source.write_text(kept, encoding="utf-8")
    assert (done.returncode, done.stdout) == (3, "")
    told = re.fullmatch(r"goprod: our fault, not yours: \w+\. The log (\S+) has the rest\.\n", done.stderr)
    assert told, done.stderr
    log = Path(told[1])
    assert why in log.read_text()
    log.unlink()
    assert (reported[0] / "cohort.html").read_bytes() == before
    assert [path.name for path in reported[0].glob(".*")] == []


def test_the_page_in_a_browser(reported: tuple[Path, str], browser: Browser) -> None:
    """Offline the page shows its bars, on screen and on paper no wider than the sheet, and asks for nothing."""
    context = browser.new_context(viewport={"width": 1100, "height": 1400}, offline=True)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((reported[0] / "cohort.html").as_uri())
    for media, width in (("screen", 1100), ("print", 680)):
        page.emulate_media(media=media)  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": 1400})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.locator("table >> nth=0 >> tbody tr").count() == 8
        assert page.locator("rect.gp-b1").count() == 3
        assert page.locator("rect.gp-b1 >> nth=0").bounding_box() is not None
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    context.close()


def test_jupyterlab_saves_the_tries(make_exercise: MakeExercise, tmp_path: Path, context: BrowserContext) -> None:
    """A notebook that was run and saved in JupyterLab tells the tries at its exercise."""
    course = small_course(make_exercise, MANIFEST)
    with server([str(Path(sys.executable).parent / "goprod"), "lab", "--course", str(course.root), "--no-browser", "--"], tmp_path) as url:
        opened = Notebook.open(context, f"{url}/lab/workspaces/tries/tree/01-basics.ipynb")
        for file in ("wrong/first-two/till.go", "till.go"):
            shown = opened.cell(1).run(f"// takings/till.go\n\n{TAKINGS[file]}").headline
            expect(shown).to_contain_text("10 of 10 points" if file == "till.go" else "3 of 10 points")
        opened.save()
        opened.page.close()
    cells = notebook.read(course.root / "learn" / "01-basics.ipynb").cells
    assert history.told([cell.outputs for cell in cells], course.exercise("takings")) == History(2, 2, ("first-two",))
