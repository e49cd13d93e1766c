"""A cohort to grade, whose judge is played: what tests of grading, regrading and reviews share."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from grader import cohort, notebook, sandbox
from grader.attempt import Attempt
from grader.inputs import digest
from grader.sandbox import Sandbox
from grader.verdict import Inputs, Status, TestResult, Verdict

if TYPE_CHECKING:
    import pytest

    from grader.cohort import Grade
    from grader.course import Exercise
    from grader.ledger import Ledger
    from grader.toolchain import Toolchain

SLUG = "takings"
FULL = 10
RIGHT = "package till\n\nfunc Sum(sales []int) int { return 7 }\n"
OTHER = "package till\n\nfunc Sum(sales []int) int { return len(sales) }\n"


class Judge:
    """Plays the check: remembers what it was asked, and answers as it was told to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: list[str] = []
        self.statuses: list[Status] = []
        """What the next verdicts are; then every one is a pass."""
        self.stuck_after = -1
        self.max, self.test = FULL, "TestBusyDay"
        self.at_once = self.most_at_once = 0
        self.box = Sandbox("bubblewrap")
        self.inputs = Inputs(go="go1.27.3", tests="first")
        """What verdicts depend on now."""

        async def best(_tools: Toolchain) -> Sandbox:
            return self.box

        monkeypatch.setattr(cohort, "check", self.check)
        monkeypatch.setattr(cohort, "inputs", lambda *_: self.inputs)
        monkeypatch.setattr(sandbox, "best", best)
        monkeypatch.setattr("grader.toolchain.find", lambda: None)

    async def check(self, attempt: Attempt, *, box: Sandbox, known: object) -> Verdict:
        """Answer as told."""
        assert box is self.box
        assert known
        if len(self.asked) == self.stuck_after:
            await asyncio.Event().wait()
        self.asked.append(attempt.files["till.go"])
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0)
        self.at_once -= 1
        status = self.statuses.pop(0) if self.statuses else "pass"
        points, detail = (self.max, "") if status == "pass" else (3, f"it was {status}")
        tests = () if status == "build" else (TestResult(self.test, status, points=points, max=self.max),)
        key = digest(attempt.files, self.inputs)
        return Verdict(slug=SLUG, status=status, points=points, max=self.max, detail=detail, tests=tests, hash=key, inputs=self.inputs)


def hand_in(exercise: Exercise, student: str, text: str | None, *, cells: int = 1) -> None:
    """Put a student's notebook where nbgrader collects it; None is what was released; of two cells the second differs."""
    slug = exercise.phase.slug
    folder = exercise.course.root / "submitted" / student / slug
    folder.mkdir(parents=True)
    source = notebook.answer_cell(SLUG, "till.go", exercise.broken["till.go"] if text is None else text)
    ident = notebook.grade_id(SLUG, "till.go")
    made = [notebook.code_cell(ident, source + "\n" * 2 * i + "// again" * i, nbgrader={"grade_id": ident}) for i in range(cells)]
    (folder / f"{slug}.ipynb").write_bytes(notebook.dumps(notebook.document(made, slug)))


def grades(exercise: Exercise, ledger: Ledger, jobs: int = 2) -> dict[str, Grade]:
    """Grade, and return the grades by student."""
    found = asyncio.run(cohort.grade(exercise.course, exercise.phase, ledger, jobs=jobs)).grades
    assert len({each.student for each in found}) == len(found)
    return {each.student: each for each in found}


def attempt(exercise: Exercise, text: str) -> Attempt:
    """Return the attempt that is read from what `hand_in` puts there."""
    return Attempt.from_texts(exercise, {"till.go": notebook.answer_cell(SLUG, "till.go", text) + "\n"})
