"""Orders and records: only the harness's exact answer is a pass."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from grader.records import Order

ORDER = Order("TestA", 10.0, on_fail="fedcba98" * 4, on_pass="0123456789abcdef" * 2)
PASS = b"0123456789abcdef0123456789abcdef TestA pass\n"
FAIL = b"fedcba98fedcba98fedcba98fedcba98 TestA fail\n"


@pytest.mark.parametrize(("seconds", "flag"), [(10.0, b"10s"), (0.5, b"0.5s"), (1, b"1s")])
def test_an_order_as_the_harness_reads_it(seconds: float, flag: bytes) -> None:
    """An order is one line: the two nonces, the test, the flags of the testing package."""
    order = Order("TestA", seconds, on_fail="d", on_pass="p").encode()  # noqa: S106 - a nonce
    assert order == b"d p TestA -test.v=test2json -test.timeout=" + flag + b" -test.paniconexit0\n"


def test_every_order_has_a_nonce_of_its_own() -> None:
    """No two orders share a nonce, nor pass and fail, and a nonce is 128 bits that nobody can guess."""
    orders = [Order("TestA", 1) for _ in range(100)]
    nonces = {order.on_fail for order in orders} | {order.on_pass for order in orders}
    assert len(nonces) == 200
    assert {len(bytes.fromhex(nonce)) for nonce in nonces} == {16}


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (PASS, "pass"),
        (FAIL, "fail"),
        (b"", "none"),
        (PASS + PASS, "forged"),
        (PASS + FAIL, "forged"),
        (FAIL + PASS, "forged"),
        (PASS[:-1], "forged"),
        (b"\n" + PASS, "forged"),
        (PASS.replace(b"TestA", b"TestB"), "forged"),
        (PASS.replace(b"0123", b"0124"), "forged"),
        (PASS.replace(b"pass", b"PASS"), "forged"),
        (FAIL.replace(b"fail", b"pass"), "forged"),
        (PASS.replace(b"pass", b"fail"), "forged"),
        (PASS.replace(b" ", b"  "), "forged"),
        (PASS.replace(b"\n", b"\r\n"), "forged"),
        (b" TestA pass\n", "forged"),
        (b"\xff" + PASS, "forged"),
        (PASS + b"x" * 4096, "forged"),
    ],
)
def test_what_a_record_says(reply: bytes, outcome: str) -> None:
    """The exact record counts; no record is none; anything else is forged."""
    assert ORDER.outcome(reply) == outcome


@given(st.one_of(st.binary(), st.integers(0, len(PASS)).flatmap(lambda n: st.binary(max_size=3).map(lambda b: PASS[:n] + b + PASS[n:]))))
@example(PASS)
def test_only_the_exact_record_is_a_pass(reply: bytes) -> None:
    """Of all replies, one alone is a pass."""
    assert (ORDER.outcome(reply) == "pass") is (reply == PASS)
