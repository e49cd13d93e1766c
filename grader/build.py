"""Builds an attempt with its tests: compile and link called directly, against race archives.

The attempt comes first and alone, so that what does not compile in it is told from
tests that do not fit it. Nothing that an attempt writes is read for another.
"""

from __future__ import annotations

import asyncio
import functools
import os
import re
import shutil
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from grader import process
from grader.errors import InfraError
from grader.sandbox import TOOL_FILE
from grader.toolchain import HARNESS, allowed, read_importcfg
from grader.verdict import Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from grader.attempt import Attempt
    from grader.sandbox import Sandbox
    from grader.toolchain import Toolchain

LIMITS = process.Limits(seconds=30, output=1 << 20, kept=1 << 20, memory=2 << 30)
"""Of one tool; processor time, address space and file sizes are the sandbox's (TOOL_LIMITS)."""

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

_NO_SPACE = re.compile(r"^(?!\s|.*\.go:\d).*no space left on device", re.MULTILINE)  # and not a string of the attempt's

_SPARE = {"GOMAXPROCS": "1", "GOGC": "off", "GOMEMLIMIT": "1GiB"}
"""A tool's work is over before collecting its garbage, or sharing it, pays: a fifth less processor time (measured)."""

_PLAIN = "-l"
"""Our tests compile in half the time without inlining (measured); the attempt keeps it."""

_MAIN = """package main

import (
	testlogPackage "internal/testlog"
	testingPackage "testing"

	harnessPackage "{harness}"
)

func main() {{
	deps := harnessPackage.Deps{{PanicOnExit0: testlogPackage.SetPanicOnExit0}}
	harnessPackage.Run(testingPackage.MainStart(deps, harnessPackage.Select([]testingPackage.InternalTest{{
{tests}	}}), nil, nil, nil))
}}
"""
_PACKAGE = re.compile(r"^package \w+", re.MULTILINE)


Limit = Literal["timeout", "memory", "limit"]
"""The status of an attempt at which one of Go's tools reached a limit."""


@dataclass(frozen=True)
class Built:
    """A test binary, or why there is none: errors at their places, or for a limit a sentence in `detail`."""

    binary: Path | None = None
    stage: Literal["build", "vet"] | Limit = "build"
    errors: tuple[Message, ...] = ()
    detail: str = ""


class _CompileError(Exception):
    """The compiler refused a package; `output` is what it said."""

    def __init__(self, output: str) -> None:
        self.output = output
        super().__init__(output)


class _LimitError(Exception):
    """One of Go's tools reached a limit on what the learner wrote."""

    def __init__(self, stage: Limit, tool: str, why: str) -> None:
        self.stage = stage
        super().__init__(f"The {_TOOLS[tool]} {why} for this code, where others need a hundredth of it.")


_TOOLS = {"compile": "compiler", "link": "linker", "vet": "vet command"}


@dataclass(frozen=True)
class _Builder:
    toolchain: Toolchain
    work: Path
    importcfg: Path
    box: Sandbox

    @functools.cached_property
    def archives(self) -> dict[str, str]:
        """The archives that the exercise's importcfg names, by import path."""
        return read_importcfg(self.importcfg)

    @functools.cached_property
    def readable(self) -> tuple[Path, ...]:
        """The folders that Go's tools read besides the workshop."""
        tools = self.toolchain
        libgcc = (tools.libgcc.parent,) if tools.libgcc else ()
        return (tools.goroot, Path(os.path.commonpath(self.archives.values())), self.importcfg.parent, *libgcc)

    async def compile(self, name: str, path: str, sources: dict[str, str], uses: Mapping[str, Path | str], *flags: str) -> Path:
        """Compile one package, which can import what `uses` names by archive.

        Raises _CompileError, _LimitError, or InfraError where the disk is full.
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
        if done.code:
            raise _CompileError(done.stdout + done.stderr)
        return archive

    async def link(self, main: Path, uses: Mapping[str, Path | str]) -> Path:
        """Link a test binary. Raises _LimitError, or InfraError: what compiled must link."""
        binary = self.work / "attempt.test"
        library = ("-libgcc", self.toolchain.libgcc) if self.toolchain.libgcc else ()  # else it runs the C compiler to ask
        done = await self._tool(
            "link", *library, "-o", binary, "-importcfg", self._importcfg("link", uses), "-installsuffix", "race", "-s", "-w",
            "-buildmode=exe", "-race", "-X", "testing.testBinary=1", main, cwd=self.work,
        )  # fmt: skip
        if done.code:
            raise InfraError("link", f"the linker failed: {done.stderr[:500] or f'exit {done.code}'}")
        return binary

    async def vet(self, path: str, package: str, analyzers: Iterable[str], sources: dict[str, str]) -> tuple[Message, ...]:
        """Return what vet objects to in the attempt. Raises _LimitError."""
        folder = self.work / package
        config = self.work / "vet.cfg"
        description = {
            "ID": path,
            "Compiler": "gc",
            "Dir": str(folder),
            "ImportPath": path,
            "GoFiles": [str(folder / name) for name in sorted(sources)],
            "ImportMap": {name: name for name in self.archives},
            "PackageFile": self.archives,
            "GoVersion": "go1.27",
            "VetxOutput": str(self.work / "vet.out"),
            "SucceedOnTypecheckFailure": True,
        }
        config.write_bytes(msgspec.json.encode(description))
        done = await self._tool("vet", "-json", *(f"-{a}" for a in analyzers), config, cwd=self.work)
        if done.code:
            raise InfraError("vet", f"vet failed: {done.stderr[:500] or f'exit {done.code}'}")
        reports = msgspec.json.decode(done.stdout or "{}", type=dict[str, dict[str, list[dict[str, object]]]])
        found = [
            Message(text=f"{d['message']} ({analyzer})", file=name, line=int(line), column=int(column))
            for analyzer, diagnostics in reports.get(path, {}).items()
            for d in diagnostics
            for name, line, column in [str(d["posn"]).rsplit("/", 1)[-1].split(":")]
        ]
        return tuple(sorted(found, key=lambda m: (m.file, m.line, m.column)))

    def _importcfg(self, name: str, uses: Mapping[str, Path | str]) -> Path:
        target = self.work / f"{name}.importcfg"
        target.write_text("".join(f"packagefile {path}={archive}\n" for path, archive in uses.items()), encoding="utf-8")
        return target

    async def _tool(self, name: str, *arguments: str | Path, cwd: Path) -> process.Finished:
        tools = self.toolchain
        env = {"GOROOT": str(tools.goroot), "TMPDIR": str(self.work), "PATH": tools.env["PATH"], "CC": tools.cc, **_SPARE}
        fenced = name != "link" or tools.libgcc is not None
        command = self.box.tool([str(tools.tool(name)), *map(str, arguments)], self.work, self.readable if fenced else None)
        done = await process.run(command, env=env, cwd=cwd, limits=LIMITS)
        if done.killed:  # somebody did; what is killed twice has asked for it
            done = await process.run(command, env=env, cwd=cwd, limits=LIMITS)
        if reached := _limit(done):
            stage, why = reached
            raise _LimitError(stage, name, why)
        return done


def _limit(done: process.Finished) -> tuple[Limit, str] | None:
    """Return the limit that a tool reached, if it did, by how it ended and by the words of Go's runtime."""
    said = done.stdout + done.stderr
    if done.ended == "timeout":
        return "timeout", f"took more than {LIMITS.seconds:.0f} s"
    if done.ended == "memory" or re.search(r"^fatal error: .*(out of memory|cannot allocate memory)", said, re.MULTILINE):
        return "memory", f"needed more than {(LIMITS.memory or 0) >> 20} MB"
    if done.ended != "exit" or done.code in {-signal.SIGKILL, -signal.SIGXCPU}:
        return "limit", "printed or calculated without end"
    if done.code and re.search(r"^(?!\s|.*\.go:\d).*(too much data|file too large|SIGXFSZ)", said, re.MULTILINE):
        return "limit", f"would have written a file of more than {TOOL_FILE >> 20} MB"
    return None


async def build(attempt: Attempt, toolchain: Toolchain, importcfg: Path, work: Path, box: Sandbox) -> Built:
    """Build an attempt in an empty folder, each tool under the sandbox's limits.

    The binary then stands alone in a folder: no source is left for it to read. Raises InfraError where the failure cannot be the attempt's.
    """
    workshop = work / "build"
    workshop.mkdir()
    try:
        built = await _build(attempt, _Builder(toolchain, workshop, importcfg, box))
    except _LimitError as error:
        return Built(stage=error.stage, detail=str(error))
    if built.binary is None:
        return built
    alone = work / "run"
    alone.mkdir()
    binary = built.binary.rename(alone / built.binary.name)
    shutil.rmtree(workshop)
    for path, mode in ((work, 0o711), (alone, 0o711), (binary, box.binary_mode)):
        path.chmod(mode)
    return Built(binary=binary)


async def _build(attempt: Attempt, builder: _Builder) -> Built:
    exercise = attempt.exercise
    manifest, path = exercise.manifest, exercise.import_path
    sources = dict(attempt.files)
    harness = {"goprod_harness.go": f'package {manifest.package}\n\nimport _ "{HARNESS}"\n'}
    given = {name: exercise.read(name) for name in manifest.given}
    try:
        # A second guard over what it imports.
        mine = {path: builder.archives[path] for path in allowed(exercise) if path in builder.archives}
        archive = await builder.compile("attempt", path, {**given, **sources, **harness}, mine)
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
    """Compile the judge against the attempt, as the main package that runs it, and link. Raises _CompileError."""
    exercise = attempt.exercise
    uses: dict[str, Path | str] = {**builder.archives, exercise.import_path: archive}
    sources = {name: _PACKAGE.sub("package main", exercise.read(name), count=1) for name in exercise.test_files}
    table = "".join(f'\t\t{{Name: "{name}", F: {name}}},\n' for name in exercise.manifest.tests)
    sources["main.go"] = _MAIN.format(harness=HARNESS, tests=table)
    try:
        return await builder.link(await builder.compile("main", "main", sources, uses, _PLAIN), uses)
    except _CompileError as error:
        if all(each.file == "main.go" for each in compile_errors(error.output)):
            raise InfraError("main", f"{exercise.slug}: [tests] and the test files disagree: {error.output[:500]}") from error
        raise


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
