"""The contract of an exercise: what `goprod verify` proves, variant by variant."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from grader import guard, pack, process, toolchain
from grader.attempt import Attempt
from grader.check import check
from grader.errors import AttemptError
from grader.judge import test_sources
from grader.manifest import WHOLE, line_of
from grader.recognise import expected, failures, fits, words
from grader.repeat import repeat as repeat_tests

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from grader.course import Exercise, Variant
    from grader.manifest import Broken
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
                await _repeat(proof, name, attempt, repeat - 1)
            progress(f"{exercise.slug} {name}")

    await asyncio.gather(*(one(name, attempt) for name, attempt in attempts.items()))
    for name in attempts:
        proof.problems += (f"{name}: {problem}" for problem in _judge(proof, name))
    return proof


def _attempt(exercise: Exercise, variant: Variant) -> Attempt:
    """Read a variant's answer files. A variant holds only those that it replaces."""
    texts = {name: exercise.read(name) for name in exercise.manifest.answer}
    if variant.kind == "solution":
        return Attempt.from_texts(exercise, texts)
    found = {path.name: path.read_bytes() for path in variant.folder.iterdir() if path.is_file()}
    if not found:
        raise AttemptError(f"{variant.folder} holds no file. Put the answer files there.")
    return Attempt.from_texts(exercise, {**texts, **found})


def _static(exercise: Exercise) -> Iterator[str]:
    """Yield what is wrong before anything runs."""
    yield from _gaps(exercise)
    manifest = exercise.manifest
    names = (*manifest.answer, *manifest.given, *exercise.test_files, *(f"broken/{name}" for name in manifest.answer))
    if missing := [name for name in names if not (exercise.folder / name).is_file()]:
        yield from (str(exercise.missing(name)).removeprefix(f"{exercise.folder}/") for name in missing)
        return
    if manifest.broken is None:
        yield "exercise.toml: there is no [broken]. Say which tests fail on broken/, and why"
        return
    yield from _tests(exercise, manifest.broken)
    yield from _folders(exercise)


def _gaps(exercise: Exercise) -> Iterator[str]:
    """Yield what a skeleton leaves to the author."""
    for path in sorted(exercise.folder.rglob("*")):
        if path.is_file() and path.suffix in {".go", ".toml", ".md"}:
            for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
                if SKELETON in line:
                    gap = line.partition(SKELETON)[2].strip(' ",')
                    yield f"{path.relative_to(exercise.folder)}:{number}: to write: {gap}"


def _tests(exercise: Exercise, broken: Broken) -> Iterator[str]:
    """Yield where [tests], the test files and [broken] disagree."""
    tests = exercise.manifest.tests
    written = {}
    for file in exercise.test_files:
        for number, line in enumerate(exercise.read(file).split("\n"), 1):
            if found := re.match(r"func (Test\w+)\(", line):
                written[found[1]] = f"{file}:{number}"
    for name in sorted(tests.keys() - written.keys()):
        yield f"{_place(exercise, 'tests', name)}: no test file has it. Write it, or take it out"
    for name in sorted(written.keys() - tests.keys()):
        yield f"{written[name]}: {name} is not declared in [tests]. Give it `points` if broken/ fails it, else a `cost`"
    whole = expected(broken.fails, tests)
    for name, entry in tests.items():
        if "*" not in whole and (entry.points is None) == (name in whole):
            yield f"{_place(exercise, 'tests', name)}: a test that broken/ fails has points, one that it passes has a cost"


def _folders(exercise: Exercise) -> Iterator[str]:
    """Yield where the manifest and the folders of variants disagree."""
    manifest = exercise.manifest
    for kind, names in (("wrong", manifest.wrong), ("accept", manifest.accept)):
        folder = exercise.folder / kind
        there = {path.name for path in folder.iterdir() if path.is_dir()} if folder.is_dir() else set()
        for name in sorted(names.keys() - there):
            yield f"{_place(exercise, kind, name)}: there is no folder {kind}/{name}/. Write it, or take the entry out"
        if kind == "wrong":
            yield from (f"wrong/{name} is not in the manifest. Add [wrong.{name}]" for name in sorted(there - names.keys()))


def _place(exercise: Exercise, *keys: str) -> str:
    """Say where in the manifest a key stands."""
    return f"exercise.toml:{line_of(exercise.read('exercise.toml'), list(keys))}: `{'.'.join(keys)}`"


def _remarks(exercise: Exercise) -> Iterator[str]:
    """Yield what an exercise lacks that is good to have."""
    manifest = exercise.manifest
    there = [variant.name for variant in exercise.variants()]
    for kind, least in LEAST.items():
        if sum(name.startswith(f"{kind}/") for name in there) < least:
            yield f"{kind}/ has fewer than {least} folders: that many show that the tests judge, and do not compare"
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
    verdict = proof.verdicts[name]
    if verdict.status in {"infra", "invalid"}:
        yield f"could not be judged: {verdict.fault} {verdict.detail}".rstrip()
        return
    if verdict.status in WHOLE and _wanted(proof, name).get("*") != verdict.status:
        yield _shut_out(verdict)
        return
    yield from _failing(proof, name)
    yield from _earning(proof, name)
    yield from _spoken(proof, name)
    yield from _spoken_in_a_pack(proof, name)


def _wanted(proof: Proof, name: str) -> dict[str, str]:
    """Return how a variant fails by the manifest."""
    manifest = proof.exercise.manifest
    kind, _, short = name.partition("/")
    fails = {"broken": manifest.broken, "wrong": manifest.wrong.get(short)}.get(kind)
    return expected(fails.fails, manifest.tests) if fails else {}


def _shut_out(verdict: Verdict) -> str:
    """Say why no test ran, and where the author allows what was refused."""
    if verdict.refusals:
        first = verdict.refusals[0]
        listed = " `imports` in exercise.toml is that list" if first.rule == "import" else ""
        return f"is refused: {first.file}:{first.line}: {first.text}{listed}"
    said = f"{verdict.errors[0].file}:{verdict.errors[0].line}: {verdict.errors[0].text.splitlines()[0]}" if verdict.errors else ""
    return f"does not pass {'the compiler' if verdict.status == 'build' else 'vet'}: {said}"


def _failing(proof: Proof, name: str) -> Iterator[str]:
    """Yield which tests end otherwise than declared."""
    verdict, want, found = proof.verdicts[name], _wanted(proof, name), failures(proof.verdicts[name])
    for test in sorted(want.keys() | found.keys()):
        if (ends := found.get(test, "pass")) != (should := want.get(test, "pass")):
            yield f"{test} is {ends}, the manifest says {should}{_said(verdict, test)}"


def _earning(proof: Proof, name: str) -> Iterator[str]:
    """Yield what earns more or less than its kind may; what is worth a second look is a remark."""
    verdict, kind = proof.verdicts[name], name.partition("/")[0]
    if kind == "broken" and verdict.points:
        yield f"earns {verdict.points}; untouched code earns 0"
    if kind == "wrong" and verdict.points >= verdict.max:
        yield f"earns all {verdict.max} points"
    elif kind == "wrong" and verdict.points * 2 > verdict.max:
        proof.remarks.append(f"{name} earns {verdict.points} of {verdict.max}: more than half")
    if kind in {"solution", "accept"} and not failures(verdict) and verdict.points != verdict.max:
        yield f"earns {verdict.points} of {verdict.max}"


def _spoken(proof: Proof, name: str) -> Iterator[str]:
    """Yield the entry that speaks to the wrong variant, or to none."""
    verdict, manifest = proof.verdicts[name], proof.exercise.manifest
    kind, _, short = name.partition("/")
    spoke = verdict.wrong.name if verdict.wrong else None
    if kind == "wrong" and spoke != short:
        yield f"gets the message of {spoke}" if spoke else "gets no message: its entry does not fit it"
    if kind == "broken":  # the verdict on untouched code names none: ask what it would be after a change that changes nothing
        for entry, wrong in manifest.wrong.items():
            if fits(wrong, failures(verdict), manifest.tests, words(verdict), proof.code[name]):
                yield f"fits the entry {entry}: add an `output` or `code` pattern there"


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
    if test is None:
        return ""
    said = [message.text for message in test.messages] or [test.panic]
    return f": {said[0].splitlines()[0][:160]}" if said and said[0] else ""


async def _repeat(proof: Proof, name: str, attempt: Attempt, times: int) -> None:
    """Run a variant's tests again; a flip is a run that ends otherwise."""
    proof.runs += 1 + times
    if first := {test.name: test.status for test in proof.verdicts[name].tests}:
        proof.flips += [f"{name}: {flip}" for flip in await repeat_tests(attempt, first, times)]
