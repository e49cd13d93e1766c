"""A phase's lesson.md, read into blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from grader import lesson
from grader.course import Course
from grader.errors import NotebookError

if TYPE_CHECKING:
    from pathlib import Path

LESSON = """\
# Locks

About locks.

## Check, then act

Prose.

```{code-cell} go
:tags: [slow]

package main

func main() {}
```

After it.

### Your turn

```{exercise} one
```

The rest.
"""


def course_with(root: Path, text: str, *exercises: str) -> Course:
    """Make a course of one phase; its exercises are names only, which is all that a lesson needs."""
    (root / "course.toml").write_text('title = "T"\n[[phases]]\nslug = "01-locks"\ntitle = "Locks"\nminutes = 5\n')
    phase = root / "phases/01-locks"
    (phase / "01-locks_files").mkdir(parents=True, exist_ok=True)
    (phase / "lesson.md").write_text(text, encoding="utf-8", newline="")
    for name in exercises:
        (phase / name).mkdir(exist_ok=True)
        (phase / name / "exercise.toml").touch()
    return Course(root)


def read(root: Path, text: str, *exercises: str) -> lesson.Lesson:
    """Read a lesson's text as that of a phase with these exercises."""
    course = course_with(root, text, *exercises)
    return lesson.read(course, course.phases[0])


def test_blocks_in_order(tmp_path: Path) -> None:
    """Prose is cut at headings and at exercises; each block is named after the headings above it."""
    blocks = read(tmp_path, LESSON, "one").blocks
    assert [(b.kind, b.name, b.text.partition("\n")[0]) for b in blocks] == [
        ("prose", "locks", "# Locks"),
        ("prose", "check-then-act", "## Check, then act"),
        ("code", "check-then-act-example", "package main"),
        ("prose", "check-then-act", "After it."),
        ("prose", "check-then-act-your-turn", "### Your turn"),
        ("exercise", "check-then-act-your-turn-exercise", "one"),
        ("prose", "check-then-act-your-turn", "The rest."),
    ]
    assert blocks[2].tags == ("slow",)


def test_no_word_is_lost(tmp_path: Path) -> None:
    """Every line of prose and code is in some block, and the text of no fence is cut."""
    text = LESSON + "\n````text\n```{exercise} two\n```\n# not a heading\n````\n\n    ## indented code\n"
    kept = "\n".join(block.text for block in read(tmp_path, text, "one").blocks if block.kind != "exercise")
    dropped = {"```{code-cell} go", ":tags: [slow]", "```{exercise} one"}
    assert [line for line in text.splitlines() if line and line not in kept and line not in dropped] == []
    assert "````text\n```{exercise} two\n```\n# not a heading\n````" in kept


def test_a_name_is_stable(tmp_path: Path) -> None:
    """A new section before it changes no block's name."""
    before = [b.name for b in read(tmp_path, LESSON, "one").blocks]
    after = [b.name for b in read(tmp_path, LESSON.replace("## Check", "## New\n\nText.\n\n## Check"), "one").blocks]
    assert [name for name in after if name != "new"] == before


def test_long_headings(tmp_path: Path) -> None:
    """A long name is cut and stays unlike another with the same beginning."""
    names = [b.name for b in read(tmp_path, f"## {'word ' * 30}a\n\n## {'word ' * 30}b\n").blocks]
    assert len(set(names)) == 2
    assert max(map(len, names)) <= 56


def test_crlf_and_bom(tmp_path: Path) -> None:
    """A lesson saved with CRLF and a byte order mark reads as one without."""
    plain = read(tmp_path, LESSON, "one")
    assert read(tmp_path, "\ufeff" + LESSON.replace("\n", "\r\n"), "one") == plain


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("\n```{exercise} ome\n```\n", 2, "no exercise 'ome'. Did you mean 'one'?"),
        ("```{exercise} one\n```\n\n```{exercise} one\n```\n", 4, "already on line 1"),
        ("```{exercise} one\nText\n", 1, "fence is not closed"),
        ("- item\n  ```{exercise} one\n  ```\n", 2, "inside a list"),
        ("> ```{code-cell} go\n> ```\n", 1, "inside a list or a quotation"),
        ("```{code-cell} python\n```\n", 1, "the kernel runs Go"),
        ("```{note} one\n```\n", 1, "{note} is not a directive"),
        ("Text.\n\nFirst,\nthen ![x](01-locks_files/gone.png)\n", 4, "01-locks_files/gone.png is missing"),
        ("[t](one/exercise.toml)\n", 1, "does not go along"),
        ("[t](01-locks_files/../one/exercise.toml)\n", 1, "does not go along"),
        ("![x](https://example.com/x.png)\n", 1, "on the network"),
        ('Text <img src="x.png"> here.\n', 1, "HTML shows the file 'x.png'"),
        ('<p>\n<a href="one/sol.go">x</a>\n</p>\n', 1, "HTML shows the file 'one/sol.go'"),
        ("[a][b]\n\n[b]: https://example.com\n", 3, "do not share link definitions"),
    ],
)
def test_errors_say_where(tmp_path: Path, text: str, line: int, words: str) -> None:
    """What a notebook cannot show is an error with file, line and what to do."""
    with pytest.raises(NotebookError) as caught:
        read(tmp_path, text, "one")
    assert str(caught.value).startswith(f"phases/01-locks/lesson.md:{line}: ")
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("# Only prose\n", "no line names the exercise 'one'"),
        ("```{exercise} one\n```\n```{code-cell} go\n:tags: [\npackage main\n```\n", "could not be read"),
        ("```{exercise} one\n```\n```{code-cell} go\n:name: x\npackage main\n```\n", "lesson.md:3: the option 'name'"),
        ("````\n```{exercise} one\n```\n````\n", "no line names the exercise 'one'"),
    ],
)
def test_other_errors(tmp_path: Path, text: str, words: str) -> None:
    """An exercise that no line names, one quoted in a fence, and options that mean nothing are errors."""
    with pytest.raises(NotebookError, match=r"phases/01-locks/lesson\.md") as caught:
        read(tmp_path, text, "one")
    assert words in str(caught.value)


def test_missing_lesson(tmp_path: Path) -> None:
    """A phase without a lesson is an error that says which file to write."""
    course = course_with(tmp_path, "")
    (tmp_path / "phases/01-locks/lesson.md").unlink()
    with pytest.raises(NotebookError, match=r"phases/01-locks/lesson.md is missing"):
        lesson.read(course, course.phases[0])


def test_files_and_links(tmp_path: Path) -> None:
    """Local files beside the lesson are found once each; anchors and web links are left alone."""
    files = tmp_path / "phases/01-locks/01-locks_files"
    files.mkdir(parents=True)
    (files / "a b.svg").touch()
    text = '![x](<01-locks_files/a b.svg>) [x](01-locks_files/a%20b.svg "t") [y](#locks) [z](https://go.dev) <https://go.dev> <br>\n'
    assert read(tmp_path, text).files == ("01-locks_files/a b.svg",)


def test_a_link_out_of_the_course(tmp_path: Path) -> None:
    """A symbolic link that leads out of the lesson's folder is not followed."""
    (tmp_path / "secret").touch()
    files = tmp_path / "phases/01-locks/01-locks_files"
    files.mkdir(parents=True)
    (files / "x.png").symlink_to(tmp_path / "secret")
    with pytest.raises(NotebookError, match="does not go along"):
        read(tmp_path, "![x](01-locks_files/x.png)\n")
