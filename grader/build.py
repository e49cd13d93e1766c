"""Builds an attempt with its tests: compile and link called directly, against race archives.

The attempt comes first and alone, so that what does not compile in it is told from
tests that do not fit it. Nothing that an attempt writes is read for another.
"""

from __future__ import annotations

import asyncio
import re
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import msgspec

from grader import process
from grader.errors import InfraError
from grader.toolchain import HARNESS, read_importcfg
from grader.verdict import Message

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from grader.attempt import Attempt
    from grader.toolchain import Toolchain

LIMITS = process.Limits(seconds=60, output=1 << 20, kept=1 << 20, memory=2 << 30)

GO_TEST_ANALYZERS = (
    "atomic",
    "bools",
    "buildtag",
    "directive",
    "errorsas",
    "ifaceassert",
    "nilfunc",
    "printf",
    "slog",
    "stringintconv",
    "tests",
)
"""What `go test` vets by default (Go 1.27, `go test -x`), without stdversion: go.mod sets the version."""

_NO_SPACE = re.compile(r"^(?!.*\.go:\d).*no space left on device", re.MULTILINE)  # and not a string of the attempt's

_PLAIN = "-l"
"""Our tests compile in half the time without inlining (measured); the attempt keeps it."""

_MAIN = """package main

import (
	"testing"
	"testing/internal/testdeps"

	"{harness}"
	judge "{import_path}_test"
)

func main() {{
	harness.Run(testing.MainStart(testdeps.TestDeps{{}}, harness.Select([]testing.InternalTest{{
{tests}	}}), nil, nil, nil))
}}
"""


@dataclass(frozen=True)
class Built:
    """A test binary, or why there is none."""

    binary: Path | None = None
    stage: Literal["build", "vet"] = "build"
    errors: tuple[Message, ...] = ()


class _CompileError(Exception):
    """The compiler refused a package; `output` is what it said."""

    def __init__(self, output: str) -> None:
        self.output = output
        super().__init__(output)


@dataclass(frozen=True)
class _Builder:
    toolchain: Toolchain
    work: Path
    importcfg: Path

    async def compile(self, name: str, path: str, sources: dict[str, str], uses: dict[str, Path], *flags: str) -> Path:
        """Compile one package of which nothing but its sources is known.

        Raises _CompileError, or InfraError where the disk is full.
        """
        folder = self.work / name
        folder.mkdir()
        for file, text in sources.items():
            (folder / file).write_text(text, encoding="utf-8")
        importcfg = self._importcfg(name, uses)
        archive = self.work / f"{name}.a"
        done = await self._tool(
            "compile", "-o", archive, "-p", path, "-trimpath", f"{folder}=>", "-lang=go1.27", "-complete", "-installsuffix", "race",
            "-c=2", "-race", "-dwarf=false", *flags, "-nolocalimports", "-importcfg", importcfg, "-pack", *sorted(sources), cwd=folder,
        )  # fmt: skip
        if done.code and _NO_SPACE.search(done.stdout + done.stderr):
            raise InfraError("disk", "the disk is full. Free some space, and run it again.")
        if done.code or done.ended != "exit":
            raise _CompileError(done.stdout + done.stderr if done.ended == "exit" else f"the compiler was stopped: {_why(done)}")
        return archive

    async def link(self, main: Path, uses: dict[str, Path]) -> Path:
        """Link a test binary. Raises InfraError: what compiled must link."""
        binary = self.work / "attempt.test"
        done = await self._tool(
            "link", "-o", binary, "-importcfg", self._importcfg("link", uses), "-installsuffix", "race", "-s", "-w", "-buildmode=exe",
            "-race", "-X", "testing.testBinary=1", main, cwd=self.work,
        )  # fmt: skip
        if done.code or done.ended != "exit":
            raise InfraError("link", f"the linker failed: {done.stderr[:500] or _why(done)}")
        return binary

    async def vet(self, path: str, package: str, analyzers: Iterable[str], sources: dict[str, str]) -> tuple[Message, ...]:
        """Return what vet objects to in the attempt."""
        folder = self.work / package
        archives = read_importcfg(self.importcfg)
        config = self.work / "vet.cfg"
        description = {
            "ID": path,
            "Compiler": "gc",
            "Dir": str(folder),
            "ImportPath": path,
            "GoFiles": [str(folder / name) for name in sorted(sources)],
            "ImportMap": {name: name for name in archives},
            "PackageFile": archives,
            "GoVersion": "go1.27",
            "VetxOutput": str(self.work / "vet.out"),
            "SucceedOnTypecheckFailure": True,
        }
        config.write_bytes(msgspec.json.encode(description))
        done = await self._tool("vet", "-json", *(f"-{a}" for a in analyzers), config, cwd=self.work)
        if done.code or done.ended != "exit":
            raise InfraError("vet", f"vet failed: {done.stderr[:500] or _why(done)}")
        reports = msgspec.json.decode(done.stdout or "{}", type=dict[str, dict[str, list[dict[str, object]]]])
        found = [
            Message(text=f"{d['message']} ({analyzer})", file=name, line=int(line), column=int(column))
            for analyzer, diagnostics in reports.get(path, {}).items()
            for d in diagnostics
            for name, line, column in [str(d["posn"]).rsplit("/", 1)[-1].split(":")]
        ]
        return tuple(sorted(found, key=lambda m: (m.file, m.line, m.column)))

    def _importcfg(self, name: str, uses: dict[str, Path]) -> Path:
        if not uses:
            return self.importcfg
        target = self.work / f"{name}.importcfg"
        extra = "".join(f"packagefile {path}={archive}\n" for path, archive in uses.items())
        target.write_text(self.importcfg.read_text(encoding="utf-8") + extra, encoding="utf-8")
        return target

    async def _tool(self, name: str, *arguments: str | Path, cwd: Path) -> process.Finished:
        env = {"GOROOT": str(self.toolchain.goroot), "TMPDIR": str(self.work), "PATH": self.toolchain.env["PATH"], "CC": self.toolchain.cc}
        return await process.run([str(self.toolchain.tool(name)), *map(str, arguments)], env=env, cwd=cwd, limits=LIMITS)


async def build(attempt: Attempt, toolchain: Toolchain, importcfg: Path, work: Path) -> Built:
    """Build an attempt in an empty folder. The binary then stands alone in a folder: no source is left for it to read.

    Raises InfraError where the failure cannot be the attempt's.
    """
    workshop = work / "build"
    workshop.mkdir()
    built = await _build(attempt, toolchain, importcfg, workshop)
    if built.binary is None:
        return built
    alone = work / "run"
    alone.mkdir()
    binary = built.binary.rename(alone / built.binary.name)
    shutil.rmtree(workshop)
    return Built(binary=binary)


async def _build(attempt: Attempt, toolchain: Toolchain, importcfg: Path, work: Path) -> Built:
    exercise = attempt.exercise
    manifest, path = exercise.manifest, exercise.import_path
    builder = _Builder(toolchain, work, importcfg)
    sources = dict(attempt.files)
    harness = {"goprod_harness.go": f'package {manifest.package}\n\nimport _ "{HARNESS}"\n'}
    given = {name: exercise.read(name) for name in manifest.given}
    try:
        archive = await builder.compile("attempt", path, {**given, **sources, **harness}, {})
    except _CompileError as error:
        return Built(errors=compile_errors(error.output))

    analyzers = (*GO_TEST_ANALYZERS, *manifest.vet)
    vetting = asyncio.ensure_future(builder.vet(path, "attempt", analyzers, {**given, **sources}))
    try:
        binary = await _build_tests(attempt, builder, archive)
        objections = await vetting
    except _CompileError as error:
        return Built(errors=_unfit(attempt, error.output))
    finally:
        vetting.cancel()
        await asyncio.gather(vetting, return_exceptions=True)  # its process must be gone before the folder goes
    if objections:
        return Built(stage="vet", errors=objections)
    return Built(binary=binary)


async def _build_tests(attempt: Attempt, builder: _Builder, archive: Path) -> Path:
    """Compile the judge against the attempt, and link. Raises _CompileError."""
    exercise = attempt.exercise
    path = exercise.import_path
    uses = {path: archive}
    tests = {name: exercise.read(name) for name in exercise.test_files}
    uses[f"{path}_test"] = await builder.compile("tests", f"{path}_test", tests, uses, _PLAIN)
    table = "".join(f'\t\t{{Name: "{name}", F: judge.{name}}},\n' for name in exercise.manifest.tests)
    main = _MAIN.format(harness=HARNESS, import_path=path, tests=table)
    try:
        return await builder.link(await builder.compile("main", "main", {"main.go": main}, uses, _PLAIN), uses)
    except _CompileError as error:
        raise InfraError("main", f"{exercise.slug}: [tests] and the test files disagree: {error.output[:500]}") from error


def compile_errors(output: str) -> tuple[Message, ...]:
    """Read the compiler's lines `file:line:column: text`; what follows indented belongs to the line above."""
    found: list[Message] = []
    for line in output.splitlines():
        place = re.match(r"^(?:\./)?([^\s:]+):(\d{1,9})(?::(\d{1,9}))?: (.*)$", line)
        if place:
            found.append(Message(text=place[4], file=place[1].rsplit("/", 1)[-1], line=int(place[2]), column=int(place[3] or 0)))
        elif found and line.startswith("\t"):
            found[-1] = msgspec.structs.replace(found[-1], text=f"{found[-1].text}\n{line.strip()}")
    return tuple(found) or (Message(text=output.strip()[:2000] or "the compiler failed without a word"),)


def _unfit(attempt: Attempt, output: str) -> tuple[Message, ...]:
    """Say which declarations the tests expect, without quoting a test."""
    broken = "\n".join(attempt.exercise.broken.values())
    expected: dict[str, None] = {}
    for name in re.findall(r"\b(?:\w+\.|method )([A-Z]\w*)", output):
        for kind in (rf"func (?:\([^)]*\) )?{name}\b[^\n]*?(?= \{{)", rf"type {name} \w+"):
            if declaration := re.search(rf"^{kind}", broken, re.MULTILINE):
                expected[declaration[0]] = None
    if not expected:
        return (Message(text="The tests do not compile with this: an exported name or its type has changed. Keep them as they were."),)
    return tuple(Message(text=f"The tests expect `{declaration}`.") for declaration in expected)


def _why(done: process.Finished) -> str:
    return {"timeout": f"it took longer than {LIMITS.seconds:.0f} s", "memory": f"it needed more than {(LIMITS.memory or 0) >> 20} MB",
            "output": "it printed too much"}.get(done.ended, f"exit {done.code}")  # fmt: skip
