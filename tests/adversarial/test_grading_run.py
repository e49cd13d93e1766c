"""A grading run in which every second attempt is an attack: the honest have their points, and no attack has any."""

from __future__ import annotations

import itertools
import random
import re
import time
from typing import TYPE_CHECKING

from grader.check import check_many
from tests.adversarial.attack import attacks, attempt, earned, victim

if TYPE_CHECKING:
    from grader.attempt import Attempt
    from tests.adversarial.machine import Machine

EACH = 50
SECONDS = 240  # for all of them, on a machine that is busy
FIXES = (  # what broken/ says, what is right, and its points
    ("len(g.inside) > g.places", "len(g.inside) >= g.places", 6),
    ("range g.inside[min(1, len(g.inside)):]", "range g.inside", 2),
    ("age < 12", "age < 18", 2),
)
NAMES = {"g": ("self", "house", "g"), "inside": ("visitors", "names", "inside"), "age": ("years", "age", "n"), "name": ("who", "name", "v")}


def rewritten(text: str, seed: int) -> str:
    """Return the same program with other names and its declarations in another order."""
    chance = random.Random(seed)  # noqa: S311 - the same programs in every run
    for name, others in NAMES.items():
        text = re.sub(rf'(?<!")\b{name}\b(?!")', chance.choice(others), text)
    head, *declarations = re.split(r"\n\n(?=// )", text.strip())
    chance.shuffle(declarations)
    return "\n\n".join([head, *declarations]) + "\n"


def honest() -> list[tuple[Attempt, int]]:
    """Return honest attempts, whole, partial and in vain, each with the points that it earns."""
    broken = victim().broken["gate.go"]
    found = [(attempt(victim().read("gate.go")), victim().manifest.full), (attempt(broken), 0)]
    for seed in itertools.count():
        for fixed in itertools.product((False, True), repeat=len(FIXES)):
            text, points = broken, 0
            for (wrong, right, worth), fix in zip(FIXES, fixed, strict=True):
                text, points = (text.replace(wrong, right), points + worth) if fix else (text, points)
            found.append((attempt(rewritten(text, seed)), points))
        if len(found) >= EACH:
            return found[:EACH]
    raise AssertionError


def test_the_honest_attempts_differ() -> None:
    """The honest attempts are as many as the attacks, of every outcome, and hardly two are the same text."""
    found = honest()
    assert len(found) == EACH
    assert {points for _, points in found} == {0, 2, 4, 6, 8, 10}
    assert len({mine.files["gate.go"] for mine, _ in found}) > EACH - 5


def test_a_grading_run(machine: Machine) -> None:
    """Attacks and honest attempts, interleaved, two at a time: each honest verdict is right, no attack earns a point, nothing is left."""
    every = attacks()
    chosen = [every[i * len(every) // EACH] for i in range(EACH)]
    mine = honest()
    start = time.monotonic()
    verdicts = check_many([each for attack, (right, _) in zip(chosen, mine, strict=True) for each in (attempt(attack.text), right)])
    assert time.monotonic() - start < SECONDS
    for attack, verdict in zip(chosen, verdicts[::2], strict=True):
        assert (attack.name, verdict.points, earned(verdict)) == (attack.name, 0, [])
    for (right, points), verdict in zip(mine, verdicts[1::2], strict=True):
        status = "not-attempted" if right.untouched else "pass" if points == victim().manifest.full else "fail"
        assert (verdict.status, verdict.points) == (status, points), right.files["gate.go"]
    assert machine.left() == []
