"""Completion and documentation: what is offered where, from a library that is not Go's."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from grader.hosts.complete import complete, documentation, imports
from grader.hosts.library import Library, _exports, package_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grader.hosts.library import Sort

PACKAGES = {"fmt": "fmt", "http": "net/http", "rand": "math/rand/v2"}
EXPORTS: dict[str, dict[str, Sort]] = {
    "fmt": {"Println": "function", "Printf": "function", "Stringer": "class"},
    "net/http": {"Get": "function", "MethodGet": "instance"},
    "math/rand": {"Seed": "function"},
    "math/rand/v2": {"N": "function"},
}


class FakeLibrary(Library):
    """Knows three packages."""

    def packages(self) -> Mapping[str, str]:
        """Return them."""
        return PACKAGES

    def paths(self) -> list[str]:
        """Return their paths."""
        return sorted(EXPORTS)

    async def exports(self, path: str) -> Mapping[str, Sort]:
        """Return what they export."""
        return EXPORTS.get(path, {})

    async def documentation(self, path: str, name: str = "") -> str:
        """Return what was asked for."""
        return f"doc of {path} {name}".rstrip()


LIBRARY = FakeLibrary(Path("/"))


def offered(code: str) -> list[str]:
    """Return what is offered at | in the code."""
    at = code.index("|")
    found = asyncio.run(complete(code.replace("|", ""), at, LIBRARY, ["check", "hint"], ["unlocked-read", "stop-hangs"]))
    assert found.start <= at == found.end
    return [name for name, _ in found.names]


def told(code: str) -> str:
    """Return the documentation at | in the code."""
    return asyncio.run(documentation(code.replace("|", ""), code.index("|"), LIBRARY, {"hint": "gives a hint"}))


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("fmt.P|", ["Printf", "Println"]),
        ("fmt.|", ["Printf", "Println", "Stringer"]),
        ("http.g|", ["Get"]),
        ("rand.|", ["N"]),
        ('import "math/rand"\nrand.|', ["Seed"]),
        ('import r "math/rand"\nr.|', ["Seed"]),
        ('import (\n\t"fmt"\n\tr "math/rand"\n)\nr.|', ["Seed"]),
        ("%|", ["check", "hint"]),
        ("%h|", ["hint"]),
        ("%hint un|", ["unlocked-read"]),
        ("%hint |", ["stop-hangs", "unlocked-read"]),
        ('import "net/|', ["net/http"]),
        ("retur|", ["return"]),
        ("counter := 1\ncou|", ["counter"]),
        ("htt|", ["http"]),
        ("ADD := 1\nadder := 2\nad|", ["adder", "ADD"]),
    ],
)
def test_offered(code: str, names: list[str]) -> None:
    """Packages offer what they export, % the commands, a command the exercises, the rest Go's and the cell's words."""
    assert offered(code) == names


@pytest.mark.parametrize("code", ["|", "x := |", "// fm|", 's := "fm|', "!fm|", "%%bash\nfm|", "unknown.|"])
def test_nothing_offered(code: str) -> None:
    """Nothing is offered in comments, strings and shells, or where nothing was typed."""
    assert offered(code) == []


def test_word_being_typed_is_not_offered() -> None:
    """The word at the cursor does not complete to itself."""
    assert offered("countr|") == []


def test_members_of_the_cell() -> None:
    """After a variable stand the fields and methods that the cell names."""
    code = "type T struct {\n\tcount int\n}\nfunc (t *T) Add() {}\nfmt := T{}\nfmt.|"
    assert offered(code) == ["Add", "count"]


@pytest.mark.parametrize("prefix", ["de|", "lamb|", "impor|", "__|", "get_|", "Non|", "sel|", "exc|"])
def test_no_python(prefix: str) -> None:
    """No word of Python is offered."""
    assert not {"def", "del", "lambda", "get_ipython", "None", "self", "except", "__name__"} & set(offered(prefix))


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("http.Ge|t(x)", "doc of net/http Get"),
        ("http.Get(|)", "doc of net/http Get"),
        ("http.Get(|x)", ""),
        ("|fmt", "doc of fmt"),
        ("http.Client.D|o", "doc of net/http Client.Do"),
        ("appen|d(a, b)", "doc of builtin append"),
        ('import "math/rand"\nrand.Seed|', "doc of math/rand Seed"),
        ("%hi|nt", "gives a hint"),
        ("retur|n", ""),
        ("nobody.Knows|", ""),
        ("", ""),
    ],
)
def test_documentation(code: str, words: str) -> None:
    """The whole name around the cursor is looked up, with the cell's imports; nothing is known of keywords."""
    assert told(code if "|" in code else "|") == words


def test_imports_ignore_other_strings() -> None:
    """Only import declarations import."""
    assert imports('import "fmt"\nx := "net/http"\n\n"os"\n') == {"fmt": "fmt"}


@pytest.mark.parametrize(("path", "name"), [("math/rand/v2", "rand"), ("net/http", "http"), ("gopkg.in/yaml.v3", "yaml"), ("fmt", "fmt")])
def test_package_name(path: str, name: str) -> None:
    """A package's name is its path's last part, versions aside."""
    assert package_name(path) == name


def test_exports_are_read_from_sources(tmp_path: Path) -> None:
    """Exported functions, types, variables and constants are found, in groups too; methods, tests and locals are not."""
    source = (
        "package p\n\nfunc Do() {}\nfunc (t T) Method() {}\nfunc hidden() {}\ntype T struct {\n\tField int\n}\n"
        "const (\n\tA, B = 1, 2\n\tlower = 3\n)\nvar Err = f()\ntype (\n\tG struct{}\n)\n"
    )
    (tmp_path / "p.go").write_text(source)
    (tmp_path / "p_test.go").write_text("package p\n\nfunc TestDo() {}\n")
    assert _exports(tmp_path) == {"Do": "function", "T": "class", "A": "instance", "B": "instance", "Err": "instance", "G": "class"}
