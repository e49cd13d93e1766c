"""Scratch cells without Go: what is refused, and how Go's words are cut."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from grader import scratch
from grader.errors import UsageError
from grader.scratch import Outcome, Tidy
from grader.toolchain import Toolchain

TOOLS = Toolchain(goroot=Path("/opt/go"), version="go1.27.3", cc="cc")
CELL = "var n int\ngo func() { n++ }()\nn++\n"
TIDY = Tidy(CELL, Path("/var/goprod-cell-x"), Path("/home/ada/course"), TOOLS)


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("x := 1\n\ny := `\0`", "Line 3 of this cell holds a NUL byte"),
        ("x := 1\ny := `\ud83d`", "Line 2 of this cell holds half a character"),
        ("é" * 200_000, "This cell has 391 KiB; a cell may have 256 KiB"),
    ],
)
def test_refused_before_go_runs(cell: str, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be a source file is refused in a sentence, with its line."""
    monkeypatch.setattr("grader.toolchain.find", lambda: TOOLS)
    with pytest.raises(UsageError, match=words):
        asyncio.run(scratch.run(cell, Path("/"), lambda _stream, _text: None, program=True))


@pytest.mark.parametrize(
    ("said", "cut"),
    [
        ("./cell.go:3:2: undefined: x", "cell.go:3:2: undefined: x"),
        ("/var/goprod-cell-x/cell.go:3:2: undefined: x", "cell.go:3:2: undefined: x"),
        ("/home/ada/course/cell.go:3:2: undefined: x", "cell.go:3:2: undefined: x"),
        ("cell.go:3:8: package net/htp is not in std (/opt/go/src/net/htp)", "cell.go:3:8: package net/htp is not in std (net/htp)"),
        ("cell.go:3:8: no required module provides package x.example/y; to add it:\n\tgo get x.example/y",
         "cell.go:3:8: no required module provides package x.example/y"),
        ("/other/cell.go:3:2: x", "/other/cell.go:3:2: x"),
    ],
)  # fmt: skip
def test_compilers_words_without_paths(said: str, cut: str) -> None:
    """The compiler's words stay, the machine's folders and advice for other situations go."""
    assert TIDY.words(said) == cut


@pytest.mark.parametrize(
    ("said", "cut"),
    [
        ("      /var/goprod-cell-x/cell.go:2 +0x2a\n", "      cell:2    go func() { n++ }()\n"),
        ("\t/home/ada/course/cell.go:3 +0x176\n", "\tcell:3         n++\n"),
        ("\t/opt/go/src/net/http/server.go:3210 +0x1\n", "\tnet/http/server.go:3210\n"),
        (
            "\t/root/go/pkg/mod/golang.org/x/sync@v0.1.0/errgroup/errgroup.go:7 +0x1\n",
            "\tgolang.org/x/sync@v0.1.0/errgroup/errgroup.go:7\n",
        ),
        ("\tcell.go:99 +0x1\n", "\tcell:99\n"),
        ("what a program prints: /opt/x +0x2a\n", "what a program prints: /opt/x +0x2a\n"),
    ],
)
def test_stacks_show_the_cells_lines(said: str, cut: str) -> None:
    """A place in the cell is followed by the line that stands there; other places are short."""
    assert TIDY.trace(said) == cut


def test_race_is_told_from_an_exit_code() -> None:
    """A program that exits with 66 by itself did not race."""
    assert Outcome(code=66, stderr="WARNING: DATA RACE\n").raced
    assert not Outcome(code=66).raced
