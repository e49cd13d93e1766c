"""An attack as its file describes it, and what becomes of it with and without the guard.

Attacks that only reach out (a socket, a file, another process) answer right where they
got through: so it is always a point that shows that a layer did not hold.
"""

from __future__ import annotations

import asyncio
import re
import shutil
import tempfile
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from grader import toolchain
from grader.attempt import Attempt
from grader.build import build
from grader.course import Course
from grader.errors import InfraError
from grader.guard import Inspection
from grader.judge import run_tests
from grader.verdict import Status, overall

if TYPE_CHECKING:
    from grader.course import Exercise
    from grader.sandbox import Sandbox
    from grader.verdict import Verdict

HERE = Path(__file__).parent
VICTIM = HERE / "victim"
ATTACKS = HERE / "attacks"

Ending = Status | Literal["forged"]
"""How an attack ends; `forged` is a point that nobody earned."""

_HEAD = re.compile(r"// ([A-Z]\w+): (.+)")
_NOT_IN_ARCHIVES = {"C", "unsafe", "goprod.example/grader/harness", "goprod.example/victim/phases/01-museum/gate_test"}


EMPTY = Inspection((), (), {}, {})
"""What a guard says that refuses nothing and knows nothing."""


@dataclass(frozen=True)
class Attack:
    """An answer that wants a point, or harm, without solving the exercise.

    `guard` is the rules that may refuse it, or "passes"; `bare` how it may end where no guard
    stands before it, on bubblewrap and on Landlock; `rlimits` the same on the lowest rung.
    """

    name: str
    text: str
    guard: tuple[str, ...]
    bare: tuple[Ending, ...]
    rlimits: tuple[Ending, ...]
    leaves: str = ""
    """The rung on which something is left behind."""
    why: str = ""
    harmless: str = ""

    @classmethod
    def read(cls, path: Path) -> Attack:
        """Read an attack's file: the comment at its head, and the answer, which is the whole file."""
        text = path.read_bytes().decode()
        head = {match[1]: match[2] for match in map(_HEAD.fullmatch, text.partition("\n\n")[0].split("\n")) if match}
        bare = msgspec.convert(_words(head["Bare"]), tuple[Ending, ...])
        return cls(
            name=path.stem,
            text=text,
            guard=_words(head["Guard"]),
            bare=bare,
            rlimits=msgspec.convert(_words(head["Rlimits"]), tuple[Ending, ...]) if "Rlimits" in head else bare,
            leaves=head.get("Leaves", ""),
            why=head.get("Why", ""),
            harmless=head.get("Harmless", ""),
        )

    def endings(self, rung: str) -> tuple[Ending, ...]:
        """Return how it may end without the guard on a rung."""
        return self.rlimits if rung == "rlimits" else self.bare


def _words(listed: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in listed.split(","))


def attacks() -> list[Attack]:
    """Return every attack that is one Go file."""
    return [Attack.read(path) for path in sorted(ATTACKS.glob("*.go"))]


@cache
def victim() -> Exercise:
    """Return the exercise that is attacked."""
    return Course(VICTIM).exercise("gate")


@cache
def open_victim() -> Exercise:
    """Return the exercise with every package at hand that an attack wants."""
    exercise = victim()
    wanted = {path for attack in attacks() for path in _imports(attack.text)} - _NOT_IN_ARCHIVES
    imports = tuple(sorted(wanted | set(exercise.manifest.imports)))
    return replace(exercise, manifest=msgspec.structs.replace(exercise.manifest, imports=imports))


def _imports(text: str) -> set[str]:
    return set(re.findall(r'^(?:import |\t)(?:[\w.]+ )?"([a-z][^"\\]*)"$', text.partition("\nfunc ")[0], re.MULTILINE))


def attempt(text: str, exercise: Exercise | None = None) -> Attempt:
    """Return the attempt that a text is."""
    return Attempt.from_texts(exercise or victim(), {"gate.go": text})


async def without_guard(text: str, *boxes: Sandbox) -> dict[str, tuple[Ending, str]]:
    """Build an answer once with no guard before it, run it on each rung, and return its endings, each with what was said."""
    tools = toolchain.find()
    mine = attempt(text, open_victim())
    importcfg = await tools.importcfg(mine.exercise)
    endings: dict[str, tuple[Ending, str]] = {}
    with tempfile.TemporaryDirectory(prefix="goprod-") as folder:
        try:
            built = await build(mine, tools, importcfg, Path(folder), boxes[0])
        except InfraError as error:
            return {box.rung: ("infra", str(error)) for box in boxes}
        if built.binary is None:
            said = "\n".join([built.detail, *(error.text for error in built.errors)])
            return {box.rung: (built.stage, said) for box in boxes}
        runs = [run_tests(mine.exercise, _copy(built.binary, box), EMPTY, box) for box in boxes]
        for box, results in zip(boxes, await asyncio.gather(*runs, return_exceptions=True), strict=True):
            if isinstance(results, InfraError):
                endings[box.rung] = ("infra", str(results))
                continue
            if isinstance(results, BaseException):
                raise results
            said = "\n".join(f"{r.name} {r.status} {r.panic} {[m.text for m in r.messages]} {r.output}" for r in results)
            forged = any(result.status == "pass" and result.max for result in results)
            endings[box.rung] = ("forged" if forged else overall(results), said)
    return endings


def _copy(binary: Path, box: Sandbox) -> Path:
    """Return a copy of a test binary as this rung wants it."""
    folder = binary.parent.parent / box.rung
    folder.mkdir()
    folder.chmod(0o711)
    copy = Path(shutil.copy(binary, folder))
    copy.chmod(box.binary_mode)
    return copy


def earned(verdict: Verdict) -> list[str]:
    """Return the tests that a verdict gives points for."""
    return [test.name for test in verdict.tests if test.points > 0]
