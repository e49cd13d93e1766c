"""Every state of a verdict: its HTML beside the states of the look, its text beside golden files.

`GOPROD_GOLDEN=write pytest tests/unit/test_card_states.py` writes the golden files anew;
`python tests/unit/test_card_states.py PAGE.html` writes every state to a page to look at.
"""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from grader import card
from grader.course import Course
from grader.verdict import decode

GOLDEN = Path(__file__).parent / "golden" / "card"
ATTEMPTS = {path.name: path.read_text() for path in (GOLDEN / "attempts").iterdir()}


@dataclass(frozen=True)
class State:
    """What a verdict of golden/card/verdicts is shown with: the attempt's files, and the state of the look that is like it."""

    files: tuple[str, ...]
    look: str = ""
    pack: bool = False
    following: tuple[str, str] = ("", "")


STATES = {
    "not-attempted": State(("counter.go",), look="01-not-tried"),
    "refused": State(("coupons.go",), look="02-refused"),
    "build": State(("unbuilt.go",), look="03-build"),
    "vet": State(("counter.go",)),
    "fail": State(("coupons.go",), look="04a-fail"),
    "fail-diff": State((), look="04b-fail-diff"),
    "fail-cost": State(("shop.go", "till.go")),
    "race": State(("counter.go",), look="05-race"),
    "race-with-the-test": State(("counter.go",)),
    "stuck": State(("poller.go",), look="06a-stuck"),
    "leak": State(("quote.go",), look="06b-leak"),
    "panic": State(("counter.go",)),
    "memory": State(("counter.go",)),
    "limit": State(("counter.go",)),
    "limit-silent": State(("counter.go",)),
    "timeout-building": State(("counter.go",)),
    "memory-building": State(("counter.go",)),
    "limit-building": State(("counter.go",)),
    "invalid": State(("counter.go",)),
    "infra": State(("counter.go",), look="08-infra"),
    "pass-pack": State(("coupons.go",), look="07a-pass-cohort", pack=True, following=("Stop hangs", "stop-hangs")),
    "pass-self": State(("counter.go",), look="07b-pass-self", following=("Check, then act", "check-then-act")),
}
BEYOND = {
    # the tests ran on the untouched code, and its race is shown as any other
    "01-not-tried": {
        f"gp-{c}"
        for c in [
            "rows",
            "race",
            "code",
            "lane",
            "lab",
            "no",
            "ev",
            "fig",
            "hit",
            "say",
            "clash",
            "held",
            "evo",
            "mono",
            "tc",
            "tdim",
            "two",
            "stack",
        ]
    },
    "04a-fail": {"gp-no", "gp-hit", "gp-say"},  # the excerpt that only a person could annotate
    "06a-stuck": {"gp-none"},  # a test that was not reached; here each has a process of its own
    "06b-leak": {"gp-cut"},  # the function's first line stands above the lines around the hit
}
"""Classes by which a card may differ from its state of the look, because its data differ."""


def shown(name: str) -> tuple[str, str]:
    """Return a state as HTML and as text."""
    state = STATES[name]
    course = Course(GOLDEN / "course")
    course.pack = state.pack
    verdict = decode((GOLDEN / "verdicts" / f"{name}.json").read_bytes())
    exercise = course.exercise(verdict.slug)
    files = {{"unbuilt.go": "counter.go"}.get(file, file): ATTEMPTS[file] for file in state.files}
    title, slug = state.following
    return (
        card.verdict_html(verdict, exercise, files, next_title=title, next_slug=slug),
        card.verdict_text(verdict, exercise, files, next_title=title, next_slug=slug),
    )


def without_style(html: str) -> str:
    """Return a card without its stylesheet."""
    return re.sub(r"<style>.*?</style>\n", "", html, flags=re.DOTALL)


def classes(html: str) -> set[str]:
    """Return the classes that a card uses."""
    return {name for value in re.findall(r' class="?([\w -]+)', html) for name in value.split()}


def head(html: str) -> list[str]:
    """Return the tags of the head in order, code and addresses left out."""
    found = re.search(r'<p class="gp-h">.*?</p>', html, re.DOTALL)
    assert found
    return re.findall(r"<[^>]*>", re.sub(r'href="[^"]*"|</?code>', "", found[0]))


@pytest.mark.parametrize("name", STATES)
def test_text_is_as_the_golden_file_says(name: str) -> None:
    """The text twin of each state is that of its golden file, and no line is wider than 78 columns."""
    path = GOLDEN / "text" / f"{name}.txt"
    text = shown(name)[1]
    if os.environ.get("GOPROD_GOLDEN") == "write":
        path.write_text(text)
    assert text == path.read_text()
    assert max(map(len, text.splitlines())) <= 78


@pytest.mark.parametrize("name", [name for name, state in STATES.items() if state.look])
def test_html_has_the_shape_of_the_look(name: str) -> None:
    """A state's head has the tags of its state of the look, and its body uses the same classes."""
    mine, look = without_style(shown(name)[0]), (GOLDEN / "look" / f"{STATES[name].look}.html").read_text()
    assert head(mine) == head(look)
    assert classes(mine) ^ classes(look) <= BEYOND.get(STATES[name].look, set())


@pytest.mark.parametrize("name", [name for name, state in STATES.items() if state.look])
def test_html_says_what_the_look_says(name: str) -> None:
    """The word of a state's head, its points and its sign are those of the look."""
    mine, look = without_style(shown(name)[0]), (GOLDEN / "look" / f"{STATES[name].look}.html").read_text()
    for piece in (r'aria-hidden="true">(.)<', r"<strong>(.*?)</strong>"):
        assert re.findall(piece, mine)[:1] == re.findall(piece, look)[:1] != []


@pytest.mark.parametrize("name", STATES)
def test_html_carries_only_rules_that_it_uses(name: str) -> None:
    """A card's stylesheet names no class that the card lacks, and stays under 14 kB with the card."""
    html = shown(name)[0]
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)
    assert style
    named = set(re.findall(r"\.(gp[\w-]*)", re.sub(r"\{[^}]*\}", "{}", style[1])))
    assert named <= classes(without_style(html)) | {"gp"}
    assert len(html) < 14_000


@pytest.mark.parametrize("name", STATES)
def test_html_is_whole(name: str) -> None:
    """Every element of a card is closed in its turn, and no heading or script is among them."""
    void, open_tags = {"br", "line", "rect", "circle"}, list[str]()
    for closing, tag, empty in re.findall(r"<(/?)([a-z][a-z0-9]*)[^>]*?(/?)>", without_style(shown(name)[0])):
        assert not re.fullmatch(r"h[1-6]|script|iframe|img", tag)
        if closing:
            assert open_tags.pop() == tag
        elif tag not in void and not empty:
            open_tags.append(tag)
    assert open_tags == []


@pytest.mark.parametrize("name", STATES)
def test_html_reads_without_markup(name: str) -> None:
    """With every tag gone a card still begins with sign, word, fact, and an arrow before the next step."""
    html, text = shown(name)
    bare = re.sub(r"<[^>]*>", "", without_style(html).replace("<br>", "\n")).split()
    assert bare[0] == text.split()[0]
    assert ("→" in bare) == ("→" in text.split())


@pytest.mark.parametrize("name", ["timeout-building", "memory-building", "limit-building"])
def test_a_limit_before_any_test(name: str) -> None:
    """Where one of Go's tools reached a limit, both forms say so in its sentence, and speak of no test."""
    html, text = shown(name)
    detail = decode((GOLDEN / "verdicts" / f"{name}.json").read_bytes()).detail
    for form in (re.sub(r"<[^>]*>", "", without_style(html)), text):
        assert detail in " ".join(form.split())
        assert "Test" not in form
        assert "0 of 4 points" in form


def write_gallery(page: Path) -> None:
    """Write every state to a page, light above dark."""
    cards = "".join(f"<h2>{name}</h2>{shown(name)[0]}" for name in STATES)
    themes = (("true", "#fff", "#000"), ("false", "#111", "#fff"))
    body = "".join(
        f'<div data-jp-theme-light="{light}" style="background:{paper};color:{ink};padding:2em">{cards}</div>'
        for light, paper, ink in themes
    )
    page.write_text(f'<!doctype html><meta charset="utf-8"><title>Cards</title><body style="font-family:sans-serif;margin:0">{body}')


if __name__ == "__main__":
    write_gallery(Path(sys.argv[1]))
