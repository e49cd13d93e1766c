"""Asks the guard, a Go program, what it refuses in an attempt and what it knows of the source."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from grader import process
from grader.errors import InfraError
from grader.verdict import Function, Held, Refusal

if TYPE_CHECKING:
    from pathlib import Path

    from grader.attempt import Attempt
    from grader.toolchain import Toolchain

_LIMITS = process.Limits(seconds=60, output=16 << 20, kept=16 << 20, memory=512 << 20)
"""Above the guard's own budget of processor time and memory: it refuses what exhausts that, and answers."""

_EXHAUSTED = "Reading this code takes more memory than any answer needs."


class Lock(msgspec.Struct, frozen=True):
    """Lines on which a lock is held: after `line`, up to `to`."""

    lock: str
    line: int
    to: int


class GuardFunction(msgspec.Struct, frozen=True):
    """A function of the attempt; `unclear` where its locks cannot be told from the source."""

    name: str
    file: str
    start: int
    end: int
    locks: tuple[Lock, ...]
    unclear: bool


class Use(msgspec.Struct, frozen=True):
    """A variable as a line writes it, and where it is declared."""

    text: str
    declared: str


class Inspection(msgspec.Struct, frozen=True):
    """What the guard found in an attempt."""

    refusals: tuple[Refusal, ...]
    functions: tuple[GuardFunction, ...]
    uses: dict[str, tuple[Use, ...]]
    code: dict[str, str]
    error: str = ""
    """The first error of parsing or resolving names. If the compiler finds none, the guard has not seen all that runs."""

    @property
    def outline(self) -> tuple[Function, ...]:
        """The attempt's functions and their lines."""
        return tuple(Function(f.name, f.file, f.start, f.end) for f in self.functions)

    def held(self, file: str, line: int) -> tuple[Held, ...] | None:
        """Return the locks that the source holds on a line; None where it cannot tell."""
        around = [f for f in self.functions if f.file == file and f.start <= line <= f.end]
        if not around:
            return None
        innermost = min(around, key=lambda f: f.end - f.start)
        if innermost.unclear:
            return None
        return tuple(Held(lock.lock, lock.line) for lock in innermost.locks if lock.line < line <= lock.to)

    def shared(self, a: tuple[str, int], b: tuple[str, int]) -> tuple[str, str]:
        """Return how two lines write the one variable that both use, or empty strings."""
        at_a, at_b = (self.uses.get(f"{file}:{line}", ()) for file, line in (a, b))
        both = {use.declared for use in at_a} & {use.declared for use in at_b}
        fields = {d for d in both if any("." in use.text for use in at_a if use.declared == d)} or both
        if len(fields) != 1:
            return "", ""
        (declared,) = fields
        return tuple(next(use.text for use in uses if use.declared == declared) for uses in (at_a, at_b))  # type: ignore[return-value]


async def inspect(attempt: Attempt, toolchain: Toolchain, importcfg: Path) -> Inspection:
    """Return what the guard says of an attempt; one that exhausts the guard is refused.

    Raises InfraError if the guard cannot start, fails, or gets no processor time.
    """
    manifest = attempt.exercise.manifest
    request = {
        "package": manifest.package,
        "kind": manifest.kind,
        "init": manifest.init,
        "imports": manifest.imports,
        "selectors": manifest.selectors,
        "files": dict(attempt.files),
        "given": {name: attempt.exercise.read(name) for name in manifest.given},
        "importcfg": str(importcfg),
    }
    program = await toolchain.program("guard")
    try:
        done = await process.run([str(program)], env={}, cwd=program.parent, limits=_LIMITS, stdin=msgspec.json.encode(request))
    except OSError as error:
        raise InfraError("guard", f"the guard cannot start on {attempt.exercise.slug}: {error}. Run it again.") from error
    if done.ended in {"memory", "output"}:
        refusal = Refusal(rule="size", text=_EXHAUSTED, file=manifest.answer[0], line=0)
        return Inspection(refusals=(refusal,), functions=(), uses={}, code={})
    if done.code or done.ended != "exit":
        said = done.stderr.strip()[:500]
        raise InfraError("guard", f"the guard failed on {attempt.exercise.slug} ({done.ended}, exit {done.code}): {said} Run it again.")
    try:
        return msgspec.json.decode(done.stdout, type=Inspection)
    except msgspec.MsgspecError as error:
        raise InfraError("guard", f"the guard's report on {attempt.exercise.slug} cannot be read: {error}. Run it again.") from error
