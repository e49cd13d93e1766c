"""A course on disk: where it is found, what it holds, and what is told where it is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from grader.course import Course
from grader.errors import CourseError, ManifestError, UnknownExerciseError

if TYPE_CHECKING:
    from pathlib import Path

    from grader.course import Exercise
    from tests.conftest import MakeExercise


def test_what_an_exercise_knows_of_its_place(exercise: Exercise) -> None:
    """An exercise knows its folder, its import path and its test files."""
    assert exercise.folder == exercise.course.root / "phases/01-basics/takings"
    assert exercise.import_path == "goprod.example/course/phases/01-basics/takings"
    assert exercise.test_files == ("till_test.go", "hidden_test.go")
    assert exercise.broken == {"till.go": (exercise.folder / "broken/till.go").read_text()}


@pytest.mark.parametrize(
    ("line", "rung"),
    [("", "bubblewrap"), ('rung = "landlock"\n', "landlock"), ('rung = "rlimits"\n', "rlimits"), ('rung = "none"\n', "none")],
)
def test_the_rung_of_a_course(make_exercise: MakeExercise, line: str, rung: str) -> None:
    """A course says on which rung of the sandbox it is graded at least: on the best, unless it lowers it."""
    root = make_exercise().course.root
    path = root / "course.toml"
    path.write_text(line + path.read_text())
    assert Course(root).rung == rung


@pytest.mark.parametrize("value", ['"docker"', '""', "1", '["landlock"]'])
def test_a_rung_that_there_is_not(make_exercise: MakeExercise, value: str) -> None:
    """A rung that nobody knows is told with the course's file."""
    root = make_exercise().course.root
    path = root / "course.toml"
    path.write_text(f"rung = {value}\n{path.read_text()}")
    with pytest.raises(CourseError, match=r"course\.toml: .*`\$\.rung`"):
        Course(root)


def test_variants_come_in_the_manifests_order(make_exercise: MakeExercise) -> None:
    """The solution comes first, then broken, the wrong, the accepted; folders that the manifest does not name come last."""
    exercise = make_exercise({"wrong/another/till.go": "package till\n"})
    assert [(variant.name, variant.kind) for variant in exercise.variants()] == [
        ("solution", "solution"),
        ("broken", "broken"),
        ("wrong/first-two", "wrong"),
        ("wrong/first-and-last", "wrong"),
        ("wrong/another", "wrong"),
        ("accept/backwards", "accept"),
        ("accept/recursion", "accept"),
    ]


@pytest.mark.parametrize("name", ["01-basics", "Basics", "1", "01"])
def test_a_phase_by_slug_title_or_number(exercise: Exercise, name: str) -> None:
    """A phase is found by its slug, its title and its number."""
    assert exercise.course.phase(name) == exercise.phase


@pytest.mark.parametrize("name", ["2", "basics", "", "²", "..", "\0"])
def test_no_such_phase(exercise: Exercise, name: str) -> None:
    """Any other name is told with the phases that there are."""
    with pytest.raises(CourseError, match=r"The phases are 01-basics\.$"):
        exercise.course.phase(name)


@pytest.mark.parametrize(
    ("slug", "advice"),
    [
        ("taking", "Did you mean 'takings'?"),
        ("TAKINGS", "The exercises are takings."),
        ("tadings", "Did you mean 'takings'?"),
        ("nothing-like-it", "The exercises are takings."),
        ("../01-basics/takings", "takings"),
        ("", "The exercises are takings."),
        ("\0", "The exercises are takings."),
        ("x" * 5000, "The exercises are takings."),
    ],
)
def test_an_unknown_exercise(exercise: Exercise, slug: str, advice: str) -> None:
    """An unknown slug, whatever it holds, is told with the nearest name or with all of them."""
    with pytest.raises(UnknownExerciseError) as caught:
        exercise.course.exercise(slug)
    assert advice in str(caught.value)


def test_exercises_come_in_the_lessons_order(make_exercise: MakeExercise) -> None:
    """Exercises stand as the lesson tells them; those it does not tell come last, by name."""
    exercise = make_exercise()
    folder = exercise.course.phases_folder / "01-basics"
    for slug in ("zebra", "apple", "mango"):
        (folder / slug).mkdir()
        (folder / slug / "exercise.toml").write_text((exercise.folder / "exercise.toml").read_text())
    (folder / "lesson.md").write_text("# Basics\n\n```{exercise} zebra\n```\n\n````{exercise} takings\n````\n")
    assert exercise.course.slugs() == ["zebra", "takings", "apple", "mango"]
    assert [each.slug for each in exercise.course.exercises()] == exercise.course.slugs(exercise.phase)


@pytest.mark.parametrize("start", [".", "phases/01-basics/takings", "phases/01-basics/takings/broken/till.go", "not/there/yet"])
def test_a_course_is_found_upwards(exercise: Exercise, start: str) -> None:
    """From any place in a course, its root is found."""
    assert Course.find(exercise.course.root / start).root == exercise.course.root


@pytest.mark.parametrize("name", ["course", "pack"])
def test_a_course_is_found_beside(tmp_path: Path, name: str) -> None:
    """A folder that holds course/ or pack/ finds it, from below as well."""
    (tmp_path / name).mkdir()
    (tmp_path / name / "course.toml").write_text('title = "Go"\nphases = []\n')
    (tmp_path / "notes").mkdir()
    assert Course.find(tmp_path / "notes").root == (tmp_path / name).resolve()


def test_no_course(tmp_path: Path) -> None:
    """Where there is none, it is told how to name one."""
    with pytest.raises(CourseError, match=r"no course at or above .*--course DIR\.$"):
        Course.find(tmp_path)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (None, "has no course.toml. Name a course with --course DIR."),
        (b"title = 1\nphases = []\n", "Expected `str`, got `int`"),
        (b'title = "Go"\n', "missing required field `phases`"),
        (b'title = "Go"\nphases = []\ncolour = 1\n', "unknown field `colour`"),
        (b"title = = 1\n", "A course.toml has `title` and [[phases]]"),
        (b'title = "\xff"\nphases = []\n', "A course.toml has `title` and [[phases]]"),
        (b"\0", "A course.toml has `title` and [[phases]]"),
    ],
)
def test_a_wrong_course_file(tmp_path: Path, data: bytes | None, words: str) -> None:
    """A folder that is no course, or whose course.toml is wrong, is told with what to do."""
    if data is not None:
        (tmp_path / "course.toml").write_bytes(data)
    with pytest.raises(CourseError) as caught:
        Course(tmp_path)
    assert words in str(caught.value)
    assert str(tmp_path) in str(caught.value)


def test_a_file_is_not_a_course(tmp_path: Path) -> None:
    """A file named as a course is told, and not traced back."""
    (tmp_path / "file").touch()
    with pytest.raises(CourseError, match=r"course\.toml"):
        Course(tmp_path / "file")


@pytest.mark.parametrize(
    ("data", "words"), [(None, "cannot be read"), (b"go 1.27\n", "has no module line"), (b"module \xff\n", "cannot be read")]
)
def test_a_wrong_go_mod(exercise: Exercise, data: bytes | None, words: str) -> None:
    """A course whose go.mod does not name a module is told so."""
    path = exercise.course.root / "go.mod"
    path.unlink()
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(CourseError, match=f"{words}.*A course is a Go module"):
        _ = exercise.import_path


@pytest.mark.parametrize(("name", "key", "line"), [("hidden_test.go", "hidden", 6), ("broken/till.go", "answer", 4)])
def test_a_missing_file(make_exercise: MakeExercise, name: str, key: str, line: int) -> None:
    """A file that the manifest names and that is not there is told at the manifest's line."""
    exercise = make_exercise({name: None})
    with pytest.raises(ManifestError, match=f"the file {name} is missing. Write it, or take it out") as caught:
        exercise.read(name)
    assert (caught.value.path, caught.value.key, caught.value.line) == (exercise.folder / "exercise.toml", key, line)


def test_a_file_that_is_not_text(exercise: Exercise) -> None:
    """A file of the exercise in another encoding is told by its name."""
    (exercise.folder / "hidden_test.go").write_bytes(b"package till_test // \xff\n")
    with pytest.raises(ManifestError, match=r"hidden_test\.go: cannot be read"):
        exercise.read("hidden_test.go")


def test_where_the_state_lies(exercise: Exercise) -> None:
    """A course keeps what a learner did under learn/, a pack beside itself, where the notebook is."""
    root = exercise.course.root
    assert exercise.course.state == root / "learn/.goprod"
    (root / "course.toml").write_text((root / "course.toml").read_text().replace('title = "Go"', 'title = "Go"\npack = true', 1))
    assert Course(root).state == root.parent / ".goprod"
