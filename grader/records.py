"""The private word between the grader and the harness inside a test binary.

The grader sends an order with two nonces, one for a test that fails and one for a
test that passes; the harness answers with one record that repeats the one that is
true, so that no record can be made into another. Printed lines and exit codes alone
prove nothing.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Literal

CANARY = "TestCanary"
"""The test that every binary has and that must fail (harness.Canary)."""

Outcome = Literal["pass", "fail", "none", "forged"]
"""What a record says: the test passed or failed; there is none; or it is not the harness's."""


@dataclass(frozen=True)
class Order:
    """What one process is to run. `seconds` is when the testing package gives up; `on_fail` and `on_pass` are the nonces.

    With a `count` the test runs that often; the record then says pass or fail only if all runs agree.
    """

    test: str
    seconds: float
    count: int = field(default=1, kw_only=True)
    on_fail: str = field(default_factory=lambda: secrets.token_hex(16), kw_only=True)
    on_pass: str = field(default_factory=lambda: secrets.token_hex(16), kw_only=True)

    def encode(self) -> bytes:
        """Return the order as the harness reads it."""
        flags = f"-test.v=test2json -test.timeout={self.seconds:g}s -test.paniconexit0"
        often = f" -test.count={self.count}" if self.count > 1 else ""
        return f"{self.on_fail} {self.on_pass} {self.test} {flags}{often}\n".encode()

    def outcome(self, reply: bytes) -> Outcome:
        """Read the record that came back."""
        if not reply:
            return "none"
        if reply == f"{self.on_pass} {self.test} pass\n".encode():
            return "pass"
        return "fail" if reply == f"{self.on_fail} {self.test} fail\n".encode() else "forged"
