"""What the tests share: a small exercise in a course of its own, and the check of a verdict against its schema."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import jsonschema  # type: ignore[import-untyped]  # it has no types
import msgspec
import pytest
from hypothesis import settings

from grader import verdict as verdicts
from grader.course import Course

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from grader.course import Exercise
    from grader.verdict import Verdict

settings.register_profile("goprod", deadline=None)  # a busy machine is no failure
settings.load_profile("goprod")

NOBODY = 65534  # the user of that name, on every Linux

MANIFEST = """\
title = "The day's takings"
minutes = 5
package = "till"
answer = ["till.go"]
visible = ["till_test.go"]
hidden = ["hidden_test.go"]
imports = ["slices"]
hints = ["What does the second sale do?", "Add it up.", "Start at zero and add each sale."]

[tests]
TestTwoSales = { points = 6 }
TestLongDay = { points = 4 }
TestQuietDay = { cost = 3 }

[solution]
note = "A sum starts at zero."

[accept.backwards]
title = "from the last sale"
note = "Addition has no order."

[accept.recursion]
title = "a sale and the rest"
note = "A deep stack on a long day."

[broken]
fails = { TestTwoSales = "fail", TestLongDay = "fail" }

[wrong.first-two]
fails = { TestLongDay = "fail", TestQuietDay = "panic" }
message = "Two sales are not every sale."

[wrong.first-and-last]
fails = { TestLongDay = "fail" }
message = "What lies between is lost."
"""

TEST = """\
package till_test

import (
	"testing"

	"goprod.example/course/phases/01-basics/takings"
)

// The till forgot a sale.
func TestTwoSales(t *testing.T) {
	if got := till.Sum([]int{3, 4}); got != 7 {
		t.Errorf("3 and 4 came in, and the till says %d", got)
	}
}

// Nobody came, and the till fell over.
func TestQuietDay(t *testing.T) {
	if got := till.Sum(nil); got != 0 {
		t.Errorf("nothing came in, and the till says %d", got)
	}
}
"""

HIDDEN = """\
package till_test

import (
	"testing"

	"goprod.example/course/phases/01-basics/takings"
)

// The long day came out short.
func TestLongDay(t *testing.T) {
	if got := till.Sum([]int{1, 2, 3, 4}); got != 10 {
		t.Errorf("10 came in, and the till says %d", got)
	}
}
"""


def sum_go(body: str) -> str:
    """Return till.go with this body of Sum."""
    lines = "\n".join(f"\t{line}" for line in body.split("\n"))
    return f"// Package till counts money.\npackage till\n\n// Sum returns a day's takings.\nfunc Sum(sales []int) int {{\n{lines}\n}}\n"


LOOP = "sum := 0\nfor _, sale := range sales {\n\tsum += sale\n}\nreturn sum"
FILES = {
    "exercise.toml": MANIFEST,
    "till.go": sum_go(LOOP),
    "till_test.go": TEST,
    "hidden_test.go": HIDDEN,
    "broken/till.go": sum_go(LOOP.replace("+=", "=")),
    "wrong/first-two/till.go": sum_go("return sales[0] + sales[1]"),
    "wrong/first-and-last/till.go": sum_go("if len(sales) == 0 {\n\treturn 0\n}\nreturn sales[0] + sales[len(sales)-1]"),
    "accept/backwards/till.go": sum_go("sum := 0\nfor i := len(sales) - 1; i >= 0; i-- {\n\tsum += sales[i]\n}\nreturn sum"),
    "accept/recursion/till.go": sum_go("if len(sales) == 0 {\n\treturn 0\n}\nreturn sales[0] + Sum(sales[1:])"),
}

COURSE = """\
title = "Go"

[[phases]]
slug = "01-basics"
title = "Basics"
minutes = 30
"""


class MakeExercise(Protocol):
    """Makes the exercise `takings` in a new course; `files` by name, None takes one away."""

    def __call__(self, files: Mapping[str, str | None] | None = None) -> Exercise:
        """Return the exercise."""


class Validate(Protocol):
    """Checks that a verdict's JSON is as published, and returns the verdict."""

    def __call__(self, verdict: Verdict) -> Verdict:
        """Return the verdict."""


@pytest.fixture(scope="session")
def make_exercise(tmp_path_factory: pytest.TempPathFactory) -> MakeExercise:
    """Give the function that makes the exercise `takings`, with files changed as asked."""

    def make(files: Mapping[str, str | None] | None = None) -> Exercise:
        root = tmp_path_factory.mktemp("course")
        (root / "course.toml").write_text(COURSE)
        (root / "go.mod").write_text("module goprod.example/course\n\ngo 1.27.0\n\nignore (\n\taccept\n\tbroken\n\twrong\n)\n")
        for name, text in (FILES | dict(files or {})).items():
            if text is not None:
                path = root / "phases/01-basics/takings" / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
        return Course(root).exercise("takings")

    return make


@pytest.fixture
def exercise(make_exercise: MakeExercise) -> Exercise:
    """Give the exercise `takings` as it is."""
    return make_exercise()


@pytest.fixture
def read_only() -> Iterator[Path]:
    """Give a folder that cannot be written to, to an ordinary user: root may write anywhere."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o555)
    user = os.geteuid()
    if user == 0:
        os.seteuid(NOBODY)
    try:
        yield folder
    finally:
        if user == 0:
            os.seteuid(0)
        folder.chmod(0o755)
        shutil.rmtree(folder)


@pytest.fixture
def reachable(tmp_path: Path) -> Iterator[Path]:
    """Give a folder that every user can reach, as the sandboxes' users must; pytest's own are one user's alone."""
    folder = Path(tempfile.mkdtemp(prefix=f"goprod-{tmp_path.name}-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def validate() -> Validate:
    """Give the function that checks a verdict against the published schema."""
    validator = jsonschema.Draft202012Validator(verdicts.json_schema())

    def check(verdict: Verdict) -> Verdict:
        document = verdicts.encode(verdict)
        validator.validate(msgspec.json.decode(document))
        assert verdicts.decode(document) == verdict
        return verdict

    return check
