"""The words of cards: what Go says in plain sentences, headlines, places, and what is taken out of Go source.

`GOPROD_GOLDEN=write pytest tests/unit/test_card_words.py` writes the golden words anew.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest

from grader.card import compare, prose, source
from grader.card.clean import clean, shorten
from grader.card.excerpt import Mark, columns, excerpt
from grader.card.explain import caret_width, explain, explained
from grader.card.model import Diff, Pair
from grader.verdict import Message

if TYPE_CHECKING:
    from grader.card.model import Excerpt

GOLDEN = Path(__file__).parent / "golden" / "card"

GO = """\
package shop

import "sync"

// Till counts.
type Till struct {
	mu    sync.Mutex // guards coins
	coins int
}

const limit = 3

// Take takes a coin.
func (t *Till) Take(
	coin int,
) error {
	t.mu.Lock()

	t.coins += coin
	return nil
}

func (t *Till) Empty() { t.coins = 0 }
"""
LINES = GO.split("\n")


def messages(name: str) -> list[Message]:
    """Return Go's messages from a golden file; an indented line belongs to the one above."""
    found: list[Message] = []
    for line in (GOLDEN / f"{name}.txt").read_text().splitlines():
        place = re.match(r"([\w.]+):(\d+):(\d+): (.*)", line)
        if place:
            found.append(Message(place[4], place[1], int(place[2]), int(place[3])))
        elif line.startswith("\t") and found:
            last = found.pop()
            found.append(Message(f"{last.text}\n{line.strip()}", last.file, last.line, last.column))
    return found


def compare_with_golden(name: str, words: str) -> None:
    """Compare words with those of a golden file, or write them."""
    path = GOLDEN / f"{name}.words.txt"
    if os.environ.get("GOPROD_GOLDEN") == "write":
        path.write_text(words)
    assert words == path.read_text()


@pytest.mark.parametrize("speaker", ["compiler", "vet"])
def test_messages_of_go_have_plain_words(speaker: Literal["compiler", "vet"]) -> None:
    """Every message of Go 1.27.3 in the golden file has the sentence, note and advice that stand beside it."""
    words = ""
    for message in messages(speaker):
        said = explain(message, ("time",), speaker)
        words += f"{message.text}\n  {said.sentence if said.known else '(as Go says it)'}\n"
        words += "".join(f"  {kind}: {text}\n" for kind, text in (("note", said.note), ("more", said.more)) if text)
    compare_with_golden(speaker, words)


def test_crashes_have_plain_words() -> None:
    """Every panic and fatal error in the golden file has the sentence that stands beside it."""
    said = [(line, explained(line, "panic")) for line in (GOLDEN / "panic.txt").read_text().splitlines()]
    compare_with_golden("panic", "".join(f"{line}\n  {words.sentence}\n  note: {words.note}\n" for line, words in said))


def test_most_messages_are_known() -> None:
    """Of the compiler's messages in the golden file no more than one in twelve is left in Go's own words."""
    unknown = [message for message in messages("compiler") if not explain(message, ()).known]
    assert 0 < len(unknown) <= len(messages("compiler")) / 12


def test_a_package_without_its_import_is_named_as_such() -> None:
    """An undeclared name that is an allowed package is said to lack its import."""
    assert explain(Message("undefined: atomic"), ("sync/atomic",)).sentence == "the package `atomic` is used and not imported"
    assert explain(Message("undefined: atomic"), ("sync",)).sentence == "`atomic` is not declared here"


def test_messages_that_differ_by_name_alone_are_of_one_kind() -> None:
    """The same trouble with another name is recognised, the same trouble with another type is not."""
    lock, unlock, other = (
        explain(Message(f"c.mu.{name} undefined (type {of} has no field or method {name})"), ())
        for name, of in (("RLock", "sync.Mutex"), ("RUnlock", "sync.Mutex"), ("RLock", "*Till"))
    )
    assert lock.kind == unlock.kind != other.kind


@pytest.mark.parametrize(
    ("source_line", "column", "name", "width"),
    [("\tc.mu.RLock()", 7, "RLock", 5), ('\t"time"', 2, "time", 6), ("\tx := y", 7, "", 1), ("é.Foo()", 4, "", 3), ("x", 99, "x", 1)],
)
def test_caret_is_as_wide_as_the_word(source_line: str, column: int, name: str, width: int) -> None:
    """The caret marks the name, with its quotes, or the word at the column, which counts bytes."""
    assert caret_width(source_line, column, name) == width


@pytest.mark.parametrize(
    ("message", "headline"),
    [
        ("the last place was sold twice: ada and bob both have it", "The last place was sold twice"),
        ("the lamp is on; 3 waited", "The lamp is on"),
        ("newOffice returned nil: no office", "newOffice returned nil"),
        ("at 07:15 the deck was full", "At 07:15 the deck was full"),
        ("x" * 91, ""),
        ("", ""),
    ],
)
def test_headline_is_the_first_clause(message: str, headline: str) -> None:
    """A message's first clause is the headline, capitalised unless it begins with a name; a long one is none."""
    assert prose.clause(message) == headline


def test_first_sentence_is_emphasised() -> None:
    """The first sentence of a known wrong fix is bold, with its code, and nothing else is."""
    text = prose.emphasised("You took `RLock`. Then `Lock`.")
    assert "".join(span.text for span in text if span.bold) == "You took RLock."
    assert [span.text for span in text if span.code] == ["RLock", "Lock"]


def test_pair_marks_the_difference_in_whole_words() -> None:
    """Expected and got on one line each share beginning and end, by whole words."""
    sentence, (pair,) = compare.told("no change: wrong\nexpected: 12 coins\n     got: 13 coins")
    assert sentence == "No change: wrong."
    assert isinstance(pair, Pair)
    assert (pair.expected, pair.got) == (("", "12", " coins"), ("", "13", " coins"))


def test_diff_says_which_side_is_which() -> None:
    """Several lines become a diff whose runs are named once each."""
    _, (diff,) = compare.told("x: y\nexpected\n  a\n  b\n  c\ngot\n  a\n  d\n  e\n  c")
    assert isinstance(diff, Diff)
    assert [(line.sign, line.text, line.side) for line in diff.lines] == [
        (" ", "a", ""), ("-", "b", "expected"), ("+", "d", "got"), ("+", "e", ""), (" ", "c", ""),
    ]  # fmt: skip


def test_testify_speaks_as_the_author_meant() -> None:
    """Of testify's report the author's words and the two sides are shown, and its frame is not."""
    report = (
        "\n\tError Trace:\tx_test.go:9\n\tError:      \tNot equal: \n\t            \texpected: 1\n\t            \tactual  : 2\n"
        "\tTest:       \tTestX\n\tMessages:   \tthe till is short"
    )
    sentence, (pair,) = compare.told(report)
    assert sentence == "The till is short."
    assert isinstance(pair, Pair)
    assert (pair.expected[1], pair.got[1]) == ("1", "2")


def test_words_expected_and_got_in_a_sentence_are_no_sides() -> None:
    """A message that only speaks of got and want is shown as it stands."""
    assert compare.told("got 3 coins, want 4") == ("Got 3 coins, want 4.", ())
    assert compare.told("expected a coin") == ("Expected a coin.", ())


def test_functions_are_found_by_their_lines() -> None:
    """A line belongs to its function, over several lines of parameters too; a type is none."""
    assert source.function_at(LINES, 19) == (14, 21)
    assert source.function_at(LINES, 23) == (23, 23)
    assert source.function_at(LINES, 7) is None


@pytest.mark.parametrize(("name", "line"), [("mu", 7), ("coins", 8), ("limit", 11), ("Take", 14), ("Till", 6), ("nobody", 0)])
def test_declarations_are_found(name: str, line: int) -> None:
    """Fields, constants, functions and types are found where they are declared."""
    assert source.declaration(LINES, name) == line


def test_changed_shows_what_differs() -> None:
    """Of two versions of a file the declarations that differ are shown, without doc comments, or all if none differs."""
    after = GO.replace("coins += coin", "coins -= coin").replace("limit = 3", "limit = 4")
    assert source.changed(after, GO).startswith("const limit = 4\n\nfunc (t *Till) Take(\n")
    assert "// Take" not in source.changed(after, GO)
    assert source.changed(GO, GO) == GO.strip("\n")


def lines_of(shown: Excerpt | None) -> list[tuple[str, int, str, str]]:
    """Return an excerpt as kind, number, code and note of each line."""
    assert shown
    return [(line.kind, line.number, line.code, line.note) for line in shown.lines]


def test_excerpt_shows_two_lines_around_and_the_function() -> None:
    """A hit has two lines on each side within its function, whose first line is shown; a gap of one line is closed."""
    assert [(kind, number) for kind, number, *_ in lines_of(excerpt(LINES, [Mark(19, "here")]))] == [
        ("plain", 14), ("cut", 0), ("plain", 17), ("plain", 18), ("hit", 19), ("plain", 20), ("plain", 21),
    ]  # fmt: skip
    assert [number for _, number, *_ in lines_of(excerpt(LINES, [Mark(17)]))] == [14, 15, 16, 17, 18, 19]


def test_caret_stands_under_the_bytes_of_the_column() -> None:
    """Tabs count four columns, and letters of several bytes one."""
    assert lines_of(excerpt(["\té := x"], [Mark(1, "no", column=8, width=1)]))[1] == ("say", 0, "         ^ no", "")


def test_notes_of_one_piece_are_aligned() -> None:
    """What the arrows say begins in one column."""
    shown = excerpt(["ab", "abcd"], [Mark(1, "x"), Mark(2, "y")])
    assert shown
    assert [line.gap + len(line.code) for line in shown.lines] == [7, 7]


def test_no_excerpt_without_its_lines() -> None:
    """A mark beyond the file has no excerpt."""
    assert excerpt(LINES, [Mark(99), Mark(0)]) is None


@pytest.mark.parametrize(
    ("dirty", "pure"),
    [
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x1b]8;;http://x\x07link\x1b]8;;\x07", "link"),
        ("a\x00b\x07c\r\nd\x85", "abc\nd"),
        ("a\u202eb\u2066c", "abc"),
        ("\ud800tab\t", "tab\t"),
    ],
)
def test_clean_leaves_text_alone(dirty: str, pure: str) -> None:
    """Terminal escapes, control characters, direction overrides and half characters go; tabs and line ends stay."""
    assert clean(dirty) == pure


def test_long_output_keeps_first_and_last_part() -> None:
    """A long line and a long output are cut in the middle, and say how much is left out."""
    text = "\n".join(f"line {number} {'x' * 400}end" for number in range(500))
    lines = shorten(text).split("\n")
    assert len(lines) == 121
    assert lines[80] == "… 380 lines left out …"
    assert lines[0].startswith("line 0 x")
    assert lines[-1].startswith("line 499")
    assert all(len(line) <= 263 and line.endswith(("end", "out …")) for line in lines)


def test_wide_characters_count_twice() -> None:
    """Columns are those of a fixed-width font."""
    assert [columns(text) for text in ("abc", "日本", "e\u0301")] == [3, 4, 1]


@pytest.mark.parametrize(
    ("message", "headline"),
    [
        ("the place was sold twice: ada and bob have it", "The place was sold twice"),
        ('bob was told "book for bob: full": his place was free', 'Bob was told "book for bob: full"'),
        ('an "open quote: and no end', 'An "open quote'),
        ("x" * 91, ""),
    ],
)
def test_a_headline_is_the_first_clause(message: str, headline: str) -> None:
    """A message's words up to its first colon are the headline; a colon inside quotes ends nothing."""
    assert prose.clause(message) == headline
