"""Compile bombs: small answers that would take the compiler, or the guard, more than there is."""

from __future__ import annotations

import asyncio
import resource
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from grader import build
from grader.check import check
from tests.adversarial.attack import attempt, earned, without_guard

if TYPE_CHECKING:
    from grader.sandbox import Sandbox
    from tests.adversarial.machine import Machine

STUB = """\
package gate

type Gate struct{}

var ErrFull error

func New(int) *Gate { return &Gate{} }
func (*Gate) Admit(string) error { return nil }
func (*Gate) Each(func(string)) {}
func (*Gate) Serve(<-chan string, chan<- error) {}
"""
LIMITS = {"memory", "timeout", "limit"}
HARMLESS = LIMITS | {"fail"}
SECONDS = 60  # for one bomb, on a machine that is busy
TOOL_SECONDS = 3.0  # in place of the 30 that a tool has


def nested_closures(depth: int) -> str:
    """Return functions in functions, each called twice, of which the compiler makes ever more copies."""
    opened = "".join(f"f{i} := func(a{i} int) int {{\n" for i in range(depth))
    closed = "".join(f"}}\nreturn f{i}(a) + f{i}(a+1)\n" for i in reversed(range(depth)))
    return f"func Fee(a int) int {{\n{opened}return a\n{closed}}}\n"


def doubled_strings(times: int) -> str:
    """Return a constant string of `times` doublings: 3 GiB of under 1 KiB of source."""
    doubled = "".join(f"const s{i + 1} = s{i} + s{i}\n" for i in range(times))
    return f'const s0 = "PASS PASS PASS "\n{doubled}\nfunc Fee(age int) int {{ return int(s{times}[age]) }}\n'


def wide_structs(depth: int) -> str:
    """Return a struct of eight structs of eight structs, to be compared field by field."""
    types = "".join(f"type t{i + 1} struct{{ a, b, c, d, e, f, g, h t{i} }}\n" for i in range(depth))
    compared = f"var x, y t{depth}\n\nfunc Fee(int) int {{\nif x == y {{\nreturn -1\n}}\nreturn -2\n}}\n"
    return f"type t0 struct{{ a int8; b string }}\n{types}\n{compared}"


def large_array(size: int) -> str:
    """Return an array that is not zero, and so lies in the binary."""
    return f"var data = [{size}]byte{{1, {size - 1}: 1}}\n\nfunc Fee(age int) int {{ return int(data[age]) - 2 }}\n"


def endless_generics() -> str:
    """Return a generic function that is instantiated with ever larger types."""
    pair = "type pair[A, B any] struct {\na A\nb B\n}\n"
    grow = "func grow[A any](n int, a A) int {\nif n == 0 {\nreturn -1\n}\nreturn grow(n-1, pair[A, A]{a, a})\n}\n"
    return f"{pair}\n{grow}\nfunc Fee(age int) int {{ return grow(age, age) }}\n"


def generic_tree(depth: int) -> str:
    """Return a type of two of the type before it, each a type of its own."""
    types = "".join(f"type t{i + 1} = two[t{i}, two[t{i}, int{8 << i % 4}]]\n" for i in range(depth))
    used = f"func Fee(int) int {{\nvar t any = t{depth}{{}}\n_ = t\nreturn -1\n}}\n"
    return f"type two[A, B any] struct {{\na A\nb B\n}}\ntype t0 = two[int8, int16]\n{types}\n{used}"


def nested_parentheses(depth: int) -> str:
    """Return an expression deeper than a parser's stack."""
    return f"func Fee(int) int {{ return {'(' * depth}-1{')' * depth} }}\n"


def many_closures(count: int) -> str:
    """Return as many closures as fit into an answer."""
    closures = "".join(f"func f{i}(m map[any]any) any {{ return func() any {{ m[{i}] = m; return m }} }}\n" for i in range(count))
    return f"{closures}\nfunc Fee(int) int {{ return -1 }}\n"


def long_sum(count: int) -> str:
    """Return one expression of very many operands that are not constant."""
    return f"func Fee(a int) int {{ return {'a+' * count}a }}\n"


def cases_of_a_switch(count: int) -> str:
    """Return a switch of strings with very many cases."""
    cases = "".join(f'case "{i:x}":\nreturn {i}\n' for i in range(count))
    return f"func name(s string) int {{\nswitch s {{\n{cases}}}\nreturn -1\n}}\n\nfunc Fee(int) int {{ return name(ErrFull.Error()) }}\n"


def huge_number() -> str:
    """Return constants whose digits would fill a book."""
    return "const c = 1e9999999 * 1e9999999 / 1e9999998\n\nfunc Fee(int) int { return int(c - c) - 1 }\n"


BOMBS = {
    "nested closures": (nested_closures(300), HARMLESS | {"build"}),
    "doubled strings": (doubled_strings(28), LIMITS | {"build"}),
    "wide structs": (wide_structs(10), HARMLESS | {"build"}),
    "large array": (large_array(512 << 20), LIMITS | {"build"}),
    "endless generics": (endless_generics(), LIMITS | {"build"}),
    "generic tree": (generic_tree(22), HARMLESS | {"build"}),
    "nested parentheses": (nested_parentheses(100_000), HARMLESS | {"build"}),
    "many closures": (many_closures(2_500), HARMLESS),
    "long sum": (long_sum(100_000), HARMLESS | {"build"}),
    "switch of strings": (cases_of_a_switch(6_000), HARMLESS | {"panic"}),
    "huge number": (huge_number(), HARMLESS | {"build"}),
}


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "LIMITS", replace(build.LIMITS, seconds=TOOL_SECONDS))


@pytest.mark.parametrize(("text", "endings"), BOMBS.values(), ids=BOMBS.keys())
def test_production(text: str, endings: set[str], machine: Machine) -> None:
    """A bomb is refused by its size, or ends at a limit or as code that fails; in bounded time, and nothing stays behind."""
    start = time.monotonic()
    verdict = asyncio.run(check(attempt(STUB + text)))
    assert time.monotonic() - start < SECONDS
    assert (verdict.points, earned(verdict)) == (0, [])
    assert verdict.status in endings | {"refused"}, verdict
    assert {refusal.rule for refusal in verdict.refusals} <= {"size"}
    assert verdict.detail or verdict.status not in LIMITS or verdict.tests
    assert machine.left() == []


@pytest.mark.parametrize(("text", "endings"), BOMBS.values(), ids=BOMBS.keys())
def test_without_the_guard(text: str, endings: set[str], machine: Machine, boxes: dict[str, Sandbox]) -> None:
    """Without the guard, the compile stage's own limits hold a bomb."""
    start = time.monotonic()
    (found,) = asyncio.run(without_guard(STUB + text, next(iter(boxes.values())))).values()
    assert time.monotonic() - start < SECONDS
    assert found[0] in endings, found
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 3 << 20  # KiB: no tool had more than the limit and its overshoot
    assert machine.left() == []
