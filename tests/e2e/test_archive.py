"""A released assignment as a zip file, and a learner who has nothing else of the course."""

# mypy: allow-untyped-calls

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
import pytest
from click.testing import CliRunner

from grader.cli import main
from grader.course import Course
from grader.errors import NotebookError
from grader.hosts import archive, release
from grader.notebook import answer_cell
from tests.conftest import FILES, NOBODY
from tests.e2e.test_release import ROOT, copy_of_course, released_texts, runs, tree, withheld

if TYPE_CHECKING:
    from click.testing import Result

    from tests.conftest import MakeExercise

PHASE, SLUG = "01-basics", "takings"


@pytest.fixture
def course(make_exercise: MakeExercise) -> Course:
    """Give a course of one exercise, released, with a picture in its lesson."""
    root = make_exercise().course.root
    shutil.copy(ROOT / "course" / "nbgrader_config.py", root)
    folder = root / "phases" / PHASE
    (folder / f"{PHASE}_files").mkdir()
    (folder / f"{PHASE}_files/till.png").write_bytes(b"\x89PNG")
    (folder / "lesson.md").write_text(f"# One\n\n![The till]({PHASE}_files/till.png)\n\n```{{exercise}} {SLUG}\n```\n")
    release.build(Course(root), Course(root).phases[0])
    return Course(root)


def build(course: Course, *arguments: str) -> Result:
    """Run `goprod build`."""
    return CliRunner().invoke(main, ["build", "--course", str(course.root), *arguments])


def test_it_holds_the_release(course: Course, tmp_path: Path) -> None:
    """The command names the file it wrote; it opens, and holds what was released, no more, in one folder with the phase's name."""
    stray = course.root / "release" / PHASE / ".ipynb_checkpoints/stray.ipynb"
    stray.parent.mkdir()
    stray.touch()
    done = build(course, PHASE, "--zip", str(tmp_path / "new" / "folder"))
    assert (done.exit_code, done.output.splitlines()[-1]) == (0, f"{tmp_path}/new/folder/{PHASE}.zip is written.")
    with zipfile.ZipFile(tmp_path / f"new/folder/{PHASE}.zip") as opened:
        assert opened.testzip() is None
        names = opened.namelist()
        opened.extractall(tmp_path / "out")
    stray.unlink()
    assert {Path(name).parts[0] for name in names} == {PHASE}
    assert names == sorted(names)
    assert tree(tmp_path / "out" / PHASE) == tree(course.root / "release" / PHASE)
    assert {f"{PHASE}/{PHASE}.ipynb", f"{PHASE}/{PHASE}_files/till.png", f"{PHASE}/pack/course.toml"} < set(names)
    assert list((tmp_path / "new/folder").iterdir()) == [tmp_path / f"new/folder/{PHASE}.zip"]


def test_same_bytes_everywhere(course: Course, tmp_path: Path) -> None:
    """Another folder, umask, and files with other dates and rights give the same bytes."""
    here = archive.write(course, course.phases[0], tmp_path / "here").read_bytes()
    shutil.copytree(course.root, tmp_path / "ein Kürs")
    for path in (tmp_path / "ein Kürs/release").rglob("*.*"):
        path.chmod(0o700)
        os.utime(path, (1, 1))
    before = os.umask(0o077)
    try:
        other = archive.write(Course(tmp_path / "ein Kürs"), course.phases[0], tmp_path / "there").read_bytes()
    finally:
        os.umask(before)
    assert other == here
    with zipfile.ZipFile(tmp_path / f"there/{PHASE}.zip") as opened:
        assert {entry.date_time for entry in opened.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {stat.filemode(entry.external_attr >> 16) for entry in opened.infolist()} == {"-rw-r--r--"}


def test_a_folder_that_cannot_be_written(course: Course, tmp_path: Path) -> None:
    """Where the folder cannot be made, or the file's place is taken, one sentence says so with exit code 2."""
    (tmp_path / "file").touch()
    (tmp_path / f"taken/{PHASE}.zip").mkdir(parents=True)
    for folder, why in (("file/under", "Not a directory"), ("taken", "Is a directory")):
        done = build(course, PHASE, "--zip", str(tmp_path / folder))
        assert done.exit_code == 2
        said = rf"goprod: .*{folder}/{PHASE}\.zip cannot be written: {why} \(.*\)\. Name another folder\."
        assert re.fullmatch(said, done.output.splitlines()[-1]), done.output
    assert list((tmp_path / "taken").iterdir()) == [tmp_path / f"taken/{PHASE}.zip"]


def test_a_crash_leaves_the_old_one(course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the disk fills up, the old file stands byte for byte and nothing is left beside it."""
    old = archive.write(course, course.phases[0], tmp_path)
    before = old.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(zipfile.ZipFile, "writestr", full)
    with pytest.raises(NotebookError, match="No space left on device"):
        archive.write(course, course.phases[0], tmp_path)
    assert old.read_bytes() == before
    assert list(tmp_path.iterdir()) == [old]


def test_checking_writes_nothing(course: Course, tmp_path: Path) -> None:
    """--check and --zip contradict each other: that is said, and nothing written."""
    done = build(course, "--check", "--zip", str(tmp_path))
    assert done.exit_code == 2
    assert "Leave --zip out, or --check." in done.output
    assert list(tmp_path.iterdir()) == []


def test_it_gives_nothing_away(tmp_path: Path) -> None:
    """No file of the real course's archives names a hidden test, or holds a run of a hidden test, an answer, a wrong fix or a note."""
    (tmp_path / "course").mkdir()
    course = copy_of_course(tmp_path / "course")
    for phase in course.phases:
        release.build(course, phase)
        with zipfile.ZipFile(archive.write(course, phase, tmp_path)) as opened:
            assert not opened.comment
            opened.extractall(tmp_path / "unpacked/release")
    texts = released_texts(Course(shutil.copytree(course.root, tmp_path / "unpacked", ignore=_release, dirs_exist_ok=True)))
    assert len(texts) > 8
    tests = {
        test
        for exercise in course.exercises()
        for file in exercise.manifest.hidden
        for test in re.findall(r"^func (Test\w+)\(", exercise.read(file), re.MULTILINE)
    }
    assert tests
    assert [(name, test) for name, text in texts.items() for test in tests if re.search(rf"\b{test}\b", name + text)] == []
    have = {name: runs(text) for name, text in texts.items()}
    assert [(place, name) for place, secret in withheld(course) for name, of in have.items() if secret & of] == []


def _release(folder: str, names: list[str]) -> set[str]:
    return {"release"} & set(names) if Path(folder).name == "course" else set()


@pytest.fixture
def learner() -> list[str]:
    """Give what a command of a learner begins with: as root another user, if that one can start Python at all."""
    other = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "env"]  # setpriv itself still starts what root may
    if os.geteuid() == 0 and subprocess.run([*other, sys.executable, "-c", ""], capture_output=True, check=False).returncode == 0:
        return other
    return []


@pytest.fixture
def home(course: Course, reachable: Path, learner: list[str]) -> Path:
    """Give a learner's home folder, with the archive unpacked in it and nothing else."""
    home = reachable / "home"
    with zipfile.ZipFile(archive.write(course, course.phases[0], reachable)) as opened:
        opened.extractall(home)
    if learner:
        for path in (home, *home.rglob("*")):
            os.chown(path, NOBODY, NOBODY)
    return home


def executed(notebook: Path, home: Path, learner: list[str]) -> list[str]:
    """Run a notebook as a learner who has the environment and no setting of ours; return what each code cell showed."""
    command = [*learner, sys.executable, "-m", "jupyter", "execute", "--inplace", "--allow-errors", notebook.name]
    env = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(home), "LANG": "C.UTF-8"}
    if not learner:  # Go's archives take a minute; another user has to build them
        env["XDG_CACHE_HOME"] = os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache"))
    done = subprocess.run(command, cwd=notebook.parent, env=env, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    book = nbformat.read(notebook, as_version=4)
    return ["".join(str(output.get("data")) for output in cell.outputs) for cell in book.cells if cell.cell_type == "code"]


def test_a_learner_who_has_nothing_else(home: Path, learner: list[str]) -> None:
    """In the unpacked folder a right answer passes the visible tests, the untouched one does not, and neither meets a hidden test."""
    path = home / PHASE / f"{PHASE}.ipynb"
    book = nbformat.read(path, as_version=4)
    (answer,) = [cell for cell in book.cells if cell.metadata.get("nbgrader", {}).get("solution")]
    (check,) = [cell for cell in book.cells if cell.metadata.get("nbgrader", {}).get("grade")]
    right = nbformat.from_dict({**answer, "id": "right", "source": answer_cell(SLUG, "till.go", FILES["accept/backwards/till.go"])})
    book.cells = [answer, check, right, nbformat.from_dict({**check, "id": "again"})]
    path.write_text(nbformat.writes(book))
    untouched, none, passed, points = executed(path, home, learner)
    assert "Not tried yet." in untouched
    assert "TestTwoSales" in untouched
    assert "'text/plain': '0.0'" in none
    assert "Visible tests passed" in passed
    assert "'text/plain': '10.0'" in points
    assert "TestLongDay" not in untouched + none + passed + points
