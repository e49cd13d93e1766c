"""Runs a cell that is no answer: a whole program, or Go statements that become one.

A cell is built with -race as if it stood in the course's folder, so that the course's
modules resolve, and runs in the learner's own folder. It is not sandboxed: it is the
learner's program on the learner's machine, with limits that keep the machine usable.
"""

from __future__ import annotations

import codecs
import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from grader import process, toolchain, workplace
from grader.build import compile_errors
from grader.errors import InfraError, UsageError

if TYPE_CHECKING:
    from grader.process import Ended, Stream
    from grader.toolchain import Toolchain
    from grader.verdict import Message

LARGEST = 256 * 1024
"""Bytes of a cell."""

LIMITS = process.Limits(seconds=600, output=1 << 20, memory=1 << 30, grace=2)
"""What a cell's program may use. Stopped, it has two seconds to end by itself."""

_BUILD = process.Limits(seconds=300, output=1 << 20)
_FILE = "cell.go"
_RACE_EXIT = 66  # what the race detector's runtime exits with


class Tell(Protocol):
    """Takes output as it comes, ready to show."""

    def __call__(self, stream: Stream, text: str) -> None:
        """Show `text`."""


@dataclass(frozen=True)
class Outcome:
    """How a cell ended. With `errors` it did not compile and never ran; `code` is negative for a signal."""

    errors: tuple[Message, ...] = ()
    code: int = 0
    ended: Ended = "exit"
    stderr: str = ""
    """Its first and its last part, as Go wrote it."""

    @property
    def raced(self) -> bool:
        """Whether the race detector reported a race."""
        return self.code == _RACE_EXIT and "WARNING: DATA RACE" in self.stderr


async def run(cell: str, root: Path, tell: Tell, *, program: bool) -> Outcome:
    """Build and run a cell: a whole program, or else statements.

    `root` is the course's folder. When cancelled, everything that was started is
    ended. Raises UsageError for a cell that is too large or no text, InfraError if
    Go is missing or a tool of ours fails.
    """
    tools = toolchain.find()
    source = _encoded(cell)
    with workplace.folder("cell-") as folder:
        if program:
            (folder / _FILE).write_bytes(source)
        else:
            await _wrap(source, folder / _FILE, tools, root)
        tidy = Tidy(cell, folder, root, tools)
        errors = await _build(folder, root, tools, tidy)
        if errors:
            return Outcome(errors)
        return await _run(folder / "cell", tools, tidy, tell)


def _encoded(cell: str) -> bytes:
    if "\0" in cell:
        line = cell[: cell.index("\0")].count("\n") + 1
        raise UsageError(f"Line {line} of this cell holds a NUL byte. Type the line again.")
    try:
        source = cell.encode("utf-8")
    except UnicodeEncodeError as error:
        line = cell[: error.start].count("\n") + 1
        raise UsageError(f"Line {line} of this cell holds half a character. Type the line again.") from error
    if len(source) > LARGEST:
        size = f"{len(source) / 1024:,.0f} KiB"
        raise UsageError(f"This cell has {size}; a cell may have {LARGEST // 1024} KiB. Put data in a file and read it.")
    return source


async def _wrap(source: bytes, target: Path, tools: Toolchain, root: Path) -> None:
    """Write the program of a cell of statements."""
    scratch = await tools.program("scratch")
    done = await process.run([str(scratch), str(target)], env=tools.env, cwd=root, stdin=source)
    if done.code or done.ended != "exit":
        raise InfraError("scratch", f"a cell of statements could not be made a program: {done.stderr.strip()[:500] or done.ended}")


async def _build(folder: Path, root: Path, tools: Toolchain, tidy: Tidy) -> tuple[Message, ...]:
    """Build the cell's program; return what the compiler says against it."""
    overlay = folder / "overlay.json"
    overlay.write_text(json.dumps({"Replace": {str(root / _FILE): str(folder / _FILE)}}), encoding="utf-8")
    argv = [str(tools.go), "build", "-race", "-buildvcs=false", "-ldflags=-s -w", f"-overlay={overlay}", "-o", str(folder / "cell"), _FILE]
    env = {**tools.env, "GOTMPDIR": str(folder), "PWD": str(root)}  # Go takes PWD for its folder, and the overlay names that
    done = await process.run(argv, env=env, cwd=root, limits=_BUILD)
    if done.ended != "exit":
        raise InfraError("cell-build", f"building the cell was stopped: {done.ended}. Run it again.")
    if done.code == 0:
        return ()
    said = "\n".join(line for line in done.stderr.splitlines() if not line.startswith("# ") and not line.endswith(": too many errors"))
    return compile_errors(tidy.words(said))


async def _run(binary: Path, tools: Toolchain, tidy: Tidy, tell: Tell) -> Outcome:
    decoders = {name: codecs.getincrementaldecoder("utf-8")("replace") for name in ("stdout", "stderr")}
    tails = {"stderr": ""}

    def watch(stream: Stream, data: bytes) -> None:
        text = decoders[stream].decode(data)
        if stream == "stderr":  # whole lines, because a place is known by its line
            text = tails["stderr"] + text
            cut = text.rfind("\n") + 1
            text, tails["stderr"] = tidy.trace(text[:cut]), text[cut:]
        if text:
            tell(stream, text)

    # Should the kernel be killed, nobody is left to end the program: Linux does.
    leash = ["setpriv", "--pdeathsig", "KILL", "--"] if shutil.which("setpriv") else []
    env = {**tools.env, "GORACE": "atexit_sleep_ms=0"}
    done = await process.run([*leash, str(binary)], env=env, cwd=Path.cwd(), limits=LIMITS, watch=watch)
    if tails["stderr"]:
        tell("stderr", tidy.trace(tails["stderr"]))
    return Outcome(code=done.code, ended=done.ended, stderr=done.stderr)


class Tidy:
    """Cuts paths in what Go says to what a reader needs: `cell:12`, `net/http/server.go:3210`."""

    def __init__(self, cell: str, folder: Path, root: Path, tools: Toolchain) -> None:
        """Know the cell's lines, and the folders whose names say nothing."""
        self._lines = cell.split("\n")
        ours = "|".join(re.escape(str(path)) for path in {folder, folder.resolve(), root})
        self._cell = re.compile(rf"(?:(?:{ours})/|\./|(?<![\w./])){re.escape(_FILE)}(?=:\d)")
        roots = "|".join(re.escape(str(path)) for path in (tools.goroot / "src", root))
        self._folders = re.compile(rf"(?:{roots}|/\S*/pkg/mod)/")

    def words(self, text: str) -> str:
        """Return the compiler's or the go command's words without the paths of this machine."""
        text = re.sub(r"; to add it:\n\tgo get \S+", "", self._cell.sub(_FILE, text))
        return self._folders.sub("", text).replace("runtime.main_main·f: ", "")

    def trace(self, text: str) -> str:
        """Return stacks with short paths, and with the cell's line after each place in it."""
        text = self._folders.sub("", self._cell.sub("cell", text))
        text = re.sub(r"^(\s+\S+:\d+) \+0x[0-9a-f]+(?: fp=\S+ sp=\S+ pc=\S+)?$", r"\1", text, flags=re.MULTILINE)
        return re.sub(r"^(\s+cell:)(\d+)$", self._with_source, text, flags=re.MULTILINE)

    def _with_source(self, place: re.Match[str]) -> str:
        number = int(place[2])
        line = self._lines[number - 1].strip() if 0 < number <= len(self._lines) else ""
        return f"{place[0]:<14}  {line}".rstrip()
