"""Completion and documentation in a cell: Go's words, the cell's own names, the course's commands."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader.hosts.cells import classify
from grader.hosts.library import package_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from grader.hosts.library import Library, Sort

    Names = Iterable[tuple[str, Sort]]

_OWN_WORDS: tuple[tuple[Sort, str], ...] = (
    ("keyword", "break case chan const continue default defer else fallthrough for func go goto if import interface map package range"),
    ("keyword", "return select struct switch type var true false iota nil"),
    ("class", "any bool byte comparable complex64 complex128 error float32 float64 int int8 int16 int32 int64 rune string uint uint8"),
    ("class", "uint16 uint32 uint64 uintptr"),
    ("function", "append cap clear close complex copy delete imag len make max min new panic print println real recover"),
)
PREDECLARED = {name: sort for sort, names in _OWN_WORDS for name in names.split()}
"""Go's own words."""

_MOST = 200  # names that are offered
_DECLARATION = re.compile(r"^import[ \t]*(?:\((.*?)\)|([^\n(]*))", re.MULTILINE | re.DOTALL)
_IMPORT = re.compile(r'^[ \t]*(?:(\w+)[ \t]+)?"([\w./-]+)"', re.MULTILINE)
_MEMBER = re.compile(r"\.([A-Za-z_]\w*)|^func \([^)]*\) (\w+)|^\t(\w+)[ \t]+[\w*\[\]().]+[ \t]*(?:`|//|$)", re.MULTILINE)
_NOT_CODE = re.compile(r'"[^"\n]*"|//[^\n]*')


@dataclass(frozen=True)
class Completion:
    """What may stand from `start` to `end` of the code, counted in characters."""

    start: int
    end: int
    names: Sequence[tuple[str, Sort]] = ()


async def complete(code: str, cursor: int, library: Library, commands: Iterable[str], slugs: Iterable[str]) -> Completion:
    """Return what may stand at the cursor."""
    line = code[:cursor].rpartition("\n")[2]
    names: Names = ()
    prefix = re.search(r"\w*$", line)[0]  # type: ignore[index] # it always matches
    if command := re.fullmatch(r"\s*%(?:(\w+)\s+)?([\w-]*)", line):
        prefix = command[2]
        names = [(slug, "module") for slug in slugs] if command[1] else [(name, "function") for name in commands]
    elif classify(code).kind in {"shell", "magic", "command"} or re.match(r"\s*//", line):
        pass
    elif path := re.search(r'^\s*(?:import\s+)?(?:\w+\s+)?"([\w./-]*)$', line):
        prefix = path[1]
        names = [(name, "module") for name in library.paths()]
    elif _NOT_CODE.sub("", line).count('"') % 2:
        pass
    elif selector := re.search(r"(\w+)\.\w*$", line):
        names = await _selected(selector[1], code, cursor - len(prefix), library)
    elif prefix:
        names = _words(code, cursor - len(prefix), library)
    fit = [pair for pair in dict(names).items() if pair[0].lower().startswith(prefix.lower())]
    fit.sort(key=lambda pair: (not pair[0].startswith(prefix), pair[0].lower()))
    return Completion(cursor - len(prefix), cursor, fit[:_MOST])


async def documentation(code: str, cursor: int, library: Library, commands: Mapping[str, str]) -> str:
    """Return what is known of the name at the cursor, or before the bracket that opens there; empty if nothing."""
    after = re.match(r"\w*", code[cursor:])[0]  # type: ignore[index] # it always matches
    before = re.search(r"%?[\w.]*$" if after else r"%?[\w.]*(?=\(?$)", code[:cursor])
    name = f"{before[0] if before else ''}{after}".strip(".")
    if name.startswith("%"):
        return commands.get(name[1:], "")
    return await described(name, imports(code), library)


async def described(name: str, imported: Mapping[str, str], library: Library) -> str:
    """Return the documentation of `http`, `http.Get`, `http.Client.Do` or `append`."""
    if name in PREDECLARED:
        return await library.documentation("builtin", name) if PREDECLARED[name] != "keyword" else ""
    package, _, rest = name.partition(".")
    path = imported.get(package) or library.packages().get(package, "")
    return await library.documentation(path, rest) if path else ""


def imports(code: str) -> dict[str, str]:
    """Return the packages that a cell imports: path by name."""
    found = (pair for block in _DECLARATION.finditer(code) for pair in _IMPORT.findall(block[1] or block[2] or ""))
    return {name or package_name(path): path for name, path in found}


async def _selected(name: str, code: str, at: int, library: Library) -> Names:
    """Return what may follow `name.`: what a package exports, else the members that the cell names elsewhere."""
    path = imports(code).get(name) or ("" if _declares(code, name) else library.packages().get(name, ""))
    if path:
        return (await library.exports(path)).items()
    found = (match for match in _MEMBER.finditer(code) if match.start(match.lastindex or 0) != at)
    return [(match[match.lastindex or 0], "instance") for match in found]


def _declares(code: str, name: str) -> bool:
    """Whether the cell itself gives the name a meaning: a variable, a parameter, a receiver."""
    return bool(re.search(rf"\b{name}\b(?:, \w+)* :?=|\bvar {name}\b|[(,] ?{name} [\w*\[]|, {name} :=", code))


def _words(code: str, at: int, library: Library) -> Names:
    """Return Go's words, package names and the cell's identifiers, but for the one being typed."""
    bare = _NOT_CODE.sub(lambda found: " " * len(found[0]), code)
    names: dict[str, Sort] = {found[0]: "instance" for found in re.finditer(r"[A-Za-z_]\w*", bare) if found.start() != at}
    for name in (*library.packages(), *imports(code)):
        names[name] = "module"
    return (names | PREDECLARED).items()
