"""What a cell is, by its first line."""

from __future__ import annotations

import pytest

from grader.hosts.cells import classify


@pytest.mark.parametrize(
    ("text", "slug", "file"),
    [
        ("// unlocked-read/counter.go\n\npackage counter", "unlocked-read", "counter.go"),
        ("\n\n  // unlocked-read/counter.go  \n", "unlocked-read", "counter.go"),
        ("# deploy/values.yaml\nreplicas: 1", "deploy", "values.yaml"),
        ("# image/Dockerfile\nFROM scratch", "image", "Dockerfile"),
        ("-- index/up.sql\nSELECT 1", "index", "up.sql"),
        ("//unlocked-read/counter.go", "unlocked-read", "counter.go"),
        ("// Unlocked-Read/counter.go", "Unlocked-Read", "counter.go"),
        ("// 03-concurrency/unlocked-read/counter.go", "03-concurrency/unlocked-read", "counter.go"),
        ("\ufeff// unlocked-read/counter.go", "unlocked-read", "counter.go"),
    ],
)
def test_answer(text: str, slug: str, file: str) -> None:
    """A first line that looks like SLUG/FILE makes an answer, whether there is such an exercise or not."""
    cell = classify(text)
    assert (cell.kind, cell.name, cell.rest) == ("answer", slug, file)


def test_answer_keeps_its_lines() -> None:
    """The text keeps blank lines above the first, so that line n of the cell is line n of the file."""
    assert classify("\n// a/b.go\n").text == "\n// a/b.go\n"


@pytest.mark.parametrize(
    "text",
    [
        "// either/or\nx := 1",
        "// see a/b.go\nx := 1",
        "// a/b.go is old\nx := 1",
        "x := 1",
        "func f() {}",
        'import "fmt"',
        "print('x')",
        "packages := 1",
    ],
)
def test_statements(text: str) -> None:
    """Anything else is statements, comments that are sentences included."""
    assert classify(text).kind == "statements"


@pytest.mark.parametrize("text", ["package main", "\n// A comment.\n\n/* and\nmore */\npackage main\n", "package  main // here"])
def test_program(text: str) -> None:
    """Package main after comments is a program."""
    assert classify(text).kind == "program"


def test_package() -> None:
    """Another package without an exercise's name is told apart, with its name."""
    cell = classify("// Package counter counts.\npackage counter\n")
    assert (cell.kind, cell.name) == ("package", "counter")


@pytest.mark.parametrize("text", ["", "  \n\t\n", "// only a comment", "/* one\ntwo */\n// three\n"])
def test_nothing(text: str) -> None:
    """Blank lines and comments are nothing to run."""
    assert classify(text).kind == "nothing"


def test_command() -> None:
    """A command has a name, the rest of its line, and what stands below it."""
    cell = classify("\n %hint  unlocked-read \nx := 1")
    assert (cell.kind, cell.name, cell.rest, cell.body) == ("command", "hint", "unlocked-read", "x := 1")
    assert classify("%").name == ""


def test_magic() -> None:
    """Two signs make a magic, whose body stands below."""
    cell = classify("%%writefile a.txt\nhello\nthere")
    assert (cell.kind, cell.name, cell.rest, cell.body) == ("magic", "writefile", "a.txt", "hello\nthere")


@pytest.mark.parametrize(
    ("text", "shell", "script"),
    [
        ("!go version", "sh", "go version"),
        ("!ls\n!pwd", "sh", "ls\npwd"),
        ("%%bash\necho 1\n", "bash", "echo 1"),
        ("%%sh -e\nls", "sh", "ls"),
    ],
)
def test_shell(text: str, shell: str, script: str) -> None:
    """Lines with an exclamation mark, and a cell that names a shell, are a script."""
    cell = classify(text)
    assert (cell.kind, cell.name, cell.rest) == ("shell", shell, script)


def test_inspect() -> None:
    """A question mark asks for documentation."""
    cell = classify("? fmt.Println")
    assert (cell.kind, cell.name) == ("inspect", "fmt.Println")
