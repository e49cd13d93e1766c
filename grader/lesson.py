"""A phase's lesson.md: its prose, its example programs, and the places of its exercises."""

from __future__ import annotations

import difflib
import hashlib
import re
import unicodedata
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import unquote, urlsplit

import jupytext.myst

from grader.errors import NotebookError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from markdown_it.token import Token

    from grader.course import Course, Phase

_CODE, _EXERCISE = "{code-cell}", "{exercise}"
_SPLIT_AT = ("h1", "h2", "h3")
_LONGEST = 56  # characters of a name: a cell id has at most 64, and a number may follow


@dataclass(frozen=True)
class Block:
    """A part of a lesson that becomes a cell, or the cells of an exercise.

    `text` is Markdown, a Go program, or the exercise's slug. `name` is made of the headings
    above the block, so it stays the same while other sections change; it is not unique.
    """

    kind: Literal["prose", "code", "exercise"]
    name: str
    text: str
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Lesson:
    """A lesson in order, and the files that it shows, relative to its folder."""

    blocks: tuple[Block, ...]
    files: tuple[str, ...]


def read(course: Course, phase: Phase) -> Lesson:
    """Read a phase's lesson.md, MyST as jupytext reads it.

    Raises NotebookError with file and line for what a notebook cannot show, for a local file
    that is missing, and for exercises that are unknown, named twice, or named nowhere.
    """
    path = course.phases_folder / phase.slug / "lesson.md"
    where = path.relative_to(course.root).as_posix()
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise NotebookError(f"{where} is missing. Write the phase's lesson there.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise NotebookError(f"{where} cannot be read: {error}. Save it as UTF-8.") from error
    review = _Review(where, path.parent, phase.slug, course.slugs(phase))
    review.document(text)
    try:
        notebook = jupytext.myst.myst_to_notebook(text, add_source_map=True)
    except Exception as error:  # jupytext lets through whatever YAML or JSON raises
        raise NotebookError(f"{where}: {error}. Mend the options there, or take them out.") from error
    return Lesson(tuple(_blocks(where, notebook)), tuple(sorted(review.files)))


class _Review:
    """Everything in a lesson that must be right before it becomes cells."""

    def __init__(self, where: str, folder: Path, phase: str, exercises: Sequence[str]) -> None:
        self.where, self.folder, self.exercises = where, folder, exercises
        self.files_folder = f"{phase}_files"
        self.files: set[str] = set()
        self.told: dict[str, int] = {}

    def wrong(self, line: int, problem: str) -> NotebookError:
        return NotebookError(f"{self.where}:{line}: {problem}")

    def document(self, text: str) -> None:
        parser = jupytext.myst.get_parser().enable("inline")
        env: dict[str, Any] = {}
        for token in parser.parse(text + "\n", env):
            line = token.map[0] + 1 if token.map else 1
            if token.type == "fence" and token.info.startswith("{"):
                self.directive(token, line)
            elif token.type == "html_block":
                self.html(token.content, line)
            elif token.type == "inline":
                self.inline(token, line)
        for reference in env.get("references", {}).values():
            raise self.wrong(reference["map"][0] + 1, "cells do not share link definitions. Write the target where the link is.")
        for slug in self.exercises:
            if slug not in self.told:
                raise NotebookError(f"{self.where}: no line names the exercise {slug!r}. Put ```{_EXERCISE} {slug} where learners do it.")

    def directive(self, token: Token, line: int) -> None:
        name, _, argument = (part.strip() for part in token.info.strip().partition(" "))
        if name not in {_CODE, _EXERCISE}:
            raise self.wrong(line, f"{name} is not a directive of a lesson. They are {_CODE} go and {_EXERCISE} SLUG.")
        if token.level:
            raise self.wrong(line, f"{name} stands inside a list or a quotation. Put it at the left margin.")
        if name == _CODE:
            if argument != "go":
                raise self.wrong(line, f"the kernel runs Go. Write `{_CODE} go`, or a plain fence where nothing is to run.")
            return
        if argument not in self.exercises:
            near = difflib.get_close_matches(argument, self.exercises, 1)
            advice = f"Did you mean {near[0]!r}?" if near else f"The phase has {', '.join(self.exercises) or 'no exercises yet'}."
            raise self.wrong(line, f"the phase has no exercise {argument!r}. {advice}")
        if argument in self.told:
            raise self.wrong(line, f"the exercise {argument!r} is already on line {self.told[argument]}. Take one of them out.")
        if token.content.strip():
            raise self.wrong(line, f"{name} {argument} has text in it, or its fence is not closed. Close it on the next line.")
        self.told[argument] = line

    def inline(self, token: Token, line: int) -> None:
        for child in token.children or ():
            if child.type in {"softbreak", "hardbreak"}:
                line += 1
            elif child.type == "html_inline":
                self.html(child.content, line)
            elif child.type == "image":
                self.target(str(child.attrs["src"]), line, image=True)
            elif child.type == "link_open":
                self.target(str(child.attrs["href"]), line, image=False)

    def html(self, text: str, line: int) -> None:
        for target in _targets(text):
            if not target.startswith(("https://", "http://", "mailto:", "#")):
                raise self.wrong(line, f"HTML shows the file {target!r}. Write it as Markdown, so that the file goes along.")

    def target(self, target: str, line: int, *, image: bool) -> None:
        parts = urlsplit(target)
        if parts.scheme or parts.netloc:
            if image:
                raise self.wrong(
                    line, f"the image {target[:80]} is on the network. Save it in {self.files_folder}/: a notebook opens offline."
                )
            return
        if not parts.path:
            return
        name = unquote(parts.path)
        path = self.folder / name
        if not path.is_file():
            raise self.wrong(line, f"the file {name} is missing. Put it there, or take the link out.")
        inside = path.resolve().is_relative_to((self.folder / self.files_folder).resolve())
        if not inside or PurePosixPath(name).parts[0] != self.files_folder or ".." in PurePosixPath(name).parts:
            raise self.wrong(line, f"{name} does not go along with the notebook. Move it into {self.files_folder}/ beside the lesson.")
        self.files.add(name)


def _targets(text: str) -> list[str]:
    """Return what the tags in a piece of HTML load or link to."""
    found: list[str] = []

    class Tags(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            del tag
            found.extend(value or "" for name, value in attrs if name in {"src", "href", "srcset", "poster", "data"})

    tags = Tags()
    tags.feed(text)
    tags.close()
    return found


def _blocks(where: str, notebook: Any) -> Iterator[Block]:  # noqa: ANN401
    """Yield the parts of the cells that jupytext made: prose is cut at headings and at exercises."""
    headings: list[tuple[str, str]] = []
    for cell, line in zip(notebook.cells, notebook.metadata["source_map"], strict=True):
        if cell.cell_type == "code":
            if unknown := sorted(cell.metadata.keys() - {"tags"}):
                raise NotebookError(f"{where}:{line}: the option {unknown[0]!r} means nothing here. Only `tags` does.")
            yield Block("code", _name(headings, "example"), cell.source, tuple(cell.metadata.get("tags", ())))
            continue
        lines = cell.source.split("\n")
        start = 0
        tokens = jupytext.myst.get_parser().enable("inline").parse(cell.source + "\n")
        for token, following in zip(tokens, [*tokens[1:], None], strict=True):
            if token.level or not token.map:
                continue
            heading = token.type == "heading_open" and token.tag in _SPLIT_AT
            exercise = token.type == "fence" and token.info.startswith(_EXERCISE)
            if heading or exercise:
                yield from _prose(headings, lines[start : token.map[0]])
                start = token.map[0]
            if heading and following:
                headings = [(tag, slug) for tag, slug in headings if tag < token.tag]
                headings.append((token.tag, _slug(following)))
            if exercise:
                yield Block("exercise", _name(headings, "exercise"), token.info.removeprefix(_EXERCISE).strip())
                start = token.map[1]
        yield from _prose(headings, lines[start:])


def _prose(headings: list[tuple[str, str]], lines: list[str]) -> Iterator[Block]:
    if text := "\n".join(lines).strip("\n"):
        yield Block("prose", _name(headings), text)


def _name(headings: list[tuple[str, str]], *more: str) -> str:
    """Join the headings below the title."""
    below = [slug for tag, slug in headings if tag != "h1"] or [slug for _, slug in headings] or ["lesson"]
    name = "-".join([*below, *more])
    if len(name) <= _LONGEST:
        return name
    return f"{name[: _LONGEST - 9]}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def _slug(token: Token) -> str:
    words = "".join(child.content for child in token.children or ())
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "section"
