"""Every attack: no point, in production and without the guard on every rung, and nothing left behind."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from grader import judge
from grader.check import check
from tests.adversarial.attack import Attack, attacks, attempt, earned, without_guard

if TYPE_CHECKING:
    from grader.sandbox import Sandbox
    from tests.adversarial.machine import Machine

ATTACKS = attacks()
FEWEST = 90


@pytest.fixture(params=ATTACKS, ids=lambda attack: attack.name)
def attack(request: pytest.FixtureRequest) -> Attack:
    """Give each attack."""
    found: Attack = request.param
    return found


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judge, "_GRACE", 0.5)  # seconds, in place of 2: several attacks hang, in every test


def test_there_are_enough() -> None:
    """The suite has as many attacks as were asked for, and each that is not held by a layer alone says why."""
    assert len(ATTACKS) >= FEWEST
    assert [attack.name for attack in ATTACKS if "forged" in attack.bare + attack.rlimits and not attack.why] == []


def test_production(attack: Attack, machine: Machine) -> None:
    """As in production: the guard refuses it by the rule that is named, or it ends as is said; it never earns a point."""
    verdict = asyncio.run(check(attempt(attack.text)))
    assert (verdict.points, earned(verdict)) == (0, [])
    rules = {refusal.rule for refusal in verdict.refusals}
    if "passes" in attack.guard and not rules:
        assert verdict.status in attack.bare, verdict
    else:
        assert verdict.status == "refused", verdict
        assert rules & set(attack.guard)
    assert machine.left() == []


def test_without_the_guard(attack: Attack, machine: Machine, boxes: dict[str, Sandbox]) -> None:
    """Without the guard, sandbox and record still give no point, on each rung; where one cannot, that is declared, and happens."""
    rungs = [rung for rung in boxes if not (attack.guard == ("passes",) and rung == "bubblewrap")]  # that is production
    endings = asyncio.run(without_guard(attack.text, *(boxes[rung] for rung in rungs)))
    for rung, (ending, said) in endings.items():
        assert ending in attack.endings(rung), f"{rung}: {ending}\n{said}"
    left = machine.left()
    assert (left != []) == (attack.leaves in rungs), left
