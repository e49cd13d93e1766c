"""Commands for authors: new, verify, matrix, build; and doctor and warm for who sets a machine up."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from grader.cli.options import as_json, with_cohort, with_course
from grader.course import Course
from grader.errors import CourseError

if TYPE_CHECKING:
    from grader.contract import Proof
    from grader.course import Exercise


@click.command()
@click.argument("slugs", nargs=-1)
@click.option("--phase", help="Only this phase, by slug or number.")
@click.option("--repeat", type=click.IntRange(min=1), default=1, help="Run each variant's tests so often, and count runs that differ.")
@with_course
@as_json
def verify(slugs: tuple[str, ...], phase: str | None, repeat: int, course: Course, *, as_json: bool) -> None:
    """Prove that exercises teach what they claim: every variant is judged and compared with the manifest."""
    exercises = _chosen(course, slugs, phase)
    proofs = asyncio.run(_prove(exercises, repeat, quiet=as_json))
    held, flips = sum(proof.holds for proof in proofs), sum(len(proof.flips) for proof in proofs)
    if as_json:
        keys = ("holds", "problems", "remarks", "runs", "flips")
        rows = [{"slug": proof.exercise.slug, **{key: getattr(proof, key) for key in keys}} for proof in proofs]
        click.echo(msgspec.json.format(msgspec.json.encode(rows), indent=2))
    else:
        if repeat > 1:
            click.echo(f"{sum(proof.runs for proof in proofs)} runs of a variant's tests.")
        click.echo(f"{held} of {len(proofs)} exercises hold, {flips} flips")
    sys.exit(0 if held == len(proofs) else 1)


def _chosen(course: Course, slugs: tuple[str, ...], phase: str | None) -> list[Exercise]:
    if slugs:
        return [course.exercise(slug) for slug in slugs]
    return course.exercises(course.phase(phase) if phase else None)


async def _prove(exercises: list[Exercise], repeat: int, *, quiet: bool) -> list[Proof]:
    from rich.console import Console

    from grader import contract

    proofs = []
    console = Console(stderr=True, quiet=quiet)
    with console.status("") as status:
        for exercise in exercises:
            proof = await contract.verify(exercise, repeat=repeat, progress=status.update)
            proofs.append(proof)
            if not quiet:
                _print(proof)
    return proofs


def _print(proof: Proof) -> None:
    sign = "✓" if proof.holds else "✗"
    click.echo(f"{sign} {proof.exercise.phase.slug}/{proof.exercise.slug}: {len(proof.verdicts)} variants")
    for line in (*proof.problems, *(f"flip: {flip}" for flip in proof.flips)):
        click.echo(f"    {line}")
    for line in proof.remarks:
        click.echo(f"    remark: {line}")


@click.command()
@click.argument("slug")
@with_course
@as_json
def matrix(slug: str, course: Course, *, as_json: bool) -> None:
    """Show how each variant of an exercise fares in each test."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    from grader import contract

    exercise = course.exercise(slug)
    proof = asyncio.run(contract.verify(exercise))
    tests = list(exercise.manifest.tests)
    rows = {
        name: {
            "points": verdict.points,
            "status": verdict.status,
            "tests": {test.name: test.status for test in verdict.tests},
            "message": verdict.wrong and verdict.wrong.name,
        }
        for name, verdict in proof.verdicts.items()
    }
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(rows), indent=2))
        sys.exit(0 if proof.holds else 1)
    table = Table(*("variant", "points", *map(str, range(1, len(tests) + 1)), "message"), box=box.SIMPLE)
    for column in table.columns:
        column.no_wrap = True
    for name in (name for name in (v.name for v in exercise.variants()) if name in proof.verdicts):
        verdict = proof.verdicts[name]
        statuses = {t.name: t.status for t in verdict.tests}
        cells = ["·" if statuses.get(test) == "pass" else statuses.get(test, verdict.status) for test in tests]
        table.add_row(name, f"{verdict.points} of {verdict.max}", *cells, verdict.wrong.name if verdict.wrong else "")
    console = Console(width=None if sys.stdout.isatty() else 160)
    console.print(table)
    for number, test in enumerate(tests, 1):
        entry = exercise.manifest.tests[test]
        console.print(f"{number:>3} {test}: {f'{entry.points} points' if entry.points else f'costs {entry.cost}'}", highlight=False)
    for problem in proof.problems:
        console.print(f"✗ {problem}", highlight=False, markup=False)
    sys.exit(0 if proof.holds else 1)


@click.command()
@click.argument("place", metavar="PHASE/SLUG")
@with_course
def new(place: str, course: Course) -> None:
    """Write the skeleton of an exercise, which `goprod verify` explains its way through."""
    from grader.skeleton import write

    folder = write(course, place)
    click.echo(f"{folder} is ready. `goprod verify {folder.name}` says what to write next.")


@click.command()
@click.argument("phases", nargs=-1)
@click.option("--check", "only_check", is_flag=True, help="Write nothing; tell what is out of date.")
@click.option(
    "--zip",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Also write each release as FOLDER/PHASE.zip, for people without the exchange.",
)
@with_cohort
def build(phases: tuple[str, ...], folder: Path | None, course: Course, *, only_check: bool) -> None:
    """Write the notebooks of source/ and release/ from the lessons and exercises."""
    from grader.hosts import archive, release

    if folder and only_check:
        raise click.UsageError("--check writes nothing. Leave --zip out, or --check.")
    chosen = [course.phase(name) for name in phases] or course.phases
    run = release.check if only_check else release.build
    changed = [line for phase in chosen for line in run(course, phase)]
    for line in changed:
        click.echo(line)
    if only_check:
        click.echo("release/ is out of date. Run `goprod build` and commit it." if changed else "release/ is up to date.")
    elif not changed:
        click.echo("source/ and release/ were up to date.")
    if folder:
        for phase in chosen:
            click.echo(f"{archive.write(course, phase, folder)} is written.")
    sys.exit(1 if only_check and changed else 0)


@click.command()
@with_course
def warm(course: Course) -> None:
    """Build now what the first checks would have to wait for: Go's archives and the grader's programs."""
    from grader import sandbox, toolchain

    async def all_of_it() -> None:
        tools = toolchain.find()
        await sandbox.ladder(tools)
        for name in ("guard", "scratch"):
            await tools.program(name)
        for exercise in course.exercises():
            await tools.importcfg(exercise)

    asyncio.run(all_of_it())
    click.echo("Ready: the first check will not have to wait.")


@click.command()
@as_json
def doctor(*, as_json: bool) -> None:
    """Tell what this machine has: Go, a C compiler, the rungs of the sandbox, the kernel."""
    from grader.doctor import examine

    try:
        least = Course.find(Path.cwd()).rung
    except CourseError:
        least = None
    findings = examine(least)
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(findings), indent=2))
    else:
        for finding in findings:
            click.echo(f"{'✓' if finding.good else '✗' if finding.needed else '–'} {finding.what}: {finding.detail}")
    sys.exit(0 if all(finding.good or not finding.needed for finding in findings) else 1)


COMMANDS = (verify, matrix, new, build, warm, doctor)
