"""The pack: what a cohort's learner gets, without hidden tests and answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from grader import pack
from grader.course import Course
from grader.errors import ManifestError

if TYPE_CHECKING:
    from pathlib import Path

    from grader.manifest import Manifest

MANIFEST = """\
title = "Two tills"
minutes = 10
package = "tills"
answer = ["tills.go"]
given = ["clock.go"]
visible = ["tills_test.go"]
hidden = ["hidden_test.go"]
imports = []
hints = ["Look at \\"till\\"."]
[tests]
TestA = { points = 6 }
TestB = { cost = 3 }
TestHidden = { points = 4 }
TestOther = { cost = 2 }
[solution]
note = "the note of the solution"
[accept.atomic]
title = "Atomic"
note = "the note of atomic"
[broken]
fails = { TestA = "race", TestHidden = "fail" }
"""
FILES = {
    "go.mod": "module example.com/course\n",
    "internal/settle/settle.go": 'package settle\n\nimport "example.com/course/internal/deep"\n',
    "internal/settle/settle_test.go": "package settle\n",
    "internal/deep/deep.go": "package deep\n",
    "internal/unused/unused.go": "package unused\n",
    "phases/01-tills/two-tills/clock.go": "package tills\n",
    "phases/01-tills/two-tills/tills.go": "package tills // the solution\n",
    "phases/01-tills/two-tills/tills_test.go": (
        'package tills_test\n\nimport "example.com/course/internal/settle"\n\nfunc TestA(t *testing.T) {}\n\nfunc TestB(t *testing.T) {}\n'
    ),
    "phases/01-tills/two-tills/hidden_test.go": "package x_test\n\nfunc TestHidden(t *testing.T) {}\n\nfunc TestOther(t *testing.T) {}\n",
    "phases/01-tills/two-tills/broken/tills.go": "package tills // broken\n",
    "phases/01-tills/two-tills/wrong/x/tills.go": "package tills // wrong\n",
    "phases/01-tills/two-tills/accept/atomic/tills.go": "package tills // accepted\n",
}


def course_with(root: Path, *wrong: str) -> Course:
    """Make a course of one exercise with these [wrong.NAME] tables."""
    (root / "course.toml").write_text(
        'title = "Go"\n[[phases]]\nslug = "01-tills"\ntitle = "Tills"\nminutes = 5\n'
        '[[phases]]\nslug = "02-more"\ntitle = "More"\nminutes = 5\n'
    )
    for name, text in (FILES | {"phases/01-tills/two-tills/exercise.toml": "\n".join([MANIFEST, *wrong])}).items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return Course(root)


def released(root: Path, *wrong: str) -> Manifest:
    """Return the pack's manifest for these [wrong.NAME] tables, written and loaded again."""
    course = course_with(root, *wrong)
    for name, data in pack.files(course, course.phases[0]).items():
        path = root / "pack" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return Course(root / "pack").exercise("two-tills").manifest


def wrong(name: str, fails: str, *more: str) -> str:
    """Return the text of a [wrong.NAME] table."""
    return "\n".join([f"[wrong.{name}]", f"fails = {fails}", f'message = "message of {name}"', *more])


def test_files_of_a_pack(tmp_path: Path) -> None:
    """A pack has broken, given and visible files and the helpers that are imported, and no answer or hidden test."""
    course = course_with(tmp_path, wrong("x", '{ TestB = "fail" }'))
    assert list(pack.files(course, course.phases[0])) == [
        "course.toml",
        "go.mod",
        "internal/deep/deep.go",
        "internal/settle/settle.go",
        "phases/01-tills/two-tills/broken/tills.go",
        "phases/01-tills/two-tills/clock.go",
        "phases/01-tills/two-tills/exercise.toml",
        "phases/01-tills/two-tills/tills_test.go",
    ]


def test_nothing_of_the_answer_is_told(tmp_path: Path) -> None:
    """No file of a pack holds a hidden test's name, its code, an answer, or a note of the solution."""
    course = course_with(tmp_path, wrong("x", '{ TestA = "fail", TestHidden = "fail" }'), wrong("y", '{ TestOther = "fail" }'))
    text = b"\n".join(pack.files(course, course.phases[0]).values()).decode()
    told = [
        w
        for w in ("TestHidden", "TestOther", "hidden_test", "the note", "Atomic", "// the solution", "// wrong", "// accepted")
        if w in text
    ]
    assert told == []
    assert "message of x" in text
    assert "message of y" not in text


def test_a_pack_is_a_course(tmp_path: Path) -> None:
    """A pack loads as a course of its one phase, and says that it is a pack."""
    released(tmp_path)
    course = Course(tmp_path / "pack")
    assert course.pack
    assert [phase.slug for phase in course.phases] == ["01-tills"]
    assert [variant.name for variant in course.exercise("two-tills").variants()] == ["broken"]


def test_released_manifest(tmp_path: Path) -> None:
    """The pack's manifest has the visible tests, and of the others their number and points; the rest stays."""
    manifest = released(tmp_path)
    original = course_with(tmp_path).exercise("two-tills").manifest
    assert list(manifest.tests) == ["TestA", "TestB"]
    assert (manifest.withheld.tests, manifest.withheld.points) == (2, 4) if manifest.withheld else False
    assert manifest.full + 4 == original.full
    assert manifest.hidden == ()
    assert manifest.hints == original.hints
    assert manifest.given == original.given
    assert manifest.broken
    assert manifest.broken.fails == {"TestA": "race"}


@pytest.mark.parametrize(
    ("tables", "kept"),
    [
        ([("a", '{ TestB = "fail" }')], {"a": {"TestB": "fail"}}),
        ([("a", '{ TestB = "fail", TestHidden = "race" }')], {"a": {"TestB": "fail"}}),
        ([("a", '{ TestHidden = "fail" }')], {}),
        ([("a", '{ "*" = "fail" }')], {"a": {"*": "fail"}}),
        ([("a", '{ "*" = "fail", TestHidden = "pass" }')], {"a": {"*": "fail"}}),
        ([("a", '{ "*" = "fail", TestB = "pass" }')], {"a": {"*": "fail", "TestB": "pass"}}),
        ([("a", '{ "*" = "fail", TestA = "pass", TestB = "pass" }')], {}),
        ([("a", '{ "*" = "build" }')], {"a": {"*": "build"}}),
        ([("a", '{ TestA = "race" }')], {}),
        ([("a", '{ TestA = "race", TestOther = "fail" }')], {}),
        ([("a", '{ "*" = "race", TestB = "pass" }')], {}),
        ([("a", '{ TestA = "race" }', 'code = "x"')], {"a": {"TestA": "race"}}),
        ([("a", '{ TestA = "race" }', 'output = "x"')], {"a": {"TestA": "race"}}),
        ([("a", '{ TestB = "fail", TestHidden = "fail" }'), ("b", '{ TestB = "fail", TestOther = "fail" }')], {}),
        ([("a", '{ TestB = "fail" }', 'code = "x"'), ("b", '{ TestB = "fail" }')], {"a": {"TestB": "fail"}, "b": {"TestB": "fail"}}),
        ([("a", '{ TestB = "fail" }'), ("b", '{ TestB = "fail" }', 'code = "x"')], {"b": {"TestB": "fail"}}),
    ],
)
def test_wrong_fixes_that_are_kept(tmp_path: Path, tables: list[tuple[str, ...]], kept: dict[str, dict[str, str]]) -> None:
    """A wrong fix is kept, cut to the visible tests, where these alone tell it from broken/ and from the others."""
    manifest = released(tmp_path, *(wrong(*table) for table in tables))
    assert {name: dict(entry.fails) for name, entry in manifest.wrong.items()} == kept


@pytest.mark.parametrize(
    ("text", "count"), [("package tills_test\n", 0), ("func TestA(t *testing.T) {}\nfunc TestHidden(t *testing.T) {}\n", 2)]
)
def test_a_test_must_be_in_one_file(tmp_path: Path, text: str, count: int) -> None:
    """A test that stands in no file, or in a visible and a hidden one, is an error: it is not clear whether to withhold it."""
    course = course_with(tmp_path)
    (tmp_path / "phases/01-tills/two-tills/hidden_test.go").write_text(text + "func TestOther(t *testing.T) {}\n")
    with pytest.raises(ManifestError, match=rf"is in {count} test files, not in one"):
        pack.files(course, course.phases[0])


def test_without_hidden_tests(tmp_path: Path) -> None:
    """Where no test is hidden, nothing is withheld."""
    course_with(tmp_path)
    path = tmp_path / "phases/01-tills/two-tills/exercise.toml"
    text = (
        MANIFEST.replace('hidden = ["hidden_test.go"]', "")
        .replace("TestHidden = { points = 4 }\n", "")
        .replace(', TestHidden = "fail"', "")
    )
    path.write_text(text.replace("TestOther = { cost = 2 }\n", ""))
    course = Course(tmp_path)
    assert pack.released(course.exercise("two-tills")).withheld is None


def test_same_bytes(tmp_path: Path) -> None:
    """Two builds give the same bytes, in the same order."""
    course = course_with(tmp_path, wrong("x", '{ TestB = "fail" }'))
    assert list(pack.files(course, course.phases[0]).items()) == list(pack.files(Course(tmp_path), course.phases[0]).items())
