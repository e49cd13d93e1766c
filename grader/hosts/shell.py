"""The IPython shell underneath: every cell becomes an await of ours, and no traceback is shown."""
# mypy: allow-untyped-calls

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Any

from ipykernel.zmqshell import ZMQInteractiveShell

from grader.hosts.screen import CellError, Stopped

if TYPE_CHECKING:
    from grader.hosts.runner import Runner


class GoShell(ZMQInteractiveShell):
    """Runs cells of Go."""

    goprod_runner: Runner | None = None

    def transform_cell(self, raw_cell: str) -> str:
        """Return the one line of Python that runs a cell."""
        return f"await get_ipython().run_go({raw_cell!r})\n"

    async def run_go(self, text: str) -> object:
        """Run a cell; return what IPython shows as its result: %check and IPython's own commands have one."""
        with self.kernel.stoppable():
            try:
                return await self._runner().run(text)
            except (asyncio.CancelledError, KeyboardInterrupt):
                raise Stopped("Stopped.") from None
            except CellError:
                raise
            except Exception as error:  # noqa: BLE001 - whatever it is, the learner sees no traceback
                raise self._told(error) from None

    def _runner(self) -> Runner:
        """Return the runner, made when the first cell runs: importing it takes time."""
        if self.goprod_runner is None:
            from grader.hosts.runner import Runner

            self.goprod_runner = Runner(self)
        return self.goprod_runner

    def var_expand(self, cmd: str, depth: int = 0, formatter: object = None) -> str:  # noqa: ARG002
        """Leave `{}` and `$` alone: what they enclose is not Python here."""
        return cmd

    # ------------------------------------------------------------------ errors

    def showtraceback(self, exc_tuple: Any = None, *_args: object, **_options: object) -> None:  # noqa: ANN401
        """Show an error's own lines, whatever it is."""
        self._show_error((exc_tuple or sys.exc_info())[1])

    def showsyntaxerror(self, *_args: object, **_options: object) -> None:
        """Show a failure of ours: the Python that is compiled is ours."""
        self._show_error(sys.exc_info()[1])

    def show_usage_error(self, exc: BaseException) -> None:
        """Show what IPython says of one of its commands."""
        self._show_error(exc)

    def _show_error(self, error: BaseException | None) -> None:
        if isinstance(error, (KeyboardInterrupt, asyncio.CancelledError)):
            error = Stopped("Stopped.")
        if not isinstance(error, CellError):
            error = self._told(error if isinstance(error, Exception) else RuntimeError(str(error)))
        self._showtraceback(type(error), error, error.lines)

    def _told(self, error: Exception) -> CellError:
        from grader.hosts.failures import told

        return told(error, self._runner().screen)
