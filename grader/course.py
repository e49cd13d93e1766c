"""A course on disk: course.toml, its phases, and the exercises in their folders."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from grader import manifest as manifests
from grader.errors import CourseError, ManifestError, UnknownExerciseError
from grader.layout import Layout
from grader.sandbox import RUNGS, Rung

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from grader.manifest import Manifest

SLUG = re.compile(r"(?=.{1,80}$)[a-z0-9]+(-[a-z0-9]+)*")
"""The name of an exercise: a folder, a part of an import path, and what a learner types."""


class Phase(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A phase of the course: a folder of exercises and a lesson."""

    slug: str
    title: str
    minutes: int

    @property
    def number(self) -> int:
        """The number that the slug starts with, 0 if none."""
        digits = re.match(r"\d+", self.slug)
        return int(digits[0]) if digits else 0


class _CourseFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    title: str
    phases: tuple[Phase, ...]
    pack: bool = False
    rung: Rung = RUNGS[0]


@dataclass(frozen=True)
class Variant:
    """A folder of answer files: broken, wrong/NAME or accept/NAME; "solution" for the canonical."""

    name: str
    folder: Path

    @property
    def kind(self) -> str:
        """What the variant is: solution, broken, wrong or accept."""
        return self.name.partition("/")[0]


@dataclass(frozen=True)
class Exercise:
    """One exercise: its folder and its manifest."""

    course: Course
    phase: Phase
    slug: str
    manifest: Manifest

    @property
    def folder(self) -> Path:
        """Where the exercise stands."""
        return self.course.phases_folder / self.phase.slug / self.slug

    @property
    def import_path(self) -> str:
        """The Go import path that the solution and every attempt are compiled under."""
        return f"{self.course.module}/phases/{self.phase.slug}/{self.slug}"

    @property
    def test_files(self) -> tuple[str, ...]:
        """The judge's test files that are here."""
        return self.manifest.visible + self.manifest.hidden

    @cached_property
    def broken(self) -> dict[str, str]:
        """The answer files as the learner receives them."""
        return {name: self.read(f"broken/{name}") for name in self.manifest.answer}

    def read(self, name: str) -> str:
        """Return the text of a file of the exercise.

        Raises ManifestError if it is missing or not UTF-8.
        """
        try:
            return (self.folder / name).read_text(encoding="utf-8")
        except FileNotFoundError as error:
            raise self.missing(name) from error
        except (OSError, UnicodeDecodeError) as error:
            raise ManifestError(self.folder / name, f"cannot be read: {error}.") from error

    def missing(self, name: str) -> ManifestError:
        """Return the error that a file is missing, at the line of the manifest that names it."""
        path = self.folder / "exercise.toml"
        keys = [key for key in manifests.FILES if name.rpartition("/")[2] in getattr(self.manifest, key)][:1]
        line = manifests.line_of(path.read_text(encoding="utf-8"), keys)
        return ManifestError(path, f"the file {name} is missing. Write it, or take it out of the manifest.", key="".join(keys), line=line)

    def variants(self) -> Iterator[Variant]:
        """Yield the solution, broken, every wrong and every accept, in the manifest's order."""
        if not self.course.pack:
            yield Variant("solution", self.folder)
        yield Variant("broken", self.folder / "broken")
        for kind, names in (("wrong", self.manifest.wrong), ("accept", self.manifest.accept)):
            folder = self.folder / kind
            found = {path.name for path in folder.iterdir() if path.is_dir()} if folder.is_dir() else set()
            for name in [*names, *sorted(found - names.keys())]:
                yield Variant(f"{kind}/{name}", folder / name)


class Course:
    """A course folder. Raises CourseError where course.toml or go.mod is not sound."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        path = self.root / "course.toml"
        try:
            file = msgspec.toml.decode(path.read_bytes(), type=_CourseFile)
        except FileNotFoundError as error:
            raise CourseError(f"{self.root} is not a course: it has no course.toml. Name a course with --course DIR.") from error
        except (OSError, UnicodeDecodeError, msgspec.MsgspecError) as error:
            raise CourseError(f"{path}: {error}. A course.toml has `title` and [[phases]] with `slug`, `title`, `minutes`.") from error
        self.title, self.phases, self.pack = file.title, file.phases, file.pack
        self.rung = file.rung
        """The lowest rung of the sandbox that this course is graded on."""
        self.layout = Layout()
        """Where its cohort's submissions stand."""

    @classmethod
    def find(cls, start: Path) -> Course:
        """Return the course at or above `start`, or in a folder course/ or pack/ beside it.

        Raises CourseError if there is none.
        """
        for folder in (start.resolve(), *start.resolve().parents):
            for candidate in (folder, folder / "pack", folder / "course"):
                if (candidate / "course.toml").is_file():
                    return cls(candidate)
        raise CourseError(f"no course at or above {start}. Go to a course's folder or name one with --course DIR.")

    @property
    def phases_folder(self) -> Path:
        """The folder that holds a folder for each phase."""
        return self.root / "phases"

    @property
    def state(self) -> Path:
        """The folder of what a learner did: store and log. Git ignores it."""
        return (self.root.parent if self.pack else self.root / "learn") / ".goprod"

    @cached_property
    def module(self) -> str:
        """The module path of the course's go.mod."""
        try:
            found = re.search(r"^module\s+(\S+)", (self.root / "go.mod").read_text(encoding="utf-8"), re.MULTILINE)
        except (OSError, UnicodeDecodeError) as error:
            raise CourseError(f"{self.root / 'go.mod'} cannot be read: {error}. A course is a Go module.") from error
        if not found:
            raise CourseError(f"{self.root / 'go.mod'} has no module line. A course is a Go module.")
        return found[1]

    def phase(self, name: str) -> Phase:
        """Return the phase with this slug, number or title.

        Raises CourseError if there is none.
        """
        for phase in self.phases:
            if name in {phase.slug, phase.title} or (name.isdecimal() and int(name) == phase.number):
                return phase
        raise CourseError(f"no phase is called {name!r}. The phases are {', '.join(p.slug for p in self.phases)}.")

    def slugs(self, phase: Phase | None = None) -> list[str]:
        """Return the slugs of a phase's exercises, or of all, in the order of the lessons."""
        if phase is None:
            return [slug for each in self.phases for slug in self.slugs(each)]
        folder = self.phases_folder / phase.slug
        there = sorted(path.parent.name for path in folder.glob("*/exercise.toml"))
        lesson = folder / "lesson.md"
        text = lesson.read_text(encoding="utf-8", errors="replace") if lesson.is_file() else ""
        told = re.findall(r"^`{3,}\{exercise\}\s+(\S+)", text, re.MULTILINE)
        return sorted(there, key=lambda slug: (told.index(slug) if slug in told else len(told), slug))

    def exercises(self, phase: Phase | None = None) -> list[Exercise]:
        """Return the exercises of a phase, or of the course. Raises ManifestError if one is not sound."""
        return [self.exercise(slug) for slug in self.slugs(phase)]

    def exercise(self, slug: str) -> Exercise:
        """Return the exercise with this slug.

        Raises UnknownExerciseError with the nearest name, or ManifestError.
        """
        for phase in self.phases:
            path = self.phases_folder / phase.slug / slug / "exercise.toml"
            if SLUG.fullmatch(slug) and path.is_file():
                return Exercise(self, phase, slug, manifests.load(path))
        every = self.slugs()
        near = difflib.get_close_matches(slug, every, 1)
        advice = f"Did you mean {near[0]!r}?" if near else f"The exercises are {', '.join(every) or 'none yet'}."
        raise UnknownExerciseError(f"no exercise is called {slug!r}. {advice}")
