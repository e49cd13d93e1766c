"""The release of the course, made by nbgrader's own converter."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
import pytest
from nbconvert import HTMLExporter
from nbgrader.api import Gradebook

from grader import notebook
from grader.course import Course
from grader.errors import NotebookError
from grader.hosts import release

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.course import Exercise

ROOT = Path(__file__).resolve().parents[2]
REAL = Course(ROOT / "course")
RUN = 40
"""Characters that hidden text and released text may not share in a row, white space apart."""


def copy_of_course(root: Path, *, lessons: bool = False) -> Course:
    """Copy the course's sources; its lessons become lists of their exercises unless they are wanted."""
    for name in ("course.toml", "go.mod", "go.sum", "nbgrader_config.py"):
        shutil.copy(REAL.root / name, root / name)
    for name in ("internal", "phases"):
        shutil.copytree(REAL.root / name, root / name)
    course = Course(root)
    for phase in course.phases if not lessons else ():
        text = "".join(f"```{{exercise}} {slug}\n```\n" for slug in course.slugs(phase))
        (course.phases_folder / phase.slug / "lesson.md").write_text(f"# {phase.title}\n\n{text}")
    return course


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """Give a copy of the course, every phase of it built."""
    course = copy_of_course(tmp_path_factory.mktemp("course"))
    for phase in course.phases:
        release.build(course, phase)
    return course


@pytest.fixture
def small(tmp_path: Path) -> Course:
    """Give a copy of the course of one phase and one exercise, built."""
    course = copy_of_course(tmp_path)
    for slug in course.slugs(course.phases[0]):
        if slug != "check-then-act":
            shutil.rmtree(course.phases_folder / course.phases[0].slug / slug)
    (course.phases_folder / course.phases[0].slug / "lesson.md").write_text("# One\n\n```{exercise} check-then-act\n```\n")
    release.build(course, course.phases[0])
    return course


def tree(folder: Path) -> dict[str, bytes]:
    """Return the bytes of each file in a folder."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def edit(path: Path, old: str, new: str) -> None:
    """Replace a text in a file."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_building_again_changes_nothing(course: Course) -> None:
    """A second build and a check of what was built find nothing, and no work folder is left."""
    for phase in course.phases:
        assert release.build(course, phase) == []
        assert release.check(course, phase) == []
    assert list(course.root.glob(".build-*")) == []


def test_committed_release() -> None:
    """The release that is committed is what the sources give, byte for byte."""
    if not (REAL.root / "release").is_dir():
        pytest.skip("course/release is not built yet: run `goprod build`")
    assert [line for phase in REAL.phases for line in release.check(REAL, phase)] == []


def test_same_bytes_everywhere(small: Course, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Another folder, locale, time zone, umask and hash seed give the same bytes."""
    other = tmp_path_factory.mktemp("elsewhere") / "ein Kürs"
    shutil.copytree(small.root, other, ignore=shutil.ignore_patterns("release", "source", "gradebook.db"))
    code = (
        "import os, sys; os.umask(0o077)\nfrom pathlib import Path\nfrom grader.course import Course\nfrom grader.hosts import release\n"
        "course = Course(Path(sys.argv[1])); release.build(course, course.phases[0])"
    )
    env = {
        "PATH": "/usr/bin:/bin",
        "LC_ALL": "C",
        "PYTHONUTF8": "0",
        "PYTHONCOERCECLOCALE": "0",
        "TZ": "Asia/Kathmandu",
        "PYTHONHASHSEED": "7",
    }
    env |= {"PYTHONPATH": str(ROOT), "HOME": str(other)}
    subprocess.run([sys.executable, "-c", code, str(other)], env=env, check=True, capture_output=True)
    assert tree(other / "release") == tree(small.root / "release")


def test_nbgrader_itself(small: Course) -> None:
    """An instructor's own `nbgrader generate_assignment`, started in the course, gives the same release."""
    phase = small.phases[0].slug
    before = tree(small.root / "release")
    env = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "JUPYTER_CONFIG_DIR": str(small.root)}
    command = [sys.executable, "-m", "nbgrader", "generate_assignment", phase, "--force"]
    subprocess.run(command, cwd=small.root, env=env, check=True, capture_output=True)
    assert tree(small.root / "release") == before


def test_gradebook(course: Course) -> None:
    """Each exercise is a grade cell with its points, and each answer file a solution cell."""
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as gradebook:
        for phase in course.phases:
            found = gradebook.find_notebook(phase.slug, phase.slug)
            exercises = course.exercises(phase)
            assert {cell.name: cell.max_score for cell in found.grade_cells} == {e.slug: e.manifest.full for e in exercises}
            assert {cell.name for cell in found.solution_cells} == {
                notebook.grade_id(e.slug, file) for e in exercises for file in e.manifest.answer
            }


def test_notebook_is_valid(course: Course) -> None:
    """The released notebook is valid, and its answers read back as the code from the incident."""
    for phase in course.phases:
        path = course.root / "release" / phase.slug / f"{phase.slug}.ipynb"
        nbformat.validate(nbformat.read(path, as_version=4))  # type: ignore[no-untyped-call]
        for exercise in course.exercises(phase):
            for file, text in notebook.answers(path, exercise).items():
                first, blank, rest = text.split("\n", 2)
                assert (first, blank) == (notebook.first_line(exercise.slug, file), "")
                assert rest.strip("\n") == exercise.broken[file].strip("\n")


def test_packs_load(course: Course) -> None:
    """A released pack is a course whose exercises load, and whose points and withheld points are the exercise's."""
    for phase in course.phases:
        pack = Course.find(course.root / "release" / phase.slug)
        assert pack.pack
        assert pack.slugs() == sorted(course.slugs(phase))
        for exercise in pack.exercises():
            manifest = exercise.manifest
            assert manifest.full + (manifest.withheld.points if manifest.withheld else 0) == course.exercise(exercise.slug).manifest.full
            assert exercise.broken == course.exercise(exercise.slug).broken


def runs(text: str) -> set[str]:
    """Return each run of RUN characters of a text, white space apart."""
    text = "".join(text.split())
    return {text[start : start + RUN] for start in range(max(1, len(text) - RUN + 1))} if text else set()


def shown(exercise: Exercise) -> Iterator[str]:
    """Yield what learners are meant to have, and the lesson around it."""
    for name in exercise.manifest.given + exercise.manifest.visible:
        yield exercise.read(name)
    yield from exercise.broken.values()
    yield (REAL.phases_folder / exercise.phase.slug / "lesson.md").read_text(encoding="utf-8")


def withheld(course: Course) -> Iterator[tuple[str, set[str]]]:
    """Yield what no release may hold: each text's place, and its runs that are in nothing shown."""
    exercises = course.exercises()
    known = set().union(*(runs(text) for exercise in exercises for text in shown(exercise)))
    for exercise in exercises:
        manifest = exercise.manifest
        secret = {name: exercise.read(name) for name in manifest.hidden + manifest.answer}
        for variant in exercise.variants():
            if variant.kind in {"wrong", "accept"}:
                secret |= {f"{variant.name}/{path.name}": path.read_text(encoding="utf-8") for path in variant.folder.iterdir()}
        notes = {"solution": manifest.solution.note} | {f"accept.{name}": f"{a.title} {a.note}" for name, a in manifest.accept.items()}
        for name, text in (secret | notes).items():
            yield f"{exercise.slug}/{name}", runs(text) - known


def strings(value: object) -> Iterator[str]:
    """Yield each string in a decoded JSON or TOML document, the keys of its tables too."""
    if isinstance(value, dict):
        yield from value
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from strings(each)
    elif isinstance(value, str):
        yield value


def released_texts(course: Course) -> dict[str, str]:
    """Return the text of each released file by its path: of notebooks and manifests what stands in their strings."""
    texts = {}
    for name, data in tree(course.root / "release").items():
        texts[name] = data.decode()
        if name.endswith(".ipynb"):
            document = json.loads(data)
            sources = ["".join(cell.pop("source")) for cell in document["cells"]]
            texts[name] = "\n".join([*sources, *strings(document)])
        elif name.endswith(".toml"):
            texts[name] = "\n".join(strings(tomllib.loads(data.decode())))
    return texts


def test_release_gives_nothing_away(course: Course) -> None:
    """No released file names a hidden test, or holds a run of a hidden test, an answer, a wrong fix or a note."""
    released = released_texts(course)
    tests = [
        test
        for exercise in course.exercises()
        for file in exercise.manifest.hidden
        for test in re.findall(r"^func (Test\w+)\(", exercise.read(file), re.MULTILINE)
    ]
    assert tests
    assert [(name, test) for name, text in released.items() for test in tests if re.search(rf"\b{test}\b", text)] == []
    have = {name: runs(text) for name, text in released.items()}
    assert [
        (place, name, sorted(shared)[:1]) for place, secret in withheld(course) for name, of in have.items() if (shared := secret & of)
    ] == []


@pytest.mark.parametrize("failing", ["rename", "convert"])
def test_a_crash_leaves_the_old_release(small: Course, monkeypatch: pytest.MonkeyPatch, failing: str) -> None:
    """Whether the converter fails or the last rename, the old release stands byte for byte and nothing is left beside it."""
    before = tree(small.root / "release")
    edit(small.phases_folder / small.phases[0].slug / "lesson.md", "# One", "# Two")
    real = Path.rename

    def rename(path: Path, target: Path) -> Path:
        if path.parent.name == "release" and ".build-" in str(path):
            raise OSError(28, "No space left on device")
        return real(path, target)

    if failing == "rename":
        monkeypatch.setattr(Path, "rename", rename)
    else:
        monkeypatch.setattr("nbgrader.preprocessors.LockCells.preprocess", lambda *_: 1 / 0)
    with pytest.raises(NotebookError, match=r"No space left|ZeroDivisionError"):
        release.build(small, small.phases[0])
    assert tree(small.root / "release") == before
    assert list(small.root.glob(".build-*")) == []
    monkeypatch.undo()
    assert f"release/{small.phases[0].slug}/{small.phases[0].slug}.ipynb: changed" in release.build(small, small.phases[0])


def test_submissions_protect_a_release(small: Course) -> None:
    """Once work is handed in, cells are neither added nor removed: the build says so and changes nothing."""
    slug = small.phases[0].slug
    with Gradebook(f"sqlite:///{small.root / 'gradebook.db'}") as gradebook:
        gradebook.add_student("ada")
        gradebook.add_submission(slug, "ada")
    before = tree(small.root / "release")
    folder = small.phases_folder / slug
    (folder / "check-then-act").rename(folder / "renamed")
    edit(folder / "lesson.md", "check-then-act", "renamed")
    with pytest.raises(NotebookError, match="there are submissions associated with it"):
        release.build(Course(small.root), small.phases[0])
    assert tree(small.root / "release") == before


def test_check_writes_nothing(small: Course) -> None:
    """A check tells new, changed and missing files, and leaves the course and its gradebook as they are."""
    slug = small.phases[0].slug
    (small.root / f"release/{slug}/pack/go.sum").unlink()
    (small.root / f"release/{slug}/stray.txt").touch()
    (small.root / f"release/{slug}/.ipynb_checkpoints").mkdir()
    (small.root / f"release/{slug}/.ipynb_checkpoints/x.ipynb").touch()
    edit(small.phases_folder / slug / "lesson.md", "# One", "# Two")
    before = tree(small.root)
    assert release.check(small, small.phases[0]) == [
        f"release/{slug}/{slug}.ipynb: changed",
        f"release/{slug}/pack/go.sum: new",
        f"release/{slug}/stray.txt: gone",
    ]
    assert tree(small.root) == before
    with sqlite3.connect(small.root / "gradebook.db") as gradebook:
        assert gradebook.execute("select count(*) from assignment").fetchone() == (1,)


def test_images_go_along(small: Course) -> None:
    """A local image of a lesson is released next to the notebook, under the name that the notebook uses."""
    slug = small.phases[0].slug
    folder = small.phases_folder / slug
    (folder / f"{slug}_files").mkdir(exist_ok=True)
    (folder / f"{slug}_files/deck.png").write_bytes(b"\x89PNG")
    edit(folder / "lesson.md", "# One", f"# One\n\n![The deck]({slug}_files/deck.png)")
    release.build(small, small.phases[0])
    assert (small.root / f"release/{slug}/{slug}_files/deck.png").read_bytes() == b"\x89PNG"


def test_html_is_coloured_as_go(course: Course) -> None:
    """Nbconvert shows the release as Go: keywords of an answer cell are marked as keywords."""
    phase = course.phases[0]
    exporter = HTMLExporter()  # type: ignore[no-untyped-call]
    html, _ = exporter.from_filename(str(course.root / "release" / phase.slug / f"{phase.slug}.ipynb"))
    assert "hl-go" in html
    assert re.search(r'<span class="kn?">package</span>', html)
