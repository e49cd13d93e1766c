"""The Go kernel: ipykernel with Go as its language."""
# mypy: allow-untyped-calls

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import warnings
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from traitlets import List, Type
from traitlets.config import Config

from grader import __version__
from grader.hosts.shell import GoShell
from grader.notebook import LANGUAGE_INFO

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.hosts.buttons import Buttons
    from grader.hosts.library import Library

_WHILE_BUSY = frozenset({"complete_request", "inspect_request"})
_SHUTDOWN = 3.0  # seconds that a running cell has to end when the kernel does


class GoKernel(IPythonKernel):
    """Runs cells of Go, and answers completion and inspection while it does."""

    implementation = "goprod"
    implementation_version = __version__
    language_info: dict[str, object] = {**LANGUAGE_INFO}  # noqa: RUF012 - ipykernel's own is one
    banner = f"Go, goprod {__version__}. %help lists the course's commands."
    help_links = List([{"text": "The Go Programming Language Specification", "url": "https://go.dev/ref/spec"}])
    shell: GoShell
    shell_class = Type(GoShell)

    _running: asyncio.Task[Any] | None = None
    _request: dict[str, Any] | None = None

    @property
    def kernel_info(self) -> dict[str, Any]:
        """What the kernel says of itself: it has no debugger."""
        info: dict[str, Any] = super().kernel_info
        return {**info, "supported_features": [name for name in info["supported_features"] if name != "debugger"]}

    @cached_property
    def buttons(self) -> Buttons:
        """The rows of buttons under cards."""
        from grader.hosts.buttons import Buttons

        return Buttons(self.shell.display_pub)

    @cached_property
    def library(self) -> Library:
        """Go's packages."""
        from grader.course import Course
        from grader.errors import CourseError
        from grader.hosts.library import Library

        try:
            return Library(Course.find(Path.cwd()).root)
        except CourseError:
            return Library(Path.cwd())

    @property
    def _loop(self) -> asyncio.AbstractEventLoop:
        loop: asyncio.AbstractEventLoop = self.io_loop.asyncio_loop  # type: ignore[attr-defined] # tornado on asyncio has it
        return loop

    # ------------------------------------------------------------------ start and stop

    def start(self) -> None:
        """Start, and let a signal wake the loop: else Stop waits for the next message (ipykernel #881)."""
        super().start()
        with contextlib.suppress(NotImplementedError, AttributeError, RuntimeError):  # Windows has none
            self._loop.add_signal_handler(signal.SIGWINCH, lambda: None)

    def pre_handler_hook(self) -> None:
        """Leave SIGINT ignored outside of a running cell: a second Stop would cost the cell its reply."""

    def post_handler_hook(self) -> None:
        """Have nothing to undo."""

    @contextlib.contextmanager
    def stoppable(self) -> Iterator[None]:
        """Note that a cell runs, so that the kernel's end can be the cell's end too."""
        self._running = asyncio.current_task()
        try:
            yield
        finally:
            self._running = None

    async def do_shutdown(self, restart: bool) -> dict[str, Any]:  # noqa: FBT001 - ipykernel's own
        """End what runs, then the kernel. This is called in the control thread."""
        ended = asyncio.run_coroutine_threadsafe(self._end(), self._loop)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.wrap_future(ended), _SHUTDOWN)
        result: dict[str, Any] = super().do_shutdown(restart)
        return result

    async def _end(self) -> None:
        if "buttons" in self.__dict__:
            self.buttons.retire()
        if self._running is not None:
            self._running.cancel()
            await asyncio.wait({self._running}, timeout=_SHUTDOWN)

    # ------------------------------------------------------------------ while a cell runs

    async def execute_request(self, stream: Any, ident: Any, parent: dict[str, Any]) -> None:  # noqa: ANN401
        """Run a cell, and remember for which request."""
        self._request = parent
        try:
            await super().execute_request(stream, ident, parent)
        finally:
            self._request = None

    async def shell_main(self, subshell_id: str | None, msg: Any) -> None:  # noqa: ANN401
        """Take a message; completion and inspection pass a running cell, for which ipykernel would have them wait."""
        running = self._request
        if running is not None and subshell_id is None and self._type(msg) in _WHILE_BUSY:
            await self._answer(msg, running)
        else:
            await super().shell_main(subshell_id, msg)

    def _type(self, msg: Any) -> str:  # noqa: ANN401
        """Return a message's type without taking it."""
        if self.session is None:
            return ""
        try:
            _, frames = self.session.feed_identities(msg, copy=False)
            return str(self.session.deserialize(frames, content=False, copy=False)["header"]["msg_type"])
        except Exception:  # noqa: BLE001 - a message that cannot be read is for ipykernel to refuse
            return ""

    async def _answer(self, msg: Any, running: dict[str, Any]) -> None:  # noqa: ANN401
        """Answer a request beside a running cell.

        A front end waits for the reply and for idle; busy then says that the cell still runs.
        """
        if self.session is None:
            return
        idents, frames = self.session.feed_identities(msg, copy=False)
        request = self.session.deserialize(frames, content=True, copy=False)
        stream: Any = self.shell_stream
        if self.shell_channel_thread:
            stream = self.shell_channel_thread.manager.get_subshell_to_shell_channel_socket(None)
        self._publish_status("busy", "shell", parent=request)
        await self.shell_handlers[request["header"]["msg_type"]](stream, idents, request)
        self._publish_status("idle", "shell", parent=request)
        if self._request is running:
            self._publish_status("busy", "shell", parent=running)

    # ------------------------------------------------------------------ completion and inspection

    async def do_complete(self, code: str, cursor_pos: int | None) -> dict[str, Any]:
        """Offer names of Go, of the cell and of the course."""
        from grader.hosts.complete import Completion, complete

        cursor = len(code) if cursor_pos is None else cursor_pos
        try:
            found = await complete(code, cursor, self.library, self._commands(), self._slugs())
        except Exception as error:  # noqa: BLE001 - no completion is better than an error while typing
            self._record(error)
            found = Completion(cursor, cursor)
        types = [{"start": found.start, "end": found.end, "text": name, "type": sort, "signature": ""} for name, sort in found.names]
        return {
            "status": "ok",
            "matches": [name for name, _ in found.names],
            "cursor_start": found.start,
            "cursor_end": found.end,
            "metadata": {"_jupyter_types_experimental": types},
        }

    async def do_inspect(self, code: str, cursor_pos: int, detail_level: int = 0, omit_sections: Any = ()) -> dict[str, Any]:  # noqa: ANN401, ARG002
        """Say what Go's documentation says of the name at the cursor."""
        from grader.hosts.complete import documentation

        try:
            text = await documentation(code, cursor_pos, self.library, self._command_help())
        except Exception as error:  # noqa: BLE001
            self._record(error)
            text = ""
        return {"status": "ok", "found": bool(text), "data": {"text/plain": text} if text else {}, "metadata": {}}

    async def do_is_complete(self, code: str) -> dict[str, Any]:  # noqa: ARG002
        """Say that consoles may run the code as it is: the compiler knows best."""
        return {"status": "unknown"}

    def _commands(self) -> list[str]:
        from grader.hosts.commands import COMMANDS

        return list(COMMANDS)

    def _command_help(self) -> dict[str, str]:
        from grader.hosts.commands import COMMANDS

        return {name: f"{command.usage}\n    {command.says}" for name, command in COMMANDS.items()}

    def _slugs(self) -> list[str]:
        from grader.course import Course
        from grader.errors import GoprodError

        try:
            return Course.find(Path.cwd()).slugs()
        except (GoprodError, OSError):
            return []

    def _record(self, error: Exception) -> None:
        from grader.hosts import faults

        faults.record(error)


class GoKernelApp(IPKernelApp):
    """Starts the kernel, without what only Python needs: start-up files, extensions, a plotting backend, a debugger."""

    name = "goprod-kernel"
    kernel_class = Type(GoKernel)

    def load_config_file(self, *_args: object, **_options: object) -> None:
        """Read no configuration of IPython: it is Python's."""

    def init_path(self) -> None:
        """Import nothing from the notebook's folder."""

    def init_pdb(self) -> None:
        """Have no debugger of Python."""

    def init_gui_pylab(self) -> None:
        """Have no plotting."""

    def init_extensions(self) -> None:
        """Load no extensions."""

    def init_code(self) -> None:
        """Run no start-up files."""


def main() -> None:
    """Start the kernel as a front end asks for it."""
    logging.getLogger().addHandler(logging.NullHandler())  # until a course is found, nothing may print into a notebook
    warnings.simplefilter("ignore")
    config = Config()
    config.HistoryManager.enabled = False
    GoKernelApp.launch_instance(config=config)


if __name__ == "__main__":
    main()
