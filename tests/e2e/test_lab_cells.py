"""JupyterLab as a learner meets it: `goprod lab`, a browser, real Go."""

from __future__ import annotations

import contextlib
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.conftest import FILES, MANIFEST, sum_go
from tests.e2e.browser import PHASE, RACY, Cell, Notebook, server, small_course

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import BrowserContext

    from tests.conftest import MakeExercise

SCRATCH, ANSWER, CHECK = range(3)
"""The code cells of each notebook."""

TILL = "// takings/till.go\n\n"
LOT = "// unlocked-read/lot.go\n\n"
LOOP = 'package main\n\nimport "fmt"\n\nfunc main() {\n\tfmt.Println("under way")\n\tfor {\n\t}\n}\n'
PICTURES = Path(__file__).resolve().parents[2] / "docs"
RED = {"Light": "rgb(179, 38, 30)", "Dark": "rgb(255, 143, 133)"}


@pytest.fixture(scope="module")
def lab(make_exercise: MakeExercise, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the address of a JupyterLab that `goprod lab` started on a small course."""
    course = small_course(make_exercise, MANIFEST)
    goprod = Path(sys.executable).with_name("goprod")
    with server([str(goprod), "lab", "--course", str(course.root), "--no-browser", "--"], tmp_path_factory.mktemp("home")) as url:
        yield url


@pytest.fixture(scope="module")
def basics(lab: str, context: BrowserContext) -> Notebook:
    """Give the notebook of the small exercise."""
    return Notebook.open(context, f"{lab}/lab/workspaces/basics/tree/01-basics.ipynb")


@pytest.fixture(scope="module")
def concurrency(lab: str, context: BrowserContext) -> Notebook:
    """Give the notebook of the real exercise."""
    return Notebook.open(context, f"{lab}/lab/workspaces/concurrency/tree/{PHASE}.ipynb")


def test_start_page_shows_the_course_map(lab: str, context: BrowserContext) -> None:
    """The address that opens by itself is the start page; its first cell shows every phase."""
    start = Notebook.open(context, f"{lab}/")
    expect(start.page).to_have_url(re.compile(r"/lab/tree/start\.ipynb"))
    output = start.cell(0).run().output
    expect(output).to_contain_text("Basics")
    expect(output).to_contain_text("Concurrency")
    start.page.close()


def test_cells_are_go_at_load(basics: Notebook) -> None:
    """Before anything has run, Go's keywords are coloured and the toolbar names the Go kernel, not Python."""
    for word in ("package", "func", "range"):
        expect(basics.cell(ANSWER).token(word)).to_have_css("font-weight", "700")
    expect(basics.kernel_name).to_have_text("Go (goprod)")
    expect(basics.page.locator("#jp-main-statusbar")).not_to_contain_text("Python")


def test_wrong_fix_is_recognised(basics: Notebook) -> None:
    """A known wrong fix shows its own words above the tests, in a card with its own stylesheet."""
    ran = basics.cell(ANSWER).run(TILL + FILES["wrong/first-and-last/till.go"])
    expect(ran.headline).to_contain_text("Not yet.")
    expect(ran.output).to_contain_text("What lies between is lost.")
    expect(ran.output.locator(".gp style")).to_have_count(1)


def test_compile_error_names_the_cells_line(basics: Notebook) -> None:
    """What does not compile says so, with the line as the cell counts it."""
    ran = basics.cell(ANSWER).run(TILL + sum_go("sum := 0\nreturn 7"))
    expect(ran.headline).to_contain_text("Doesn’t compile. Line 8")
    expect(ran.output).not_to_contain_text("Traceback")


def test_endless_loop_is_stuck(basics: Notebook) -> None:
    """An answer that never ends is ended by the time limit, and the card says where it was."""
    ran = basics.cell(ANSWER).run(TILL + sum_go("for {\n}"))
    expect(ran.headline).to_contain_text("Stuck.")
    expect(ran.headline).to_contain_text("Sum never returned")


def test_right_answer_passes(basics: Notebook) -> None:
    """A right answer passes, and the grade cell below gives its card and the points."""
    expect(basics.cell(ANSWER).run(TILL + FILES["till.go"]).headline).to_contain_text("Passed:")
    graded = basics.cell(CHECK).run()
    expect(graded.headline).to_contain_text("Passed:")
    expect(graded.headline).to_contain_text("10")


def test_race_shows_both_sides(concurrency: Notebook) -> None:
    """A racy answer shows what the wrong fix misses, the timeline, and who wrote and who read."""
    ran = concurrency.cell(ANSWER).run(LOT + RACY.read("wrong/one-reader/lot.go"))
    expect(ran.headline).to_contain_text("Data race.")
    expect(ran.output).to_contain_text("The screen is safe now, and the page still reads fields that tom's bid is writing.")
    expect(ran.output.locator(".gp-fig svg")).to_be_visible()
    sides = ran.output.locator(".gp-two > *")
    expect(sides).to_have_count(2)
    expect(sides.filter(has_text="wrote")).to_have_count(1)
    expect(sides.filter(has_text="read, in")).to_have_count(1)


def test_hints_by_button_and_by_command(basics: Notebook) -> None:
    """The button opens the first hint under the card; the command then opens the second, with the first above it."""
    answer = basics.cell(ANSWER).run(TILL + FILES["wrong/first-two/till.go"])
    answer.output.get_by_role("button", name="Next hint").click()
    expect(answer.output.get_by_text("What does the second sale do?")).to_be_visible()
    expect(answer.output.get_by_text("Add it up.")).to_be_hidden()
    asked = basics.cell(SCRATCH).run("%hint takings")
    expect(asked.output.get_by_text("What does the second sale do?")).to_be_visible()
    expect(asked.output.get_by_text("Add it up.")).to_be_visible()


@contextlib.contextmanager
def looping(notebook: Notebook) -> Iterator[Cell]:
    """Have the scratch cell run for ever; press Stop at the end."""
    scratch = notebook.cell(SCRATCH)
    scratch.start(LOOP)
    try:
        expect(scratch.output).to_contain_text("under way")
        yield scratch
    finally:
        notebook.press("notebook:interrupt-kernel")
    expect(scratch.output).to_contain_text("Stopped.", timeout=3_000)


def test_stop_ends_a_program(basics: Notebook) -> None:
    """The square of the toolbar ends a program within 3 seconds, and the kernel runs the next cell."""
    with looping(basics) as scratch:
        expect(scratch.prompt).to_have_text("[*]:")
    expect(scratch.output).not_to_contain_text("Traceback")
    expect(scratch.run('fmt.Println("after")').output).to_have_text("after")


def offered(notebook: Notebook, cell: Cell, text: str, *wanted: str) -> set[str]:
    """Return what Tab offers after a text, once it offers what is wanted: JupyterLab fills its list bit by bit."""
    cell.write(text)
    cell.shown.locator(".cm-content").press("Tab")
    names = notebook.page.locator(".jp-Completer:not(.lm-mod-hidden) .jp-Completer-match")
    for name in wanted:
        expect(names.filter(has_text=re.compile(f"^{name}$"))).to_be_attached()
    found = set(names.all_inner_texts())
    notebook.page.keyboard.press("Escape")
    expect(names.first).to_be_hidden()
    return found


def test_completion_beside_a_running_cell(basics: Notebook) -> None:
    """Tab and Shift+Tab answer while another cell runs, with Go's names and never Python's."""
    answer = basics.cell(ANSWER)
    with looping(basics) as scratch:
        offered(basics, answer, "fmt.Pr", "Print", "Printf", "Println")
        words = offered(basics, answer, "i", "import", "int64", "io", "iter")
        assert not {"isinstance", "input", "id", "importlib"} & words
        members = offered(basics, answer, "os.g", "Getenv", "Getwd")
        assert not {"getcwd", "getenv", "getpid"} & members
        answer.write("print(")
        answer.shown.locator(".cm-content").press("Shift+Tab")
        expect(basics.page.locator(".jp-Tooltip")).to_contain_text("func print(args ...Type)")
        basics.page.keyboard.press("Escape")
        expect(scratch.prompt).to_have_text("[*]:")


def test_restart_keeps_answers_and_points(basics: Notebook) -> None:
    """After a restart the last answer and its points are still there."""
    expect(basics.cell(ANSWER).run(TILL + FILES["accept/backwards/till.go"]).headline).to_contain_text("Passed:")
    basics.press("notebook:restart-kernel")
    basics.page.locator(".jp-Dialog .jp-mod-accept").click()
    expect(basics.page.locator(".jp-Dialog")).to_have_count(0)
    basics.wait_until_idle()
    shown = basics.cell(SCRATCH).run("%show takings")
    expect(shown.output).to_contain_text("for i := len(sales) - 1; i >= 0; i--")
    expect(basics.cell(SCRATCH).run("%progress").output).to_contain_text("10 of 10")


def test_saved_card_is_there_when_reopened(basics: Notebook) -> None:
    """A saved notebook shows its card when it is opened again, with its looks, and nothing has run."""
    ran = basics.cell(ANSWER).run(TILL + FILES["wrong/first-two/till.go"])
    headline = ran.headline.inner_text()
    basics.save()
    basics.page.reload()
    basics.wait_until_idle()
    again = basics.cell(ANSWER)
    expect(again.headline).to_have_text(headline, use_inner_text=True)
    expect(again.headline.locator("strong").first).to_have_css("color", RED["Light"])


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_race_in_each_theme(concurrency: Notebook, theme: str) -> None:
    """The card follows JupyterLab's theme. With GOPROD_SCREENSHOTS=1 the README's pictures are taken."""
    page = concurrency.page
    page.get_by_role("menuitem", name="Settings", exact=True).click()
    page.get_by_text("Theme", exact=True).hover()
    page.get_by_text(f"JupyterLab {theme}", exact=True).click()
    expect(page.locator("body")).to_have_attribute("data-jp-theme-light", str(theme == "Light").lower())
    ran = concurrency.cell(ANSWER).run(LOT + RACY.read("wrong/one-reader/lot.go"))
    expect(ran.headline.locator("strong").first).to_have_css("color", RED[theme])
    if os.environ.get("GOPROD_SCREENSHOTS") == "1":
        _picture_of(concurrency, ran, PICTURES / f"race-{theme.lower()}.png")


def _picture_of(notebook: Notebook, cell: Cell, path: Path) -> None:
    """Take a picture of the end of a cell's code and of the card below, as far as the two sides."""
    page = notebook.page
    page.set_viewport_size({"width": 1100, "height": 4000})
    first = cell.shown.locator(".cm-line", has_text="// WritePage writes the lot's page")
    last = cell.output.locator(".gp-two")
    top, bottom, wide = (each.evaluate("shown => shown.getBoundingClientRect()") for each in (first, last, cell.shown))
    page.screenshot(path=path, clip={"x": wide["x"], "y": top["y"] - 8, "width": wide["width"], "height": bottom["bottom"] - top["y"] + 24})
