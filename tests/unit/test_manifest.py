"""The manifest: what is wrong with one is told with file, line, key and what to do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from grader import manifest
from grader.errors import ManifestError

if TYPE_CHECKING:
    from pathlib import Path

SOUND = """\
title = "Two tills"
minutes = 10
package = "tills"
answer = ["tills.go"]
imports = []

[tests]
TestA = { points = 6 }
TestB = { cost = 3 }
TestC = { points = 4 }

[broken]
fails = { TestA = "race" }

[wrong.x]
fails = { "*" = "fail", TestA = "pass" }
message = "No."
code = 'Lock\\('
"""


def load(folder: Path, text: str | bytes) -> manifest.Manifest:
    """Load this text as exercise.toml."""
    path = folder / "exercise.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return manifest.load(path)


def test_a_sound_manifest(tmp_path: Path) -> None:
    """A manifest with the keys it needs loads, and the rest have their defaults."""
    found = load(tmp_path, SOUND)
    assert (found.kind, found.timeout, found.memory, found.hints, found.accept, found.withheld) == ("package", 10.0, 512, (), {}, None)
    assert found.tests["TestC"] == manifest.TestEntry(points=4)
    assert found.wrong["x"].fails == {"*": "fail", "TestA": "pass"}


def test_init_is_allowed_where_the_manifest_says_so(tmp_path: Path) -> None:
    """An answer may have func init only with `init = true`."""
    assert not load(tmp_path, SOUND).init
    assert load(tmp_path, SOUND.replace("minutes = 10", "minutes = 10\ninit = true")).init


@pytest.mark.parametrize("reason", ["race", "fail", "panic", "timeout", "leak", "memory", "limit"])
def test_the_reasons_of_a_test(tmp_path: Path, reason: str) -> None:
    """A test may fail for any of these reasons, the limits included."""
    found = load(tmp_path, SOUND.replace('{ TestA = "race" }', f'{{ TestA = "{reason}" }}'))
    assert found.broken == manifest.Broken({"TestA": reason})  # type: ignore[dict-item]


def test_full_points_are_the_sum_of_points(tmp_path: Path) -> None:
    """Full is what can be earned; costs do not count."""
    assert load(tmp_path, SOUND).full == 10


@pytest.mark.parametrize(
    ("old", "new", "place", "words"),
    [
        ("minutes = 10", "minuts = 10", "minuts:2", "is not a key of the manifest. The keys are accept, answer,"),
        ("minutes = 10", 'minutes = "ten"', "minutes:2", "expected `int`, got `str`"),
        ("minutes = 10", "minutes = 0", "minutes:2", "expected `int` >= 1"),
        ("minutes = 10\n", "", "minutes:0", "is missing. Add it"),
        ('answer = ["tills.go"]', "answer = []", "answer:4", "expected `array` of length >= 1"),
        ('answer = ["tills.go"]', 'answer = ["tills.go", 7]', "answer:4", "expected `str`, got `int`"),
        ('answer = ["tills.go"]', 'answer = ["../tills.go"]', "answer:4", "is not a plain file name"),
        ("imports = []", 'imports = []\nhidden = [".x_test.go"]', "hidden:6", "is not a plain file name"),
        ("imports = []", 'imports = []\nvisible = [""]', "visible:6", "is not a plain file name"),
        ("imports = []", 'imports = []\ngiven = ["tills.go"]', "given:6", "names tills.go, which is named already"),
        ('"tills"', '"Tills 2"', "package:3", "expected `str` matching regex"),
        ("imports = []", "imports = []\ntimeout = 61", "timeout:6", "expected `float` <= 60"),
        ("imports = []", "imports = []\nmemory = 1", "memory:6", "expected `int` >= 64"),
        ("imports = []", "imports = []\nversion = 2", "version:6", "invalid enum value 2"),
        ("imports = []", 'imports = []\nkind = "quiz"', "kind:6", "invalid enum value 'quiz'"),
        ("imports = []", 'imports = []\ninit = "yes"', "init:6", "expected `bool`, got `str`"),
        ("{ points = 6 }", "{ points = 6, cost = 2 }", "tests.TestA:8", "neither or both of `points` and `cost`"),
        ("{ points = 6 }", "{}", "tests.TestA:8", "neither or both of `points` and `cost`"),
        ("{ points = 6 }", "{ points = 0 }", "tests.TestA.points:8", "expected `int` >= 1"),
        ("{ points = 6 }", "{ point = 6 }", "tests.TestA.point:8", "The keys are cost, points"),
        ("{ points = 6 }", '{ points = "6" }', "tests.TestA.points:8", "expected `int | null`, got `str`"),
        ('{ TestA = "race" }', '{ TestZ = "race" }', "broken.fails:13", "names TestZ, which is not in [tests]"),
        ('{ TestA = "race" }', '{ TestA = "rase" }', "broken.fails.TestA:13", "invalid enum value 'rase'"),
        ('{ TestA = "race" }', '{ TestA = "build" }', "broken.fails:13", 'write { "*" = "build" }'),
        ('{ TestA = "race" }', '{ "*" = "vet", TestA = "fail" }', "broken.fails:13", 'write { "*" = "vet" }'),
        ('message = "No."\n', "", "wrong.x.message:15", "is missing. Add it"),
        ('message = "No."', 'message = "No."\nmesage = "No."', "wrong.x.mesage:18", "The keys are code, fails, message, next, output"),
        ("code = 'Lock\\('", "code = 'Lock('", "wrong.x.code:18", "is not a regular expression"),
        ("fails = { TestA", "fial = { TestA", "broken.fial:13", "is not a key of the manifest. The keys are fails"),
        ("minutes = 10", "minutes = = 10", ":2", "is not TOML"),
        ("minutes = 10", "minutes = 10\nminutes = 11", ":3", "is not TOML"),
    ],
)
def test_a_wrong_manifest(tmp_path: Path, old: str, new: str, place: str, words: str) -> None:
    """What is wrong is told with the file, the key, the line and what to do."""
    assert old in SOUND
    with pytest.raises(ManifestError) as caught:
        load(tmp_path, SOUND.replace(old, new, 1))
    error = caught.value
    assert (error.path, f"{error.key}:{error.line}") == (tmp_path / "exercise.toml", place)
    assert words.lower() in str(error).lower()
    assert str(error).startswith(f"{error.path}:{error.line}: " if error.line else f"{error.path}: ")
    assert re.search(r"\.$", str(error))


def test_a_key_that_stands_in_another_table_too(tmp_path: Path) -> None:
    """The line is that of the table that is wrong, not of the first that has such a key."""
    second = '\n[wrong.y]\nfails = { TestZ = "fail" }\nmessage = "No."\n'
    with pytest.raises(ManifestError) as caught:
        load(tmp_path, SOUND + second)
    assert (caught.value.key, caught.value.line) == ("wrong.y.fails", 21)


def test_no_file(tmp_path: Path) -> None:
    """A missing manifest is told with what writes one."""
    with pytest.raises(ManifestError, match=r"cannot be read \(No such file or directory\)\. Write one with `goprod new`"):
        manifest.load(tmp_path / "exercise.toml")


@pytest.mark.parametrize("data", [b'title = "\xff"', "title = 1".encode("utf-16")])
def test_not_utf8(tmp_path: Path, data: bytes) -> None:
    """A manifest in another encoding is told so."""
    with pytest.raises(ManifestError, match=r"is not UTF-8\. Save it as UTF-8"):
        load(tmp_path, data)


def test_windows_line_ends(tmp_path: Path) -> None:
    """A manifest with CRLF is as good as one with LF."""
    assert load(tmp_path, SOUND.replace("\n", "\r\n")) == load(tmp_path, SOUND)
