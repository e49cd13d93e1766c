"""An attempt: the learner's text as it is, or a sentence that says why it cannot be one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from grader.attempt import LARGEST, Attempt, clean
from grader.errors import AttemptError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from grader.course import Exercise
    from tests.conftest import MakeExercise

    Change = Callable[[str], str]

GO = "package till\n\nfunc Sum() {}\n"


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        (GO, GO),
        (GO.encode(), GO),
        (GO.replace("\n", "\r\n"), GO),
        (GO.replace("\n", "\r"), GO),
        ("\ufeff" + GO, GO),
        (b"\xef\xbb\xbf" + GO.encode(), GO),
        ("// 世界 🛥\n" + GO, "// 世界 🛥\n" + GO),
        ("no package clause", "no package clause"),
        ("x" * LARGEST, "x" * LARGEST),
    ],
)
def test_clean(text: str | bytes, cleaned: str) -> None:
    """Text stays as it is, but for line ends and a byte order mark; whether it is Go is not asked."""
    assert clean("takings", "till.go", text) == cleaned


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "till.go is empty. `%reset takings` brings back the code"),
        (b"", "till.go is empty"),
        (" \t\r\n\n", "till.go is empty"),
        ("\ufeff", "till.go is empty"),
        ("// takings/till.go\n\n", "till.go is empty"),
        ("a\n\0\n", "till.go, line 2, holds a NUL byte. Type the line again"),
        (b"a\nb\x00\n", "line 2, holds a NUL byte"),
        ("a\r\nb\r\nc\ufffd", "line 3, holds a broken character. Type the line again"),
        (b"a\nb\n\xff\xfe", "line 3, is not UTF-8. Type the line again, or save the file as UTF-8"),
        (b"\xc3", "line 1, is not UTF-8"),
        ("a\nb\ud800", "line 2, holds half a character"),
        ("x" * (LARGEST + 1), "is larger than 256 KiB"),
        ("世" * (LARGEST // 2), "is larger than 256 KiB"),
        (b"x" * (5 << 20), "is larger than 256 KiB, which no answer needs. Your text is kept"),
        ("x" * (5 << 20), "is larger than 256 KiB"),
    ],
)
def test_what_cannot_be_an_answer(text: str | bytes, words: str) -> None:
    """What is empty, is not text or is too large is told with the file, the line and what to do."""
    with pytest.raises(AttemptError) as caught:
        clean("takings", "till.go", text)
    assert words in str(caught.value)
    assert str(caught.value).startswith("takings/till.go")


@given(st.one_of(st.text(), st.binary(), st.text(alphabet="\r\n\0\ufeff \t/a\ud800")))
@example("\ufeff\ufeff")
@example("\ufeff\r\ufeffa")
def test_clean_is_clean(text: str | bytes) -> None:
    """Whatever comes in, it is refused as an AttemptError, or is UTF-8 with LF line ends that cleaning leaves as it is."""
    try:
        cleaned = clean("takings", "till.go", text)
    except AttemptError:
        return
    assert cleaned.strip()
    assert not {"\r", "\0", "\ufffd"} & set(cleaned)
    assert clean("takings", "till.go", cleaned.encode()) == cleaned


def test_a_file_that_is_not_given_is_the_broken_one(make_exercise: MakeExercise) -> None:
    """Of several answer files, those that are not given are as the learner received them."""
    exercise = make_exercise(
        {
            "exercise.toml": make_exercise().read("exercise.toml").replace('["till.go"]', '["till.go", "desk.go"]'),
            "broken/desk.go": "package till // desk\n",
        }
    )
    attempt = Attempt.from_texts(exercise, {"till.go": GO})
    assert attempt.files == {"till.go": GO, "desk.go": "package till // desk\n"}
    assert list(attempt.files) == ["till.go", "desk.go"]


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("tills.go", "Did you mean 'till.go'?"),
        ("Dockerfile", "Its answer is till.go."),
        ("till_test.go", "Did you mean 'till.go'?"),
        ("../till.go", "till.go"),
    ],
)
def test_an_unknown_file(exercise: Exercise, name: str, advice: str) -> None:
    """A file that is no answer is told with the nearest that is."""
    with pytest.raises(AttemptError) as caught:
        Attempt.from_texts(exercise, {name: GO})
    assert f"takings has no answer file {name!r}." in str(caught.value)
    assert advice in str(caught.value)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text,
        lambda text: "// takings/till.go\n\n" + text,
        lambda text: "// takings/till.go\n" + text,
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", "  \n") + "\n\n",
    ],
)
def test_untouched(exercise: Exercise, change: Change) -> None:
    """An attempt is untouched while it differs from broken/ in nothing but the cell's first line and white space at ends."""
    assert Attempt.from_texts(exercise, {"till.go": change(exercise.broken["till.go"])}).untouched


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("sum", "total"),
        lambda text: text + "// mine\n",
        lambda text: "// and/or mine\n" + text,
        lambda text: text.partition("\n")[2],
        lambda text: text.replace("\t", "    "),
    ],
)
def test_touched(exercise: Exercise, change: Change) -> None:
    """Any other change, comments included, is an attempt."""
    assert not Attempt.from_texts(exercise, {"till.go": change(exercise.broken["till.go"])}).untouched


def test_from_folder(exercise: Exercise, tmp_path: Path) -> None:
    """A folder with the answer files is an attempt."""
    (tmp_path / "till.go").write_bytes(GO.replace("\n", "\r\n").encode())
    assert Attempt.from_folder(exercise, tmp_path).files == {"till.go": GO}


def _foreign(folder: Path) -> None:
    (folder / "till.go").write_text(GO)
    (folder / "helper.go").write_text("package till\n")


def _link(folder: Path) -> None:
    (folder / "till.go").symlink_to("/etc/hostname")


def _loop(folder: Path) -> None:
    (folder / "till.go").symlink_to(folder / "till.go")


def _folder(folder: Path) -> None:
    (folder / "till.go").mkdir()


def _large(folder: Path) -> None:
    (folder / "till.go").write_bytes(b"x" * (5 << 20))


def _not_text(folder: Path) -> None:
    (folder / "till.go").write_bytes(b"package till\n\xff\n")


def _gone(folder: Path) -> None:
    folder.rmdir()


def _a_file(folder: Path) -> None:
    folder.rmdir()
    folder.write_text(GO)


@pytest.mark.parametrize(
    ("prepare", "words"),
    [
        (_foreign, "helper.go is not an answer file of takings. The folder may hold till.go and nothing else."),
        (_link, "till.go is not a plain file. Put the file itself there."),
        (_loop, "till.go is not a plain file"),
        (_folder, "till.go is not a plain file"),
        (_large, "takings/till.go is larger than 256 KiB"),
        (_not_text, "takings/till.go, line 2, is not UTF-8"),
        (lambda _: None, "has no till.go, which takings needs."),
        (_gone, "cannot be read: No such file or directory. Name a folder that holds till.go."),
        (_a_file, "cannot be read: Not a directory. Name a folder that holds till.go."),
    ],
)
def test_a_folder_that_is_no_attempt(exercise: Exercise, tmp_path: Path, prepare: Callable[[Path], None], words: str) -> None:
    """A folder with anything else in it, or without the answer, is told by name with what to do."""
    prepare(tmp_path)
    with pytest.raises(AttemptError) as caught:
        Attempt.from_folder(exercise, tmp_path)
    assert words in str(caught.value)
