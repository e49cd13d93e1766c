"""Reads what Go prints: test messages, race reports, panics and goroutine dumps."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from grader.verdict import Access, Frame, Goroutine, Message, Race

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# What a program prints is hostile: every pattern here takes time in proportion to the text.
_MARK = re.compile(r"\x16[^\n]*\n?")
_MESSAGE = re.compile(r"\x0f *([^\s:\x0e\x0f]+):(\d{1,9}): ([^\x0e\x0f\x16\x1b]*(?:\x1b.[^\x0e\x0f\x16\x1b]*)*)\x0e\n?", re.DOTALL)
_ESCAPE = re.compile(r"\x1b(.)", re.DOTALL)
_ACCESS = re.compile(r"^(?:Previous )?(?:atomic )?(read|write) at 0x[0-9a-f]+ by (main goroutine|goroutine \d+)", re.IGNORECASE)
_CREATED = re.compile(r"^(Goroutine \d+) \(.*\) created at:")
_GOROUTINE = re.compile(r"^goroutine (\d+)\b[^\[]*\[([^,\]]+)(?:,[^\]]*)?\]:")


def messages(stdout: str) -> tuple[Message, ...]:
    """Return what the test reported with Error or Fatal, in the framing of -test.v=test2json."""
    found = []
    for file, line, text in _MESSAGE.findall(stdout):
        lines = [part.removeprefix("        ") for part in _ESCAPE.sub(r"\1", text).split("\n")]
        found.append(Message(text="\n".join(lines).rstrip(), file=file, line=int(line)))
    return tuple(found)


def printed(stdout: str) -> str:
    """Return what the program printed, and the test with Log, without the testing package's own lines."""
    return re.sub("[\x0e\x0f]", "", _MARK.sub("", _MESSAGE.sub("", stdout))).strip("\n")


def race(stderr: str) -> Race | None:
    """Return the last report of the race detector, None if there is none: it ended the process, others may be printed."""
    reports = list(re.finditer(r"^={18}\nWARNING: DATA RACE\n(.*?)^={18}$", stderr, re.MULTILINE | re.DOTALL))
    if not reports:
        return None
    found = reports[-1]
    sides: list[tuple[Literal["read", "write"], str, tuple[Frame, ...]]] = []
    created: dict[str, tuple[Frame, ...]] = {}
    for block in found[1].split("\n\n"):
        head, _, rest = block.strip("\n").partition("\n")
        if access := _ACCESS.match(head):
            kind: Literal["read", "write"] = "write" if access[1].lower() == "write" else "read"
            sides.append((kind, access[2], tuple(_race_frames(rest))))
        elif start := _CREATED.match(head):
            created[start[1].lower()] = tuple(_race_frames(rest))
    if len(sides) != 2:  # noqa: PLR2004 - a race has two sides
        return None
    first, second = (Access(kind=kind, goroutine=who, frames=frames, created=created.get(who, ())) for kind, who, frames in sides)
    return Race(accesses=(first, second), report=f"WARNING: DATA RACE\n{tidy(found[1]).rstrip()}")


def panic(output: str) -> str:
    """Return the words of a panic or a fatal error, without its stacks; empty if there was none."""
    found = re.search(r"^(?:\x16?)(panic: |fatal error: )(.*?)(?=\n\n|\ngoroutine |\Z)", output, re.MULTILINE | re.DOTALL)
    return f"{found[1]}{found[2]}".rstrip() if found else ""


def goroutines(output: str) -> tuple[Goroutine, ...]:
    """Return the goroutines of a crash dump, the one that crashed first."""
    found = []
    for block in re.split(r"\n\n", output):
        head, _, rest = block.strip("\n").partition("\n")
        if start := _GOROUTINE.match(head):
            own, _, created = rest.partition("created by ")
            frames = tuple(_dump_frames(own))
            origin = tuple(_dump_frames(re.sub(r" in goroutine \d+", "", created, count=1)))
            found.append(Goroutine(name=start[1], state=start[2], frames=frames, created=origin))
    return tuple(found)


def tidy(text: str) -> str:
    """Return Go's own words with paths cut to what a reader needs."""
    text = re.sub(r"(?<=[\s(])/[^\s(]*/src/(?=[a-z])", "", text)
    text = re.sub(r"(?<=[\s(])/[^\s(]*/([^/\s(]+\.go:\d+)", r"\1", text)
    text = re.sub(r" \+0x[0-9a-f]+$", "", text, flags=re.MULTILINE)
    return re.sub(
        r"^([ \t]*(?:created by )?)((?:[\w.%~-]+/)+)",
        lambda m: m[1] + ("" if "." in m[2].partition("/")[0] else m[2]),
        text,
        flags=re.MULTILINE,
    )


def _race_frames(text: str) -> Iterator[Frame]:
    return _frames(text, r"^  (\S.*)\(\)\n      (\S+):(\d{1,9})")


def _dump_frames(text: str) -> Iterator[Frame]:
    return _frames(text, r"^(\S[^\n]*?)(?:\([^()\n]*\))?\n\t(\S+):(\d{1,9})")


def _frames(text: str, pattern: str) -> Iterator[Frame]:
    for function, file, line in re.findall(pattern, text, re.MULTILINE):
        yield Frame(function=_short_function(function), file=_short_file(file), line=int(line))


def _short_function(name: str) -> str:
    """Cut an import path: x.example/y/phases/p/slug.book.func1 and the judge's main.book.func1 to book.func1, net/http.Get as it is."""
    path, slash, last = name.rpartition("/")
    if slash and "." in path.partition("/")[0]:
        package, _, function = last.partition(".")
        return function if "/phases/" in f"{path}/" else f"{package}.{function}"
    return name if name == "main.main" else name.removeprefix("main.")


def _short_file(path: str) -> str:
    """Cut a path: files of the attempt and of tests are bare already."""
    if "/src/" in path:
        return path.rpartition("/src/")[2]
    return "/".join(path.split("/")[-2:])


def in_files(frames: Iterable[Frame], files: Iterable[str]) -> list[Frame]:
    """Return the frames that stand in these files."""
    wanted = set(files)
    return [frame for frame in frames if frame.file in wanted]
