"""The command `goprod`: what it prints, and what a shell or a machine learns from it. Judging is played."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import jsonschema  # type: ignore[import-untyped]  # it has no types
import pytest
from click.testing import CliRunner

from grader import __version__, contract, doctor, notebook, toolchain
from grader import verdict as verdicts
from grader.cli import main
from grader.contract import Proof
from grader.doctor import Finding
from grader.errors import SandboxError, ToolchainError
from grader.verdict import Verdict

if TYPE_CHECKING:
    from click.testing import Result

    from grader.attempt import Attempt
    from grader.course import Course, Exercise
    from grader.store import Store
    from grader.toolchain import Toolchain
    from grader.verdict import Status

EVERY = sorted(name for name in main.commands)


def run(*arguments: str | Path) -> Result:
    """Run `goprod` with these arguments."""
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def course(exercise: Exercise, monkeypatch: pytest.MonkeyPatch) -> Course:
    """Give a course, and go there."""
    monkeypatch.chdir(exercise.course.root)
    return exercise.course


@pytest.fixture
def answer(exercise: Exercise, tmp_path: Path) -> Path:
    """Give a folder with an answer."""
    (tmp_path / "answer").mkdir()
    (tmp_path / "answer/till.go").write_text(exercise.read("till.go"))
    return tmp_path / "answer"


class Judge:
    """Plays the check: its verdict has `status`; it remembers the attempts and stores that it was given."""

    def __init__(self) -> None:
        """Begin with a judge who lets everybody pass."""
        self.status: Status = "pass"
        self.seen: list[tuple[Attempt, Store | None]] = []

    async def check(self, attempt: Attempt, *, store: Store | None = None) -> Verdict:
        """Return the verdict."""
        self.seen.append((attempt, store))
        tests = (verdicts.TestResult("TestTwoSales", self.status, points=6 if self.status == "pass" else 0, max=6),)
        return Verdict(slug="takings", status=self.status, points=tests[0].points, max=6, tests=tests)


@pytest.fixture
def judge(monkeypatch: pytest.MonkeyPatch) -> Judge:
    """Give the judge."""
    played = Judge()
    monkeypatch.setattr("grader.check.check", played.check)
    return played


@pytest.mark.parametrize("name", ["", *EVERY])
def test_help(name: str) -> None:
    """The command and each of its commands explain themselves, without a course."""
    done = run(*name.split(), "--help")
    assert done.exit_code == 0
    assert done.stdout.startswith("Usage: ")
    assert "please" not in done.stdout.lower()


def test_version() -> None:
    """The version is the package's."""
    assert run("--version").stdout == f"goprod, version {__version__}\n"


@pytest.mark.parametrize("arguments", ["list", "check x", "verify", "matrix x", "new a/b", "build", "warm", "lab"])
def test_no_course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: str) -> None:
    """Without a course each command says so in a sentence on standard error, and exits with 2."""
    monkeypatch.chdir(tmp_path)
    done = run(*arguments.split())
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == f"goprod: no course at or above {tmp_path}. Go to a course's folder or name one with --course DIR.\n"


@pytest.mark.parametrize("before", [True, False])
def test_a_foreign_course(exercise: Exercise, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, before: bool) -> None:
    """--course DIR names a course from anywhere, before the command and after it."""
    monkeypatch.chdir(tmp_path)
    option = ["--course", str(exercise.course.root)]
    done = run(*option, "list") if before else run("list", *option)
    assert done.exit_code == 0
    assert "takings" in done.stdout


@pytest.mark.usefixtures("course")
def test_a_named_course_beats_the_one_that_is_here(tmp_path: Path) -> None:
    """A folder that is named and is no course is told; the course around is not taken for it."""
    done = run("list", "--course", tmp_path)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == f"goprod: {tmp_path} is not a course: it has no course.toml. Name a course with --course DIR.\n"


@pytest.mark.usefixtures("course")
def test_list() -> None:
    """The list has phases and exercises, for people and for machines."""
    assert run("list").stdout == "01-basics: Basics, 30 min\n  takings                        5 min  The day's takings\n"
    rows = [{"phase": "01-basics", "slug": "takings", "title": "The day's takings", "minutes": 5}]
    assert json.loads(run("list", "--json").stdout) == rows


@pytest.mark.usefixtures("course")
@pytest.mark.parametrize("arguments", ["check tadings", "verify tadings", "matrix tadings"])
def test_an_unknown_exercise(arguments: str) -> None:
    """An unknown exercise is told with the nearest name."""
    done = run(*arguments.split())
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == "goprod: no exercise is called 'tadings'. Did you mean 'takings'?\n"


@pytest.mark.usefixtures("course")
@pytest.mark.parametrize("arguments", ["verify --phase 9", "new 09-x/y"])
def test_an_unknown_phase(arguments: str) -> None:
    """An unknown phase is told with those that there are."""
    done = run(*arguments.split())
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.endswith("The phases are 01-basics.\n")


def test_a_wrong_manifest(course: Course) -> None:
    """A wrong manifest is told with file, line, key and what to do, also by commands that read every exercise."""
    path = course.phases_folder / "01-basics/takings/exercise.toml"
    path.write_text(path.read_text().replace("minutes = 5", "minuts = 5"))
    for arguments in (["list"], ["check", "takings"], ["verify"]):
        done = run(*arguments)
        assert (done.exit_code, done.stdout) == (2, "")
        assert done.stderr.startswith(f"goprod: {path}:2: `minuts`: is not a key of the manifest. The keys are ")


@pytest.mark.usefixtures("course")
@pytest.mark.parametrize(("status", "code"), [("pass", 0), ("fail", 1), ("race", 1), ("not-attempted", 1), ("invalid", 1), ("infra", 3)])
def test_check_a_folder(judge: Judge, answer: Path, status: Status, code: int) -> None:
    """A folder is judged without a store; the exit code is 0 for a pass, 3 for our own failure, else 1."""
    judge.status = status
    done = run("check", "takings", "--folder", answer)
    assert done.exit_code == code
    assert done.stdout.strip()
    ((attempt, store),) = judge.seen
    assert (attempt.files, store) == ({"till.go": (answer / "till.go").read_text()}, None)


@pytest.mark.usefixtures("course", "judge")
def test_check_for_a_machine(answer: Path) -> None:
    """With --json the verdict comes as its published schema says, and nothing else."""
    done = run("check", "takings", "--json", "--folder", answer)
    document = json.loads(done.stdout)
    jsonschema.Draft202012Validator(verdicts.json_schema()).validate(document)
    assert (document["status"], document["points"], done.stderr) == ("pass", 6, "")


@pytest.mark.usefixtures("course", "judge")
@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("till.go", "", "takings/till.go is empty."),
        ("till.go", "a\0", "line 1, holds a NUL byte."),
        ("notes.txt", "x", "is not an answer file of takings."),
    ],
)
def test_check_what_is_no_attempt(answer: Path, name: str, text: str, words: str) -> None:
    """What cannot be an attempt is bad input."""
    (answer / name).write_text(text)
    done = run("check", "takings", "--folder", answer)
    assert (done.exit_code, done.stdout) == (2, "")
    assert words in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.usefixtures("course", "judge")
def test_check_one_thing(answer: Path) -> None:
    """A folder and a notebook at once are told."""
    done = run("check", "takings", "--folder", answer, "--notebook", answer / "x.ipynb")
    assert done.exit_code == 2
    assert "name a folder or a notebook, not both" in done.stderr


def test_check_the_learners_own_notebook(course: Course, judge: Judge) -> None:
    """By default the learner's notebook is judged, with their store; without one, it is told how to get one."""
    done = run("check", "takings")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == (
        f"goprod: there is no notebook of 01-basics in {course.root}/learn. Start with `goprod lab`, or name files with --folder DIR.\n"
    )
    cell = notebook.answer_cell("takings", "till.go", "package till // mine\n")
    mine = notebook.code_cell("a", cell, nbgrader={"grade_id": notebook.grade_id("takings", "till.go"), "solution": True})
    (course.root / "learn").mkdir()
    (course.root / "learn/01-basics.ipynb").write_bytes(notebook.dumps(notebook.document([mine], "01-basics")))
    done = run("check", "takings")
    assert (done.exit_code, done.stderr) == (0, "")
    ((attempt, store),) = judge.seen
    assert "package till // mine" in attempt.files["till.go"]
    assert store is not None
    assert store.path == course.root / "learn/.goprod/store.sqlite"


@pytest.mark.usefixtures("judge")
def test_a_store_that_cannot_be_opened(course: Course) -> None:
    """A store that cannot serve is our failure, in a sentence."""
    cell = notebook.code_cell("a", "package till", nbgrader={"grade_id": notebook.grade_id("takings", "till.go"), "solution": True})
    (course.root / "learn").mkdir()
    (course.root / "learn/01-basics.ipynb").write_bytes(notebook.dumps(notebook.document([cell], "01-basics")))
    (course.root / "learn/.goprod").touch()
    done = run("check", "takings")
    assert (done.exit_code, done.stdout) == (3, "")
    assert done.stderr.startswith("goprod: the store ")


@pytest.mark.parametrize("problems", [[], ["broken: earns 4; untouched code earns 0"]])
def test_verify(exercise: Exercise, course: Course, monkeypatch: pytest.MonkeyPatch, problems: list[str]) -> None:
    """Verify tells problems and remarks exercise by exercise, and exits with 0 if all hold, else with 1."""

    async def verify(_: Exercise, **__: object) -> Proof:
        return Proof(
            exercise, problems=problems, remarks=["there are 2 hints"], runs=0, verdicts={"broken": Verdict(slug="x", status="fail")}
        )

    monkeypatch.setattr(contract, "verify", verify)
    done = run("verify", "--course", course.root)
    assert done.exit_code == bool(problems)
    assert done.stdout.splitlines() == [
        f"{'✗' if problems else '✓'} 01-basics/takings: 1 variants",
        *(f"    {problem}" for problem in problems),
        "    remark: there are 2 hints",
        f"{0 if problems else 1} of 1 exercises hold, 0 flips",
    ]
    done = run("verify", "takings", "--json")
    assert done.exit_code == bool(problems)
    (row,) = json.loads(done.stdout)
    assert row == {"slug": "takings", "holds": not problems, "problems": problems, "remarks": ["there are 2 hints"], "runs": 0, "flips": []}


@pytest.mark.usefixtures("course")
def test_matrix(exercise: Exercise, monkeypatch: pytest.MonkeyPatch) -> None:
    """The matrix has a row for each variant and a column for each test."""

    async def verify(_: Exercise, **__: object) -> Proof:
        tests = tuple(
            verdicts.TestResult(name, "fail" if name == "TestLongDay" else "pass", max=4 if name == "TestLongDay" else 6)
            for name in exercise.manifest.tests
        )
        verdict = Verdict(slug="takings", status="fail", points=6, max=10, tests=tests, wrong=verdicts.WrongFix("first-and-last", "m"))
        return Proof(exercise, verdicts={"wrong/first-and-last": verdict, "broken": Verdict(slug="takings", status="build", max=10)})

    monkeypatch.setattr(contract, "verify", verify)
    done = run("matrix", "takings")
    assert done.exit_code == 0
    cells = [line.split() for line in done.stdout.splitlines()]
    assert ["broken", "0", "of", "10", "build", "build", "build"] in cells
    assert ["wrong/first-and-last", "6", "of", "10", "·", "fail", "·", "first-and-last"] in cells
    assert ["3", "TestQuietDay:", "costs", "3"] in cells
    rows = json.loads(run("matrix", "takings", "--json").stdout)
    assert rows["wrong/first-and-last"] == {
        "points": 6, "status": "fail", "message": "first-and-last",
        "tests": {"TestTwoSales": "pass", "TestLongDay": "fail", "TestQuietDay": "pass"},
    }  # fmt: skip


def test_new(course: Course) -> None:
    """A new exercise is written, and it is told what comes next."""
    done = run("new", "01-basics/lost-update")
    folder = course.phases_folder / "01-basics/lost-update"
    assert (done.exit_code, done.stdout) == (0, f"{folder} is ready. `goprod verify lost-update` says what to write next.\n")
    assert (folder / "exercise.toml").is_file()
    assert run("new", "01-basics/lost-update").exit_code == 2


@pytest.mark.parametrize(("good", "needed", "sign", "code"), [(True, True, "✓", 0), (False, True, "✗", 1), (False, False, "–", 0)])
def test_doctor(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, sign: str, code: int, *, good: bool, needed: bool) -> None:
    """The doctor tells what it found, and exits with 1 if something is missing that is needed; it needs no course."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(doctor, "examine", lambda least: [Finding("Go", good=good, detail=f"for {least}", needed=needed)])
    done = run("doctor")
    assert (done.exit_code, done.stdout) == (code, f"{sign} Go: for None\n")
    assert json.loads(run("doctor", "--json").stdout) == [{"what": "Go", "good": good, "detail": "for None", "needed": needed}]


def test_doctor_in_a_course(monkeypatch: pytest.MonkeyPatch, course: Course) -> None:
    """In a course the doctor says whether this machine is good enough to grade it."""
    path = course.root / "course.toml"
    path.write_text('rung = "landlock"\n' + path.read_text())
    monkeypatch.setattr(doctor, "examine", lambda least: [Finding("Grading", good=True, detail=f"for {least}")])
    assert run("doctor").stdout == "✓ Grading: for landlock\n"


@pytest.mark.usefixtures("judge")
def test_a_sandbox_that_is_out_of_reach(monkeypatch: pytest.MonkeyPatch, course: Course, answer: Path) -> None:
    """A sandbox that was asked for and is not there is bad input, told in a sentence."""

    async def check(*_: object, **__: object) -> Verdict:
        raise SandboxError("The sandbox landlock is out of reach here: it is old.")

    assert course
    monkeypatch.setattr("grader.check.check", check)
    done = run("check", "takings", "--folder", answer)
    assert (done.exit_code, done.stdout, done.stderr.strip()) == (2, "", "goprod: The sandbox landlock is out of reach here: it is old.")


@pytest.mark.usefixtures("course")
@pytest.mark.parametrize("arguments", ["warm", "lab", "verify", "check takings --folder answer"])
def test_no_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: str) -> None:
    """Without Go it is told what to install, and the exit code is that of our own failures."""

    def find() -> Toolchain:
        raise ToolchainError("go-missing", "The course needs Go 1.27 or newer. Install it.")

    (tmp_path / "till.go").write_text("package till\n")
    monkeypatch.setattr(toolchain, "find", find)
    done = run(*arguments.replace("answer", str(tmp_path)).split())
    assert (done.exit_code, done.stdout) == (3, "")
    assert done.stderr.strip() == "goprod: The course needs Go 1.27 or newer. Install it."


@pytest.mark.parametrize("arguments", ["nonsense", "check", "list --nonsense", "verify --repeat 0", "new"])
def test_wrong_usage(arguments: str) -> None:
    """A command that is not understood is bad input."""
    done = run(*arguments.split())
    assert (done.exit_code, done.stdout) == (2, "")
    assert "Usage: " in done.stderr


def test_a_fault_of_ours_is_told_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """An unexpected exception exits 3 with one line that names a log; the log has the traceback."""

    def fail(_start: Path) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("grader.cli.options.Course.find", fail)
    done = CliRunner().invoke(main, ["list"])
    assert (done.exit_code, done.stderr.count("\n")) == (3, 1)
    log = re.search(r"The log (\S+) has the rest", done.stderr)
    assert log is not None
    assert "ZeroDivisionError" in Path(log[1]).read_text()
    Path(log[1]).unlink()
