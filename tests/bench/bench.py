"""Measures speed and memory, as ratios within one run: the machines are noisy, so absolute times say little.

Every row compares with what a person would use otherwise, in turn, on the same input;
`limit` is what the project promises. Run with `make bench`. Exits 1 if a limit is broken.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
from jupyter_client.manager import KernelManager
from rich.console import Console
from rich.table import Table

from grader import contract, guard, process, sandbox, toolchain
from grader.attempt import Attempt
from grader.build import build
from grader.check import check
from grader.course import Course, Exercise
from grader.judge import run_tests
from grader.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ROOT = Path(__file__).parents[2]
BIG = Path(__file__).parent / "course"  # one exercise that imports net/http and testify
ROUNDS = 9


@dataclass(frozen=True)
class Row:
    """One measurement: what, how much, the most that it may be (or the least), and both sides in words."""

    what: str
    value: float
    limit: float
    unit: str
    detail: str
    least: bool = False

    @property
    def broken(self) -> bool:
        """Whether the limit is broken."""
        return self.value < self.limit if self.least else self.value > self.limit


def copy_of(course: Path, folder: Path) -> Course:
    """Copy a course, so that its files may be changed between two runs."""
    target = folder / course.name
    shutil.copytree(course, target, ignore=shutil.ignore_patterns("learn", "source", "release"))
    return Course(target)


async def check_against_go_test(what: str, exercise: Exercise, limit: float) -> Row:
    """Compare a warm check, cell to verdict, with plain `go test -race -count=1` on the same change."""
    tools = toolchain.find()
    (name,) = exercise.manifest.answer
    text = exercise.read(name)
    ours, plain = [], []
    for number in range(ROUNDS + 1):
        changed = f"{text}\n// change {number}\n"
        start = time.perf_counter()
        verdict = await check(Attempt.from_texts(exercise, {name: changed}))
        middle = time.perf_counter()
        (exercise.folder / name).write_text(changed, encoding="utf-8")
        done = await process.run([str(tools.go), "test", "-race", "-count=1", "."], cwd=exercise.folder, env=tools.env)
        end = time.perf_counter()
        (exercise.folder / name).write_text(text, encoding="utf-8")
        if not verdict.passed or done.code:
            sys.exit(f"{exercise.slug} must pass for the bench: {verdict.status} {verdict.detail} {done.stdout}{done.stderr}")
        if number:  # the first warms
            ours.append(middle - start)
            plain.append(end - middle)
    ratio = statistics.median(a / b for a, b in zip(ours, plain, strict=True))
    return Row(what, ratio, limit, "×", f"{statistics.median(ours):.3f} s, go test {statistics.median(plain):.3f} s")


async def unchanged(exercise: Exercise) -> Row:
    """Time a check of what was judged before."""
    store = Store(None)
    attempt = Attempt.from_texts(exercise, {n: exercise.read(n) for n in exercise.manifest.answer})
    await check(attempt, store=store)
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        await check(attempt, store=store)
        times.append(time.perf_counter() - start)
    return Row("an unchanged check", statistics.median(times) * 1000, 20, "ms", "the verdict comes from the store")


async def sandboxes(exercise: Exercise) -> list[Row]:
    """Compare the build and the tests of a right answer on each rung with the same on none."""
    tools = toolchain.find()
    attempt = Attempt.from_texts(exercise, {n: exercise.read(n) for n in exercise.manifest.answer})
    importcfg = await tools.importcfg(exercise)
    inspection = await guard.inspect(attempt, tools, importcfg)
    bare = sandbox.Sandbox("none")
    boxes = [bare, *(found.sandbox for found in await sandbox.ladder(tools) if found.sandbox)]
    times: dict[str, list[tuple[float, float]]] = {box.rung: [] for box in boxes}
    for _ in range(ROUNDS):
        for box in boxes:
            with tempfile.TemporaryDirectory() as folder:
                start = time.perf_counter()
                built = await build(attempt, tools, importcfg, Path(folder), box)
                middle = time.perf_counter()
                if built.binary is None:
                    sys.exit(f"{exercise.slug} must build for the bench: {built}")
                results = await run_tests(exercise, built.binary, inspection, box)
                times[box.rung].append((middle - start, time.perf_counter() - middle))
                if any(result.status != "pass" for result in results):
                    sys.exit(f"{exercise.slug} must pass on {box.rung} for the bench: {results}")
    rows = []
    for box in boxes[1:]:
        added = [
            [(ours[stage] - none[stage]) * 1000 for ours, none in zip(times[box.rung], times["none"], strict=True)] for stage in (0, 1)
        ]
        both = statistics.median(map(sum, zip(*added, strict=True)))
        stages = f"build {statistics.median(added[0]):+.0f} ms, {len(exercise.manifest.tests)} tests {statistics.median(added[1]):+.0f} ms"
        rows.append(Row(f"a check on {box.rung}, above none", both, 60, "ms", stages))
    return rows


def kernel(name: str) -> tuple[float, int]:
    """Return the seconds from start to idle and the resident bytes at rest of a kernel."""
    start = time.perf_counter()
    manager = KernelManager(kernel_name=name)
    manager.start_kernel(cwd=str(ROOT / "course"), env=dict(os.environ))
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=60)
    seconds = time.perf_counter() - start
    time.sleep(0.5)
    memory = psutil.Process(getattr(manager.provisioner, "pid", None)).memory_info().rss
    client.stop_channels()
    manager.shutdown_kernel(now=True)
    return seconds, memory


def kernels() -> list[Row]:
    """Compare our kernel's start with plain ipykernel's, and weigh it at rest."""
    pairs = [(kernel("goprod"), kernel("python3")) for _ in range(5)]
    ratio = statistics.median(ours[0] / plain[0] for ours, plain in pairs)
    ours, plain = (statistics.median(pair[side][0] for pair in pairs) for side in (0, 1))
    memory = statistics.median(pair[0][1] for pair in pairs) / 2**20
    python = statistics.median(pair[1][1] for pair in pairs) / 2**20
    return [
        Row("kernel start to idle", ratio, 1.5, "×", f"{ours:.2f} s, ipykernel {plain:.2f} s"),
        Row("kernel memory at rest", memory, 120, "MB", f"ipykernel {python:.0f} MB"),
    ]


async def verify_phase(course: Course) -> Row:
    """Time `goprod verify --phase 3` with a warm build cache."""
    start = time.perf_counter()
    proofs = [await contract.verify(exercise) for exercise in course.exercises(course.phase("3"))]
    seconds = time.perf_counter() - start
    variants = sum(len(proof.verdicts) for proof in proofs)
    held = sum(proof.holds for proof in proofs)
    return Row("verify of phase 3", seconds, 90, "s", f"{held} of {len(proofs)} hold, {variants} variants")


async def measure(progress: Callable[[str], None]) -> list[Row]:
    """Take every measurement."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        small, big = copy_of(ROOT / "course", Path(folder)), copy_of(BIG, Path(folder) / "big")
        progress("a small exercise")
        rows.append(await check_against_go_test("warm check, small", small.exercise("unlocked-read"), 0.35))
        progress("net/http and testify")
        rows.append(await check_against_go_test("warm check, net/http and testify", big.exercises()[0], 0.55))
        progress("unchanged")
        rows.append(await unchanged(small.exercise("unlocked-read")))
        progress("sandboxes")
        rows += await sandboxes(small.exercise("shared-append"))
        progress("verify")
        rows.append(await verify_phase(small))
    progress("kernels")
    return rows + kernels()


def show(rows: Sequence[Row]) -> bool:
    """Print the table, with a mark where a limit is broken; return whether one is."""
    table = Table("what", "measured", "limit", "in figures", title=f"{os.cpu_count()} processors, medians")
    for row in rows:
        limit = f"{'at least ' if row.least else ''}{row.limit:g} {row.unit}"
        table.add_row(row.what, f"{'✗ ' if row.broken else ''}{row.value:.2f} {row.unit}", limit, row.detail)
    Console(width=None if sys.stdout.isatty() else 120).print(table)
    return any(row.broken for row in rows)


def main() -> None:
    """Measure and print the table."""
    with Console(stderr=True).status("") as status:
        rows = asyncio.run(measure(status.update))
    sys.exit(show(rows))


if __name__ == "__main__":
    main()
