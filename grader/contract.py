"""The contract of an exercise: what `goprod verify` proves, variant by variant."""

from __future__ import annotations

import asyncio
import re
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from grader import guard, pack, process, toolchain
from grader.attempt import Attempt
from grader.build import build
from grader.check import check
from grader.errors import AttemptError, InfraError
from grader.judge import run_tests, test_sources
from grader.recognise import expected, failures, fits, words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from grader.course import Exercise, Variant
    from grader.verdict import Verdict

SKELETON = "SKELETON:"
"""Marks what `goprod new` leaves to the author; what follows says what to write."""

LEAST = {"wrong": 2, "accept": 2}
"""How many known wrong and other right fixes an exercise has at least."""

LADDER = 3
"""Hints of an exercise."""

PARALLEL = 2  # variants at a time: a build keeps more than one core busy


@dataclass
class Proof:
    """What came of verifying one exercise: problems break the contract, remarks do not."""

    exercise: Exercise
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    code: dict[str, str] = field(default_factory=dict)
    """Each variant's answer without its comments."""
    problems: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    runs: int = 0
    flips: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether the contract holds."""
        return not self.problems and not self.flips


async def verify(exercise: Exercise, *, repeat: int = 1, progress: Callable[[str], None] = lambda _: None) -> Proof:
    """Prove an exercise: judge every variant and compare with the manifest.

    With `repeat` over 1, each variant's tests run that often, on one and on several
    processors in turn, and a run that differs from the first is a flip.
    `progress` is called with each variant's name once it is judged.
    Raises ToolchainError if there is no Go.
    """
    proof = Proof(exercise)
    proof.problems += _static(exercise)
    if proof.problems:
        return proof  # its tests would only repeat in Go's words what is missing
    proof.remarks += _remarks(exercise)
    proof.problems += await _formatted(exercise)
    attempts = {}
    for variant in exercise.variants():
        try:
            attempts[variant.name] = _attempt(exercise, variant)
        except AttemptError as error:
            proof.problems.append(f"{variant.name}: {error}")
    turns = asyncio.Semaphore(PARALLEL)

    async def one(name: str, attempt: Attempt) -> None:
        async with turns:
            proof.verdicts[name] = await check(attempt)
            proof.code[name] = await _code(attempt)
            if repeat > 1:
                await _repeat(proof, name, attempt, repeat)
            progress(f"{exercise.slug} {name}")

    await asyncio.gather(*(one(name, attempt) for name, attempt in attempts.items()))
    for name in attempts:
        proof.problems += (f"{name}: {problem}" for problem in _judge(proof, name))
    return proof


def _attempt(exercise: Exercise, variant: Variant) -> Attempt:
    """Read a variant's answer files. A variant holds only those that it replaces."""
    answer = exercise.manifest.answer
    if variant.kind == "solution":
        return Attempt.from_texts(exercise, {name: exercise.read(name) for name in answer})
    texts = {name: exercise.read(name) for name in answer}
    found = {path.name: path.read_bytes() for path in variant.folder.iterdir() if path.is_file()}
    if not found:
        raise AttemptError(f"{variant.folder} holds no file. Put the answer files there.")
    return Attempt.from_texts(exercise, {**texts, **found})


def _static(exercise: Exercise) -> Iterator[str]:
    """Yield what is wrong before anything runs."""
    manifest = exercise.manifest
    for path in sorted(exercise.folder.rglob("*")):
        if path.is_file() and path.suffix in {".go", ".toml", ".md"}:
            for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
                if SKELETON in line:
                    yield f"{path.relative_to(exercise.folder)}:{number}: to write: {line.partition(SKELETON)[2].strip(' ",')}"
    missing = [name for name in (*manifest.answer, *manifest.given, *exercise.test_files) if not (exercise.folder / name).is_file()]
    missing += [f"broken/{name}" for name in manifest.answer if not (exercise.folder / "broken" / name).is_file()]
    yield from (f"exercise.toml names {name}, which is missing" for name in missing)
    if missing:
        return
    if manifest.broken is None:
        yield "exercise.toml has no [broken]: say which tests fail on broken/, and why"
        return
    sources = test_sources(exercise)
    for name in manifest.tests.keys() - sources.keys():
        yield f"[tests] declares {name}, which no test file has"
    written = {n for file in exercise.test_files for n in re.findall(r"^func (Test\w+)\(", exercise.read(file), re.MULTILINE)}
    for name in sorted(written - manifest.tests.keys()):
        yield f"{name} is not declared in [tests]: give it `points` if broken/ fails it, else a `cost`"
    whole = expected(manifest.broken.fails, manifest.tests)
    for name, entry in manifest.tests.items():
        if "*" not in whole and (entry.points is None) == (name in whole):
            yield f"{name}: a test that broken/ fails has points, one that it passes has a cost"
    there = {variant.name for variant in exercise.variants()}
    for name in manifest.wrong.keys() - {v.removeprefix("wrong/") for v in there}:
        yield f"[wrong.{name}] has no folder wrong/{name}/"
    yield from (f"{v} is not in the manifest: add [{v.replace('/', '.')}]" for v in sorted(there) if v.startswith("wrong/") and v[6:] not in manifest.wrong)


def _remarks(exercise: Exercise) -> Iterator[str]:
    """Yield what an exercise lacks that is good to have."""
    manifest = exercise.manifest
    there = [variant.name for variant in exercise.variants()]
    for kind, least in LEAST.items():
        if (count := sum(name.startswith(f"{kind}/") for name in there)) < least:
            yield f"{kind}/ has {count} folders: {least} show that the tests judge, and do not compare"
    for name in there:
        if name.startswith("accept/") and name[7:] not in manifest.accept:
            yield f"{name} has no title and note: add [{name.replace('/', '.')}]"
    if len(manifest.hints) != LADDER:
        yield f"there are {len(manifest.hints)} hints: a ladder has {LADDER}, a question, the idea, the plan"
    for name, source in test_sources(exercise).items():
        if not source.story:
            yield f"{name} has no doc comment: it speaks for the test when that races, crashes or hangs"


async def _formatted(exercise: Exercise) -> list[str]:
    """Return what gofmt and vet object to in our own files."""
    tools = toolchain.find()
    fmt, vet = await asyncio.gather(
        process.run([str(tools.goroot / "bin" / "gofmt"), "-l", "."], env=tools.env, cwd=exercise.folder),
        process.run([str(tools.go), "vet", "."], env=tools.env, cwd=exercise.folder),
    )
    problems = [f"{name} is not formatted: run gofmt -w on it" for name in fmt.stdout.split()]
    if fmt.code:
        problems.append(f"gofmt: {fmt.stderr.strip()[:500]}")
    if vet.code:
        problems.append(f"go vet: {vet.stderr.strip()[:500]}")
    return problems


def _judge(proof: Proof, name: str) -> Iterator[str]:
    """Yield how a variant's verdict differs from what the manifest says."""
    verdict, manifest = proof.verdicts[name], proof.exercise.manifest
    kind, _, short = name.partition("/")
    if verdict.status in {"infra", "invalid"}:
        yield f"could not be judged: {verdict.fault} {verdict.detail}".rstrip()
        return
    fails = {"broken": manifest.broken, "wrong": manifest.wrong.get(short)}.get(kind)
    want = expected(fails.fails, manifest.tests) if fails else {}
    found = failures(verdict)
    for check_name in sorted(want.keys() | found.keys()):
        if want.get(check_name, "pass") != found.get(check_name, "pass"):
            yield f"{check_name} is {found.get(check_name, 'pass')}, the manifest says {want.get(check_name, 'pass')}{_said(verdict, check_name)}"
    spoke = verdict.wrong.name if verdict.wrong else None
    if kind == "broken" and verdict.points:
        yield f"earns {verdict.points}; untouched code earns 0"
    if kind == "wrong":
        if verdict.points >= verdict.max:
            yield f"earns all {verdict.max} points"
        elif verdict.points * 2 > verdict.max:
            proof.remarks.append(f"{name} earns {verdict.points} of {verdict.max}: more than half")
        if spoke != short:
            yield f"gets the message of {spoke}" if spoke else "gets no message: its entry does not fit it"
    if kind in {"solution", "accept"} and not found and verdict.points != verdict.max:
        yield f"earns {verdict.points} of {verdict.max}"
    yield from _spoken_in_a_pack(proof, name)


def _spoken_in_a_pack(proof: Proof, name: str) -> Iterator[str]:
    """Yield the wrong entry that speaks to the wrong variant where only the visible tests are."""
    kind, _, short = name.partition("/")
    verdict, released = proof.verdicts[name], pack.released(proof.exercise)
    found = failures(verdict, visible_only=True)
    if kind not in {"broken", "wrong"} or not found:
        return
    output = words(verdict, visible_only=True)
    for entry, wrong in released.wrong.items():
        if fits(wrong, found, released.tests, output, proof.code[name]):
            if entry != short:
                yield f"with the visible tests alone it gets the message of {entry}: add an `output` or `code` pattern there"
            return


async def _code(attempt: Attempt) -> str:
    tools = toolchain.find()
    inspection = await guard.inspect(attempt, tools, await tools.importcfg(attempt.exercise))
    return "\n".join(inspection.code.values())


def _said(verdict: Verdict, name: str) -> str:
    test = next((t for t in verdict.tests if t.name == name), None)
    said = [m.text for m in test.messages] or [test.panic] if test else [t.text for t in (*verdict.refusals, *verdict.errors)]
    return f": {said[0].splitlines()[0][:160]}" if said and said[0] else ""


async def _repeat(proof: Proof, name: str, attempt: Attempt, repeat: int) -> None:
    """Run a variant's tests again and again; note every run that differs."""
    first = failures(proof.verdicts[name])
    proof.runs += repeat
    if "*" in first:
        return
    tools = toolchain.find()
    importcfg = await tools.importcfg(attempt.exercise)
    inspection = await guard.inspect(attempt, tools, importcfg)
    seen: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="goprod-") as folder:
        built = await build(attempt, tools, importcfg, Path(folder))
        if built.binary is None:
            raise InfraError("verify", f"{attempt.exercise.slug} {name} built once and not again: {built.errors[:1]}")
        for turn in range(repeat - 1):
            tests = await run_tests(attempt.exercise, built.binary, inspection, processors=turn % 2 + 1)
            again = {test.name: test.status for test in tests if test.status != "pass"}
            for test in sorted(first.keys() | again.keys()):
                if (was := first.get(test, "pass")) != (now := again.get(test, "pass")):
                    seen[f"{name}: {test} was {was}, then {now}"] += 1
    proof.flips += [f"{what} ({times} of {repeat} runs)" for what, times in seen.items()]
