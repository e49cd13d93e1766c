"""An attempt: the text of each file that the learner may edit, and nothing else."""

from __future__ import annotations

import difflib
import hashlib
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from grader.errors import AttemptError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from grader.course import Exercise

LARGEST = 256 * 1024
"""Bytes of one answer file; the longest of the course has under 8 KiB."""

_MARKER = re.compile(r"(?://|#|--) [a-z0-9-]+/[^/\s]+")


@dataclass(frozen=True)
class Attempt:
    """A learner's answer to one exercise: its answer files, complete, by name.

    The texts are UTF-8 with LF line ends. Line n of a file is line n of its cell.
    """

    exercise: Exercise
    files: Mapping[str, str]

    @classmethod
    def from_texts(cls, exercise: Exercise, texts: Mapping[str, str | bytes]) -> Attempt:
        """Make an attempt of the files that are given, and of broken/ for those that are not.

        Raises AttemptError for an unknown file, or a text that cannot be one.
        """
        answer = exercise.manifest.answer
        for name in texts:
            if name not in answer:
                near = difflib.get_close_matches(name, answer, 1)
                advice = f"Did you mean {near[0]!r}?" if near else f"Its answer is {', '.join(answer)}."
                raise AttemptError(f"{exercise.slug} has no answer file {name!r}. {advice}")
        files = {name: clean(exercise.slug, name, texts[name]) for name in answer if name in texts}
        return cls(exercise, {name: files.get(name, exercise.broken[name]) for name in answer})

    @classmethod
    def from_folder(cls, exercise: Exercise, folder: Path) -> Attempt:
        """Read the answer files in a folder.

        Raises AttemptError if one is missing, or if anything else is in the folder.
        """
        answer = exercise.manifest.answer
        try:
            found = sorted(folder.iterdir())
        except OSError as error:
            raise AttemptError(f"{folder} cannot be read: {error.strerror}. Name a folder that holds {', '.join(answer)}.") from error
        texts = {}
        for path in found:
            if path.name not in answer:
                raise AttemptError(
                    f"{path} is not an answer file of {exercise.slug}. The folder may hold {', '.join(answer)} and nothing else."
                )
            if path.is_symlink() or not path.is_file():
                raise AttemptError(f"{path} is not a plain file. Put the file itself there.")
            if path.stat().st_size > LARGEST:
                raise _too_large(exercise.slug, path.name)
            try:
                texts[path.name] = path.read_bytes()
            except OSError as error:
                raise AttemptError(f"{path} cannot be read: {error.strerror}.") from error
        for name in answer:
            if name not in texts:
                raise AttemptError(f"{folder} has no {name}, which {exercise.slug} needs.")
        return cls.from_texts(exercise, texts)

    @cached_property
    def digest(self) -> str:
        """The hash of what was answered to what: equal answers have the same."""
        return hashlib.sha256(msgspec.json.encode([self.exercise.slug, sorted(self.files.items())])).hexdigest()

    @cached_property
    def untouched(self) -> bool:
        """Whether every file still holds the code from the incident."""
        return all(_bare(text) == _bare(self.exercise.broken[name]) for name, text in self.files.items())


def clean(slug: str, name: str, text: str | bytes) -> str:
    """Return an answer file's text as UTF-8 with LF line ends and without a byte order mark.

    Raises AttemptError where it is not text, empty, or larger than LARGEST.
    """
    if len(text) > LARGEST:
        raise _too_large(slug, name)
    if isinstance(text, bytes):
        try:
            text = text.decode("utf-8")
        except UnicodeDecodeError as error:
            line = error.object[: error.start].count(b"\n") + 1
            raise AttemptError(f"{slug}/{name}, line {line}, is not UTF-8. Type the line again, or save the file as UTF-8.") from error
    text = text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    for what, sign in (("a NUL byte", "\0"), ("a broken character", "\ufffd")):
        if sign in text:
            line = text[: text.index(sign)].count("\n") + 1
            raise AttemptError(f"{slug}/{name}, line {line}, holds {what}. Type the line again.")
    try:
        size = len(text.encode("utf-8"))
    except UnicodeEncodeError as error:
        line = text[: error.start].count("\n") + 1
        raise AttemptError(f"{slug}/{name}, line {line}, holds half a character. Type the line again.") from error
    if size > LARGEST:
        raise _too_large(slug, name)
    if not _bare(text):
        raise AttemptError(f"{slug}/{name} is empty. `%reset {slug}` brings back the code from the incident.")
    return text


def without_marker(text: str) -> str:
    """Return a cell's text without its first line `// SLUG/FILE` and the blank line below."""
    first, _, rest = text.partition("\n")
    return rest.removeprefix("\n") if _MARKER.fullmatch(first.rstrip()) else text


def _bare(text: str) -> str:
    return "\n".join(line.rstrip() for line in without_marker(text).strip().splitlines())


def _too_large(slug: str, name: str) -> AttemptError:
    return AttemptError(
        f"{slug}/{name} is larger than {LARGEST // 1024} KiB, which no answer needs. Your text is kept; cut it down and run it again."
    )
