"""What Go's packages export and what `go doc` says of it, read once and kept."""

from __future__ import annotations

import asyncio
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from grader import process, toolchain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from grader.toolchain import Toolchain

Sort = Literal["function", "class", "instance", "module", "keyword"]
"""What a name is, in the words that front ends have icons for: a type is a class, a variable or constant an instance."""

_SORTS: dict[str, Sort] = {"func": "function", "type": "class", "var": "instance", "const": "instance"}
_TOP = re.compile(r"^(func|type|var|const) ([A-Z]\w*)", re.MULTILINE)
_GROUP = re.compile(r"^(type|var|const) \(\n(.*?)^\)", re.MULTILINE | re.DOTALL)
_MEMBER = re.compile(r"^\t([A-Z]\w*(?:, [A-Z]\w*)*)", re.MULTILINE)
_LIMITS = process.Limits(seconds=10)
_LONGEST = 120  # lines of documentation

PREFERRED = {"rand": "math/rand/v2", "template": "text/template", "scanner": "text/scanner", "pprof": "net/http/pprof"}
"""Which package a name means where several have it."""


class Library:
    """The packages that a cell can import."""

    def __init__(self, root: Path) -> None:
        """Look modules up from `root`, the course's folder."""
        self.root = root
        self._exports: dict[str, dict[str, Sort]] = {}
        self._docs: dict[str, str] = {}
        self._packages: dict[str, str] = {}

    def packages(self) -> Mapping[str, str]:
        """Return the standard library's packages: import path by name."""
        if not self._packages:
            for path in _standard(toolchain.find()):
                name = package_name(path)
                known = self._packages.get(name)
                if known is None or PREFERRED.get(name) == path or (name not in PREFERRED and path.count("/") < known.count("/")):
                    self._packages[name] = path
        return self._packages

    def paths(self) -> list[str]:
        """Return the import paths of the standard library."""
        return sorted(_standard(toolchain.find()))

    async def exports(self, path: str) -> Mapping[str, Sort]:
        """Return the exported names of a package, none if there is no such package."""
        if path not in self._exports:
            folder = toolchain.find().goroot / "src" / path
            if not folder.is_dir():
                found = (await self._go("list", "-f", "{{.Dir}}", path)).strip()
                folder = Path(found) if found else folder
            self._exports[path] = await asyncio.to_thread(_exports, folder)
        return self._exports[path]

    async def documentation(self, path: str, name: str = "") -> str:
        """Return what `go doc` says of a package or of one of its names, empty if nothing."""
        what = f"{path}.{name}" if name else path
        if what not in self._docs:
            lines = (await self._go("doc", *(() if name else ("-short",)), what)).splitlines()
            more = [] if len(lines) <= _LONGEST else [f"[{len(lines) - _LONGEST} more lines: !go doc {what}]"]
            self._docs[what] = "\n".join([*lines[:_LONGEST], *more])
        return self._docs[what]

    async def _go(self, *arguments: str) -> str:
        tools = toolchain.find()
        done = await process.run([str(tools.go), *arguments], env=tools.env, cwd=self.root, limits=_LIMITS)
        return done.stdout if done.code == 0 else ""


def package_name(path: str) -> str:
    """Return the name that a package has by its path: `rand` of `math/rand/v2`."""
    *_, last = [part for part in path.split("/") if not re.fullmatch(r"v\d+", part)] or [path]
    return re.sub(r"\.v\d+$", "", last)


def _standard(tools: Toolchain) -> Iterator[str]:
    source = tools.goroot / "src"
    for folder, inner, files in os.walk(source):
        inner[:] = sorted(name for name in inner if name not in {"internal", "vendor", "testdata", "cmd"})
        if any(name.endswith(".go") and not name.endswith("_test.go") for name in files):
            yield Path(folder).relative_to(source).as_posix()


def _exports(folder: Path) -> dict[str, Sort]:
    """Read the exported names of a gofmt-formatted package."""
    found: dict[str, Sort] = {}
    for path in sorted(folder.glob("*.go")):
        if path.name.endswith("_test.go"):
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        found |= {name: _SORTS[kind] for kind, name in _TOP.findall(text)}
        for kind, group in _GROUP.findall(text):
            found |= {name: _SORTS[kind] for names in _MEMBER.findall(group) for name in names.split(", ")}
    return found
