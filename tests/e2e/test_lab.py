"""A real JupyterLab in Chromium: `goprod lab` as a learner meets it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.e2e.solving import COURSE, course_copy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Locator, Page

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
QUIET = (
    "--no-sandbox",
    "--no-first-run",
    *(f"--disable-{w}" for w in ("gpu", "quic", "background-networking", "component-update", "sync")),
)
SLUG = "unlocked-read"
WAIT = 60_000  # milliseconds; a busy machine is no failure

pytestmark = pytest.mark.skipif(
    not Path(CHROMIUM).exists() and "CI" not in os.environ, reason=f"there is no {CHROMIUM}; name one in $CHROMIUM"
)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start `goprod lab` on a copy of the course; give the address that it prints."""
    folder = tmp_path_factory.mktemp("lab")
    learn = course_copy(folder)
    (learn.parent / "release").symlink_to(COURSE.root / "release")
    home = {f"JUPYTER_{kind}_DIR": str(folder / kind.lower()) for kind in ("CONFIG", "DATA", "RUNTIME")}
    log = folder / "lab.log"
    command = [
        str(Path(sys.executable).with_name("goprod")),
        "lab",
        "--course",
        str(learn.parent),
        "--no-browser",
        "--",
        "--ServerApp.port=0",
    ]
    with log.open("w") as out:
        server = subprocess.Popen(command, env={**os.environ, **home}, stdout=out, stderr=out, cwd=folder)
    try:
        for _ in range(600):
            if found := re.findall(r"http://127\.0\.0\.1:[1-9]\d*/\S*token=\w+", log.read_text()):
                break
            time.sleep(0.1)
        yield found[-1]
    finally:
        server.terminate()
        server.wait(timeout=30)


@pytest.fixture
def page(address: str) -> Iterator[Page]:
    """Open the course's notebook in a browser of its own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        opened = browser.new_page(viewport={"width": 1200, "height": 1000})
        opened.set_default_timeout(WAIT)
        opened.goto(address.replace("start.ipynb", "03-concurrency.ipynb"))
        opened.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
        yield opened
        browser.close()


def answer_cell(page: Page) -> Locator:
    """Scroll until the exercise's answer cell is there: Lab draws what is near."""
    cell = page.locator(".jp-CodeCell", has_text=f"{SLUG}/lot.go")
    page.mouse.move(700, 600)
    for _ in range(100):
        if cell.count():
            break
        page.mouse.wheel(0, 800)
        page.wait_for_timeout(200)
    cell.first.scroll_into_view_if_needed()
    return cell.first


def run(page: Page, cell: Locator, variant: str) -> Locator:
    """Type a variant into the answer cell, run it, and return its card."""
    exercise = COURSE.exercise(SLUG)
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(f"// {SLUG}/lot.go\n\n{exercise.read(variant)}")
    cell.locator(".gp").first.evaluate_all("cards => cards.forEach(card => card.classList.add('old'))")
    page.keyboard.press("Control+Enter")
    return cell.locator(f"[aria-label='Result of {SLUG}']:not(.old)").first


def test_an_exercise_from_wrong_to_right(page: Page) -> None:
    """Cells are coloured as Go; a racy fix shows both sides and the timeline; the hint opens; the fix passes and is kept."""
    cell = answer_cell(page)
    expect(cell.locator(".cm-content")).to_contain_text("package auction")
    expect(cell.locator(".cm-line span").filter(has_text=re.compile("^(func|package|import)$")).first).to_be_visible()
    expect(page.get_by_text("Go (goprod)").first).to_be_visible()

    card = run(page, cell, "wrong/one-reader/lot.go")
    expect(card).to_contain_text("Data race.", timeout=WAIT)
    expect(card).to_contain_text("The screen is safe now")
    expect(card.locator(".gp-fig svg")).to_be_visible()
    expect(card.locator(".gp-two > *")).to_have_count(2)

    cell.get_by_role("button", name="Next hint").click()
    expect(cell).to_contain_text("Hint 1:", timeout=WAIT)

    expect(run(page, cell, "lot.go")).to_contain_text("Passed:", timeout=WAIT)
    page.keyboard.press("Control+s")
    page.wait_for_timeout(1500)
    page.reload()
    page.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
    expect(answer_cell(page).locator(".gp").first).to_contain_text("Passed:", timeout=WAIT)


def test_stop_ends_a_program(page: Page) -> None:
    """A program that loops is stopped by the toolbar's square, with one calm line, and the kernel goes on."""
    cell = page.locator(".jp-CodeCell").first
    for text in ('package main\n\nimport "fmt"\n\nfunc main() {\n\tfmt.Println("under way")\n\tfor {\n\t}\n}\n', 'fmt.Println("after")'):
        cell.locator(".cm-content").click()
        page.keyboard.press("Control+a")
        page.keyboard.insert_text(text)
        page.keyboard.press("Control+Enter")
        if "package" in text:
            expect(cell).to_contain_text("under way\n", timeout=WAIT, use_inner_text=True)
            page.locator("[data-command='notebook:interrupt-kernel'], [title*='Interrupt the kernel']").first.click()
            expect(cell).to_contain_text("Stopped.", timeout=WAIT)
    expect(cell.locator(".jp-OutputArea-output").first).to_contain_text("after", timeout=WAIT)
    expect(page.locator(".jp-Notebook")).not_to_contain_text("Traceback")


def test_the_start_page(address: str, page: Page) -> None:
    """The address that opens by itself is the start page; its first cell shows how far the learner is."""
    page.goto(address)
    cell = page.locator(".jp-CodeCell", has_text="%progress").first
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    expect(cell).to_contain_text("exercises done", timeout=WAIT)
