"""Writes a file beside its place and then there, so that a crash leaves the old one or the new, and nobody reads half of it."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def written_beside(target: Path) -> Iterator[Path]:
    """Yield a path to write to, which then becomes `target` in one step. Raises OSError where its folder cannot be written."""
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".beside-") as folder:
        fresh = Path(folder) / target.name
        yield fresh
        fresh.replace(target)
