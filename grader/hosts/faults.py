"""The log of our own failures: a short code for the learner, the traceback for us."""

from __future__ import annotations

import hashlib
import logging
import traceback
from pathlib import Path

LOG = "goprod.log"
"""The log's name, in the state folder of the course."""

_log = logging.getLogger("grader")
_folder: Path | None = None


def log_to(folder: Path) -> None:
    """Send what the grader and its libraries log to the log in `folder`, and nowhere else."""
    global _folder  # noqa: PLW0603 - logging is one for the process, so is this
    if folder == _folder:
        return
    _folder = folder
    logging.raiseExceptions = False  # a full disk must not print into a notebook
    handler: logging.Handler
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handler = logging.FileHandler(folder / LOG, encoding="utf-8", delay=True)
    except OSError:
        handler = logging.NullHandler()
    handler.setLevel(logging.WARNING)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.getLogger().handlers[:] = [handler]


def record(error: BaseException) -> str:
    """Log an error with its traceback; return its code: equal places have equal codes."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{type(error).__name__} {Path(frames[-1].filename).name} {frames[-1].name}" if frames else type(error).__name__
    code = hashlib.sha256(place.encode()).hexdigest()[:6]
    _log.error("fault %s\n%s", code, "".join(traceback.format_exception(error)))
    return code
