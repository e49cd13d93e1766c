"""Runs a cell as what it is."""
# mypy: allow-untyped-calls

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.hosts.cells import Cell, classify
from grader.hosts.output import Output
from grader.hosts.screen import CommandError
from grader.hosts.session import Session

if TYPE_CHECKING:
    from grader.hosts.screen import Screen
    from grader.hosts.shell import GoShell

LINE_MAGICS = frozenset({"cd"})
CELL_MAGICS = frozenset({"writefile"})
"""What of IPython's own commands is kept: nothing that runs Python."""


class Runner:
    """Runs a notebook's cells."""

    def __init__(self, shell: GoShell) -> None:
        """Begin a session that shows what it has to show by the means of `shell`."""
        self._shell = shell
        self.session = Session()
        self.screen: Screen = Output(shell)

    async def run(self, text: str) -> object:
        """Run a cell; return its result if it has one.

        Raises CellError, or whatever error of the grader comes up.
        """
        cell = classify(text)
        result: object = None
        match cell.kind:
            case "answer":
                from grader.hosts.answers import run_answer

                await run_answer(self.session, self.screen, cell)
            case "command" | "magic":
                result = await self._command(cell)
            case "inspect":
                await self._inspect(cell.name)
            case "shell":
                from grader.hosts.programs import run_shell

                await run_shell(self.screen, cell)
            case "package":
                from grader.hosts.programs import refuse_package

                refuse_package(self.session, cell)
            case "program" | "statements":
                from grader.hosts.programs import run_program

                await run_program(self.session, self.screen, cell)
        return result

    async def _command(self, cell: Cell) -> object:
        if cell.kind == "magic" and cell.name in CELL_MAGICS:
            return self._shell.run_cell_magic(cell.name, cell.rest, cell.body)
        if cell.kind == "command" and cell.name in LINE_MAGICS and not cell.body.strip():
            return self._shell.run_line_magic(cell.name, cell.rest)
        from grader.hosts.commands import run_command

        return await run_command(self.session, self.screen, cell)

    async def _inspect(self, name: str) -> None:
        from grader.hosts.complete import described

        text = await described(name, {}, self._shell.kernel.library)
        if not text:
            raise CommandError(f"Go has no documentation of {name!r}. Write it as `?http.Get`.")
        self.screen.write("stdout", f"{text}\n")
