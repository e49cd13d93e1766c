"""What stands around the course: the wheel, the locks, the environment's words, Binder."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-zig.lock")


def checkout(folder: Path) -> Path:
    """Return a copy of the tracked files."""
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    for name in filter(None, names):
        source = ROOT / name
        if source.exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, folder / name, follow_symlinks=False)
    return folder


def test_the_wheel_carries_everything(tmp_path: Path) -> None:
    """The wheel has the grader's Go sources, templates, skeletons and words, and installs the kernelspec."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    for wanted in (
        "grader/go/go.mod",
        "grader/go/guard/main.go",
        "grader/go/harness/harness.go",
        "grader/go/scratch/main.go",
        "grader/card/verdict.css",
        "grader/skeletons/package/exercise.toml",
        "grader/skeletons/package/wrong/first/counter.go",
    ):
        assert wanted in names
    assert [name for name in names if name.startswith("grader/card/templates/")]
    assert [name for name in names if name.startswith("grader/card/phrases/")]
    assert [name for name in names if name.endswith("data/share/jupyter/kernels/goprod/kernel.json")]


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_index_and_has_every_hash(lock: str) -> None:
    """A lock can be installed from any index, and nothing but what was locked."""
    text = (ROOT / lock).read_text()
    assert not re.search(r"https?://|--index-url|--find-links", text)
    for block in re.split(r"\n(?=\S)", text.strip()):
        assert "--hash=sha256:" in block, block


def test_the_locks_agree_with_the_project() -> None:
    """Every dependency of pyproject.toml is locked, for running and for development."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    locked = {lock: set(re.findall(r"^([a-z0-9-]+)==", (ROOT / lock).read_text(), re.MULTILINE)) for lock in LOCKS}
    bare = [re.split(r"[ <>=\[]", name)[0].lower().replace("_", "-") for name in project["project"]["dependencies"]]
    assert [name for name in bare if name not in locked["requirements.lock"]] == []
    dev = [re.split(r"[ <>=\[]", name)[0].lower().replace("_", "-") for name in project["dependency-groups"]["dev"]]
    assert [name for name in bare + dev if name not in locked["requirements-dev.lock"]] == []


def test_conda_and_binder_use_the_same_file() -> None:
    """binder/environment.yml is environment.yml, and finds the same lock beside it."""
    for name in ("environment.yml", "requirements.lock"):
        assert (ROOT / "binder" / name).resolve() == ROOT / name


def test_binder_builds_from_binder(tmp_path: Path) -> None:
    """repo2docker takes Python, the compiler and postBuild from binder/."""
    command = [sys.executable, "-m", "repo2docker", "--no-build", "--debug", "."]
    done = subprocess.run(command, cwd=checkout(tmp_path), capture_output=True, text=True, timeout=300, check=False)
    said = done.stdout + done.stderr
    assert done.returncode == 0, said[-2000:]
    assert "Building conda environment for python=3.11" in said
    for wanted in ("gcc libc6-dev make", '--file "binder/environment.yml"', "RUN ./binder/postBuild"):
        assert wanted in said


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """Return a copy of what `make lab` needs first, and a bin/ with nothing but a plain system's basics."""
    for name in ("scripts", "requirements.lock"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy2
        copy(ROOT / name, tmp_path / name)
    (tmp_path / "bin").mkdir()
    for tool in ("sh", "dirname", "basename", "uname", "cmp"):
        found = shutil.which(tool)
        assert found
        (tmp_path / "bin" / tool).symlink_to(found)
    return tmp_path


def program(folder: Path, name: str, script: str) -> None:
    """Write a stand-in for a program."""
    path = folder / "bin" / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def environment(folder: Path, **variables: str) -> tuple[int, list[str]]:
    """Run scripts/environment with that bin/ alone; return its exit code and what it said."""
    env = {"PATH": str(folder / "bin"), "HOME": str(folder), **variables}
    done = subprocess.run(["scripts/environment", "requirements.lock"], cwd=folder, env=env, capture_output=True, text=True, check=False)
    return done.returncode, (done.stdout + done.stderr).splitlines()


OLD, NO_VENV = "exit 1", 'case "$2" in *ensurepip*) exit 1;; *print*) echo python3.11-venv;; esac'


def test_no_python(bare: Path) -> None:
    """Without Python 3.11 one sentence says so; an older one does not count."""
    program(bare, "python3", OLD)
    code, said = environment(bare)
    assert (code, len(said)) == (1, 1)
    assert "Python 3.11 or newer is missing" in said[0]


def test_no_c_compiler(bare: Path) -> None:
    """Without a C compiler one sentence offers gcc or the ziglang package."""
    program(bare, "python3", "exit 0")
    code, said = environment(bare, GOAL="lab")
    assert (code, len(said)) == (1, 1)
    assert "install gcc, or run 'make lab ZIG=1'" in said[0]


def test_no_venv_module(bare: Path) -> None:
    """Without Python's venv module one sentence names the package to install."""
    program(bare, "gcc", "exit 0")
    program(bare, "python3", NO_VENV)
    code, said = environment(bare)
    assert (code, len(said)) == (1, 1)
    assert "apt install python3.11-venv" in said[0]


def test_an_environment_that_is_there_is_left_alone(bare: Path) -> None:
    """With the lock's stamp in .venv nothing is installed again."""
    program(bare, "gcc", "exit 0")
    program(bare, "python3", "exit 0")
    (bare / ".venv" / "bin").mkdir(parents=True)
    shutil.copy2(bare / "bin" / "python3", bare / ".venv" / "bin" / "python")
    shutil.copy2(bare / "requirements.lock", bare / ".venv" / ".installed-requirements.lock")
    assert environment(bare) == (0, [])
    assert sorted(path.name for path in (bare / ".venv").iterdir()) == [".installed-requirements.lock", "bin"]
