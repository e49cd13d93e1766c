"""The pack of a phase: what a cohort's learner needs to check their work, without the answers.

A pack is a course folder with one phase. It has broken/, the given files, the visible tests
and the Go helpers that they import; of the hidden tests it has the number and the points.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec
import tomli_w

from grader.errors import ManifestError
from grader.manifest import Broken, HiddenSummary, Manifest, Solution
from grader.recognise import expected

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from grader.course import Course, Exercise, Phase
    from grader.manifest import Fails, TestEntry, Wrong


def files(course: Course, phase: Phase) -> dict[str, bytes]:
    """Return the pack of a phase: each file's bytes by its path, with LF line ends.

    Raises ManifestError if an exercise is not sound, or if it is not clear which tests are hidden.
    """
    texts = {"course.toml": _toml({"title": course.title, "pack": True, "phases": [msgspec.to_builtins(phase)]})}
    for exercise in course.exercises(phase):
        folder = f"phases/{phase.slug}/{exercise.slug}"
        manifest = released(exercise)
        texts[f"{folder}/exercise.toml"] = _toml(msgspec.to_builtins(manifest))
        for name in manifest.given + manifest.visible:
            texts[f"{folder}/{name}"] = exercise.read(name)
        for name, text in exercise.broken.items():
            texts[f"{folder}/broken/{name}"] = text
    texts |= _helpers(course, texts.values())
    for name in ("go.mod", "go.sum"):
        if (course.root / name).is_file():
            texts[name] = (course.root / name).read_text(encoding="utf-8")
    return {name: text.encode() for name, text in sorted(texts.items())}


def released(exercise: Exercise) -> Manifest:
    """Return the manifest that a pack carries: nothing of it names a hidden test or an answer.

    Raises ManifestError if a test is not in exactly one test file.
    """
    manifest = exercise.manifest
    visible = _visible(exercise)
    withheld = [test for name, test in manifest.tests.items() if name not in visible]
    fails = _cut(manifest.broken.fails, visible) if manifest.broken else {}
    return msgspec.structs.replace(
        manifest,
        tests=visible,
        hidden=(),
        solution=Solution(),
        accept={},
        broken=Broken(fails) if fails else None,
        wrong=_recognisable(manifest, visible),
        withheld=HiddenSummary(len(withheld), sum(test.points or 0 for test in withheld)) if withheld else None,
    )


def _visible(exercise: Exercise) -> dict[str, TestEntry]:
    """Return the tests that stand in visible files."""
    sources = {name: exercise.read(name) for name in exercise.test_files}
    visible = {}
    for test, entry in exercise.manifest.tests.items():
        places = [name for name, text in sources.items() if re.search(rf"^func {re.escape(test)}\(", text, re.MULTILINE)]
        if len(places) != 1:
            path = exercise.folder / "exercise.toml"
            raise ManifestError(path, f"is in {len(places)} test files, not in one. Write it, or take it out.", key=f"tests.{test}")
        if places[0] in exercise.manifest.visible:
            visible[test] = entry
    return visible


def _cut(fails: Fails, visible: Mapping[str, TestEntry]) -> Fails:
    """Take the hidden tests out of a `fails`; nothing is left where no visible test fails."""
    left: Fails = {check: reason for check, reason in fails.items() if check == "*" or check in visible}
    return left if expected(left, visible) else {}


def _recognisable(manifest: Manifest, visible: Mapping[str, TestEntry]) -> dict[str, Wrong]:
    """Return the wrong fixes that the visible tests alone can tell.

    An entry without a pattern is told by its failures only: it goes if broken/ fails alike,
    or if another entry does that no pattern picks out before it.
    """
    cut = {name: msgspec.structs.replace(wrong, fails=_cut(wrong.fails, visible)) for name, wrong in manifest.wrong.items()}
    alike = {name: expected(wrong.fails, visible) for name, wrong in cut.items()}
    patterned = {name for name, wrong in cut.items() if wrong.output or wrong.code}
    untouched = expected(manifest.broken.fails, visible) if manifest.broken else {}
    names = list(cut)

    def told(name: str) -> bool:
        if name in patterned:
            return True
        others = [other for other in names if alike[other] == alike[name] and other != name]
        return alike[name] != untouched and all(other in patterned and names.index(other) < names.index(name) for other in others)

    return {name: wrong for name, wrong in cut.items() if wrong.fails and told(name)}


def _helpers(course: Course, texts: Iterable[str]) -> dict[str, str]:
    """Return the files of the packages under internal/ that the texts import, directly or not."""
    imported = re.compile(rf'["`]{re.escape(course.module)}/(internal/[\w./-]+)["`]')
    found: dict[str, str] = {}
    todo = {package for text in texts for package in imported.findall(text)}
    done: set[str] = set()
    while todo:
        package = todo.pop()
        done.add(package)
        folder = course.root / package
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            if path.is_file() and not path.name.endswith("_test.go"):
                found[f"{package}/{path.name}"] = text = path.read_text(encoding="utf-8")
                todo |= set(imported.findall(text)) - done
    return found


def _toml(table: dict[str, Any]) -> str:
    return tomli_w.dumps(_filled(table))


def _filled(table: dict[str, Any]) -> dict[str, Any]:
    """Leave out what is empty: TOML has no word for None, and the rest are defaults."""
    full = {key: _filled(value) if isinstance(value, dict) else value for key, value in table.items()}
    return {key: value for key, value in full.items() if value not in (None, "", (), {}) or key == "imports"}
