"""The browser of the end-to-end tests, and pictures of what it showed when one failed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from playwright.sync_api import Browser, BrowserContext

_CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
_QUIET = ("background-networking", "component-update", "gpu", "quic", "sync")
_FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note whether a test failed."""
    report = yield
    item.stash[_FAILED] = item.stash.get(_FAILED, False) or report.failed
    return report


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Give the browser. Where there is none the test is skipped, but not in CI."""
    from playwright.sync_api import sync_playwright

    if not Path(_CHROMIUM).exists() and "CI" not in os.environ:
        pytest.skip(f"there is no {_CHROMIUM}; name a Chromium in $CHROMIUM")
    arguments = ["--no-sandbox", "--no-first-run", *(f"--disable-{what}" for what in _QUIET)]
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=_CHROMIUM, args=arguments)
        yield started
        started.close()


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """Give the learner's browser window."""
    made = browser.new_context(viewport={"width": 1100, "height": 1500})
    made.set_default_timeout(60_000)
    yield made
    made.close()


@pytest.fixture(autouse=True)
def _picture(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
    """Keep what each page showed when a test failed."""
    yield
    if request.node.stash.get(_FAILED, False) and "context" in request.fixturenames:
        context: BrowserContext = request.getfixturevalue("context")
        for number, page in enumerate(context.pages):
            page.screenshot(path=tmp_path / f"page-{number}.png")
