"""Recognises a known wrong fix by how the attempt fails."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from grader.manifest import WHOLE
from grader.verdict import WrongFix

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grader.course import Exercise
    from grader.manifest import Wrong
    from grader.verdict import Verdict


def failures(verdict: Verdict, *, visible_only: bool = False) -> dict[str, str]:
    """Return what fails and why: tests by name, or "*" for the whole answer."""
    if verdict.status in WHOLE:
        return {"*": verdict.status}
    return {t.name: t.status for t in verdict.tests if t.status != "pass" and (t.visible or not visible_only)}


def words(verdict: Verdict, *, visible_only: bool = False) -> str:
    """Return what an attempt's failures say: what a manifest's `output` is matched with."""
    tests = [t for t in verdict.tests if t.visible or not visible_only]
    said = [m.text for t in tests for m in t.messages] + [t.panic for t in tests]
    said += [t.race.report for t in tests if t.race]
    return "\n".join(said + [e.text for e in verdict.errors] + [r.text for r in verdict.refusals])


def expected(fails: Mapping[str, str], tests: Mapping[str, object]) -> dict[str, str]:
    """Spell out the manifest's `fails` for these tests: "*" stands for all, an exact name beats it."""
    if fails.get("*") in WHOLE:
        return dict(fails)
    each = {name: fails.get(name, fails.get("*", "pass")) for name in tests}
    return {name: reason for name, reason in each.items() if reason != "pass"}


def recognise(exercise: Exercise, verdict: Verdict, code: Mapping[str, str]) -> Verdict:
    """Return the verdict with the first known wrong fix that fits it, if one does.

    `code` is the answer without its comments. What fits chooses words, never points.
    """
    found = failures(verdict)
    if not found or verdict.status == "not-attempted":
        return verdict
    for name, wrong in exercise.manifest.wrong.items():
        if fits(wrong, found, exercise.manifest.tests, words(verdict), "\n".join(code.values())):
            return msgspec.structs.replace(verdict, wrong=WrongFix(name, wrong.message, wrong.next))
    return verdict


def fits(wrong: Wrong, found: Mapping[str, str], tests: Mapping[str, object], output: str, code: str) -> bool:
    """Say whether an attempt's failures, output and code are those of a known wrong fix."""
    if expected(wrong.fails, tests) != found:
        return False
    return all(re.search(pattern, text, re.MULTILINE) for pattern, text in ((wrong.output, output), (wrong.code, code)) if pattern)
