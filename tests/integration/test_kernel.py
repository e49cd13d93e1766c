"""The kernel as a front end meets it: through jupyter_client, with the real Go."""
# mypy: allow-untyped-calls

from __future__ import annotations

import os
import signal
import subprocess
import time
from typing import TYPE_CHECKING

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from grader import history
from grader import notebook as saved

from .kernels import WAIT, Kernel, environment, manager

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from grader.course import Exercise
    from tests.conftest import MakeExercise

MARK = "// takings/till.go\n\n"
RACE = """\
package main

import (
	"fmt"
	"sync"
)

func main() {
	n := 0
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			n++
		})
	}
	wg.Wait()
	fmt.Println("done")
}
"""


@pytest.fixture(scope="module")
def takings(make_exercise: MakeExercise) -> Exercise:
    """Give the exercise of the module's kernel."""
    return make_exercise()


@pytest.fixture(scope="module")
def kernel(takings: Exercise) -> Iterator[Kernel]:
    """Give a kernel that starts once."""
    started = Kernel(learn(takings))
    yield started
    started.stop()


def learn(exercise: Exercise) -> Path:
    """Return the learner's folder in an exercise's course."""
    folder = exercise.course.root / "learn"
    folder.mkdir(exist_ok=True)
    return folder


def answer(exercise: Exercise, *, fixed: bool = True) -> str:
    """Return an answer cell: the solution, or the code from the incident."""
    return MARK + (exercise.read("till.go") if fixed else exercise.broken["till.go"])


def running(name: str) -> list[str]:
    """Return the processes whose command line holds a text."""
    return subprocess.run(["pgrep", "-f", name], capture_output=True, text=True, check=False).stdout.split()


def test_statements_run_with_their_imports(kernel: Kernel) -> None:
    """A cell of statements is a program: imports are added, functions and types stand beside main."""
    code = 'type p struct{ x int }\nfunc (v p) twice() int { return 2 * v.x }\nfmt.Println("né", p{21}.twice())\nfmt.Print("ok")'
    ran = kernel.run(code)
    assert ran.reply["status"] == "ok"
    assert ran.stream("stdout") == "né 42\nok"


def test_compile_error_keeps_the_cells_lines(kernel: Kernel) -> None:
    """What does not compile is an error called CompileError, at the cell's own line, and no Python is seen."""
    ran = kernel.run('fmt.Println("a")\n\nfunc f() {}\n\tx := 1')
    assert ran.reply["status"] == "error"
    assert ran.reply["ename"] == "CompileError"
    assert ran.reply["traceback"] == ["cell:4:2: declared and not used: x"]
    assert "Doesn’t compile. Line 4" in ran.data()
    assert "Traceback" not in ran.all_text()


def test_race_is_output_with_the_cells_lines(kernel: Kernel) -> None:
    """A race in a program is what a lesson shows: the detector's report with short places, and no error."""
    ran = kernel.run(RACE)
    assert ran.reply["status"] == "ok"
    assert "WARNING: DATA RACE" in ran.stream("stderr")
    assert "cell:13   n++" in ran.stream("stderr")
    assert "/" not in ran.stream("stderr").replace("sync/waitgroup.go", "")
    assert ran.stream("stdout") == "done\n"
    assert "Data race. Exit code 66" in ran.data()


def test_panic_and_exit_code_are_said_in_a_line(kernel: Kernel) -> None:
    """A crash and an exit code other than 0 are output, said in one line."""
    crashed = kernel.run("var m map[string]int\n\nm[`x`] = 1")
    assert crashed.reply["status"] == "ok"
    assert "cell:3         m[`x`] = 1" in crashed.stream("stderr")
    assert "Crashed. Exit code 2" in crashed.data()
    assert "Exit code 3." in kernel.run("os.Exit(3)").data()


def test_answer_is_saved_and_checked(kernel: Kernel, takings: Exercise) -> None:
    """An answer cell is judged and shown as a card; the grade cell prints a plain float, the maximum for a pass."""
    assert kernel.run("%check takings").data() == "0.0"
    failing = kernel.run(answer(takings).replace("sum := 0", "sum := 1"))
    assert failing.reply["status"] == "ok"
    assert "Not yet." in failing.data()
    assert "gp-fail" in failing.data("text/html")
    passing = kernel.run(answer(takings))
    assert "Passed: all 3 tests" in passing.data()
    graded = kernel.run("%check takings")
    assert graded.data() == "10.0"
    assert "Passed" in graded.data("text/html")
    assert graded.stream("stderr") == ""
    assert kernel.run("%check").data() == "10.0"


def test_unknown_exercise_never_runs_as_statements(kernel: Kernel, takings: Exercise) -> None:
    """A first line that names no exercise is refused with the nearest name, whatever follows."""
    ran = kernel.run('// taking/till.go\nfmt.Println("ran")')
    assert ran.reply["status"] == "error"
    assert "Did you mean 'takings'?" in ran.all_text()
    assert "ran" not in ran.stream("stdout")
    assert "'till.go'" in kernel.run("// takings/tell.go\n\n" + takings.read("till.go")).all_text()
    assert "// takings/till.go" in kernel.run(takings.read("till.go")).all_text()


def test_reset_offers_the_broken_code_and_keeps_the_learners(kernel: Kernel, takings: Exercise) -> None:
    """%reset puts the incident's code into a cell below; %show gives back what was there, also after it ran."""
    kernel.run(answer(takings))
    payload = kernel.run("%reset takings").reply["payload"][0]
    assert (payload["source"], payload["replace"]) == ("set_next_input", False)
    assert payload["text"].rstrip() == answer(takings, fixed=False).rstrip()
    kernel.run(payload["text"])
    assert takings.read("till.go") in kernel.run("%show takings").data()


def test_hints_open_one_by_one(kernel: Kernel) -> None:
    """Each %hint opens one more."""
    assert "1 of 3 open" in kernel.run("%hint takings").data()
    assert "2 of 3 open" in kernel.run("%hint").data()


@pytest.mark.parametrize(
    "code", ["import os\nprint(os.getpid())", "x = [i for i in range(3)]", "%time 1", "%%python\nprint(1)", "%run x.py", "get_ipython()"]
)
def test_python_never_runs(kernel: Kernel, code: str) -> None:
    """Python is Go that does not compile, and IPython's commands that would run it are unknown."""
    ran = kernel.run(code)
    assert ran.reply["status"] == "error"
    assert ran.reply["ename"] in {"CompileError", "CommandError"}
    assert "Traceback" not in ran.all_text()


def test_shell_lines_and_documentation(kernel: Kernel) -> None:
    """A shell command runs with Go on its PATH, braces are not Python's, and ? shows Go's documentation."""
    assert "go1.27" in kernel.run("!go version").stream("stdout")
    assert kernel.run("!echo {1+1} $((1+1))").stream("stdout") == "{1+1} 2\n"
    assert "func Println(a ...any)" in kernel.run("?fmt.Println").stream("stdout")


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("// " + "x" * 5_000_000 + "\nfmt.Println(1)", "a cell may have 256 KiB"),
        ('fmt.Println(1)\n\n"\0"', "Line 3 of this cell holds a NUL byte"),
        (MARK + "// " + "x" * 5_000_000, "is larger than 256 KiB"),
    ],
)
def test_what_no_cell_can_be_is_said(kernel: Kernel, code: str, words: str) -> None:
    """A cell of 5 MB and a NUL byte are refused in a sentence."""
    ran = kernel.run(code)
    assert ran.reply["status"] == "error"
    assert words in ran.all_text()


def test_stop_ends_the_program_at_once(kernel: Kernel) -> None:
    """Stop ends a running program and its children within a moment, and the next cell runs."""
    request = kernel.start('exec.Command("sleep", "4321").Start(); fmt.Println("up"); time.Sleep(time.Minute)')
    kernel.wait_for(request, "up")
    before = time.monotonic()
    kernel.manager.interrupt_kernel()
    ran = kernel.finish(request)
    assert time.monotonic() - before < 0.6
    assert (ran.reply["ename"], ran.reply["traceback"]) == ("Stopped", ["Stopped."])
    assert running("sleep 4321") == []
    assert kernel.run("fmt.Println(2)").stream("stdout") == "2\n"


def test_impatient_stops_are_one(kernel: Kernel) -> None:
    """Stop pressed again and again ends the cell once: its reply comes, and the next cell runs."""
    request = kernel.start('fmt.Println("up"); time.Sleep(time.Minute)')
    kernel.wait_for(request, "up")
    for _ in range(20):
        kernel.manager.interrupt_kernel()
        time.sleep(0.01)
    assert kernel.finish(request).reply["ename"] == "Stopped"
    assert kernel.run("fmt.Println(2)").stream("stdout") == "2\n"


def test_stop_does_not_wait_for_a_program_that_will_not_end(kernel: Kernel) -> None:
    """A program that ignores SIGTERM is killed two seconds later."""
    request = kernel.start('signal.Ignore(syscall.SIGTERM, syscall.SIGINT)\nfmt.Println("up")\ntime.Sleep(time.Minute)')
    kernel.wait_for(request, "up")
    before = time.monotonic()
    kernel.manager.interrupt_kernel()
    kernel.finish(request)
    assert 1.5 < time.monotonic() - before < 4


def test_completion_and_inspection_pass_a_running_cell(kernel: Kernel) -> None:
    """While a program runs, replies come within a second; then idle for the request, busy for the cell."""
    request = kernel.start('fmt.Println("up"); time.Sleep(5 * time.Second)')
    kernel.wait_for(request, "up")
    before = time.monotonic()
    completion = kernel.client.complete("strings.Con", 11)
    assert "Contains" in kernel.reply(completion, timeout=1)["matches"]
    inspection = kernel.client.inspect("fmt.Println", 8)
    assert "Println formats" in kernel.reply(inspection, timeout=1)["data"]["text/plain"]
    assert time.monotonic() - before < 1
    kernel.manager.interrupt_kernel()
    states = kernel.finish(request).states
    asked = ["complete_request", "inspect_request"]
    expected = [pair for kind in asked for pair in [(kind, "busy"), (kind, "idle"), ("execute_request", "busy")]]
    assert states == [*expected, ("execute_request", "idle")]


def test_completion_knows_go_and_no_python(kernel: Kernel) -> None:
    """Names of packages, of the cell, commands and exercises are offered; names of Python are not."""

    def complete(code: str) -> list[str]:
        return list(kernel.reply(kernel.client.complete(code, len(code)))["matches"])

    assert {"Get", "Header"} <= set(complete('package main\nimport "net/http"\nfunc main() { http.'))
    assert "counter" in complete("counter := 1\ncoun")
    assert complete("%hi") == ["hint"]
    assert complete("%hint tak") == ["takings"]
    for prefix in ("impor", "de", "lamb", "get_ip", "__", "pri", "os."):
        names = complete(prefix)
        assert not {"def", "del", "lambda", "get_ipython", "__name__", "__import__", "os.path", "environ", "getpid"} & set(names)


def test_kernel_info_names_go(kernel: Kernel) -> None:
    """The kernel says Go of its language and claims no debugger."""
    info = kernel.reply(kernel.client.kernel_info())
    assert info["language_info"]["name"] == "go"
    assert "debugger" not in info["supported_features"]
    assert "ython" not in info["banner"] + str(info["help_links"])


def test_killed_kernel_leaves_nothing_behind(exercise: Exercise) -> None:
    """A kernel that is killed while a program runs takes the program along, and the next one works."""
    first = Kernel(learn(exercise))
    request = first.start('fmt.Println("up"); time.Sleep(time.Hour) // 7654321')
    first.wait_for(request, "up")
    programs = set(running("goprod-cell-"))
    os.kill(first.pid, signal.SIGKILL)
    first.stop(now=True)
    deadline = time.monotonic() + 5
    while programs & set(running("goprod-cell-")) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not programs & set(running("goprod-cell-"))
    second = Kernel(learn(exercise))
    try:
        assert "Passed" in second.run(answer(exercise)).data()
    finally:
        second.stop()


def test_shutdown_ends_a_running_program(exercise: Exercise) -> None:
    """Restarting the kernel while a program runs ends the program."""
    kernel = Kernel(learn(exercise))
    kernel.wait_for(kernel.start('fmt.Println("up"); time.Sleep(time.Hour)'), "up")
    programs = set(running("goprod-cell-"))
    assert programs
    kernel.stop()
    assert not programs & set(running("goprod-cell-"))


def test_two_kernels_on_one_exercise(exercise: Exercise) -> None:
    """Two kernels may check one exercise at once."""
    kernels = [Kernel(learn(exercise)), Kernel(learn(exercise))]
    try:
        requests = [each.start(answer(exercise)) for each in kernels]
        assert all("Passed" in each.finish(request).data() for each, request in zip(kernels, requests, strict=True))
        assert kernels[0].run("%check takings").data() == "10.0"
    finally:
        for each in kernels:
            each.stop()


def test_verdict_is_shown_where_nothing_can_be_saved(exercise: Exercise) -> None:
    """Where the state folder cannot be written, the card is shown with one line that says so."""
    (learn(exercise) / ".goprod").write_text("in the way")
    kernel = Kernel(learn(exercise))
    try:
        ran = kernel.run(answer(exercise))
        assert "Passed" in ran.data()
        assert "Not saved." in ran.data()
        assert kernel.run("%check takings").data() == "10.0"
    finally:
        kernel.stop()


def test_own_failure_shows_a_code_and_no_traceback(exercise: Exercise, tmp_path: Path) -> None:
    """A fault of ours is a violet notice with a code; the traceback is in the log beside the learner's answers."""
    fail = "async def fail(*_):\n    raise ZeroDivisionError('secret')\n"
    (tmp_path / "sitecustomize.py").write_text(f"import grader.hosts.answers\n{fail}grader.hosts.answers.run_answer = fail\n")
    kernel = Kernel(learn(exercise), tmp_path)
    try:
        kernel.run("%check takings")
        ran = kernel.run(answer(exercise))
    finally:
        kernel.stop()
    assert (ran.reply["status"], ran.reply["ename"]) == ("error", "Fault")
    assert "Our fault" in ran.data()
    assert "secret" not in str(ran)
    assert "Traceback" not in str(ran)
    assert "ZeroDivisionError: secret" in (learn(exercise) / ".goprod/goprod.log").read_text()


def test_notebook_runs_through_nbclient(exercise: Exercise) -> None:
    """A notebook runs from top to bottom, and stops at a cell that does not compile."""
    cells = [nbformat.v4.new_code_cell(code) for code in (RACE, answer(exercise), "%check takings", "x := 1")]
    notebook = nbformat.v4.new_notebook(cells=cells)
    client = NotebookClient(notebook, km=manager(), resources={"metadata": {"path": str(learn(exercise))}}, timeout=WAIT)
    with pytest.raises(CellExecutionError, match="cell:1:1: declared and not used: x"):
        client.execute(env=environment(learn(exercise)), stderr=subprocess.DEVNULL)
    assert notebook.cells[2].outputs[0].data["text/plain"] == "10.0"


def test_the_saved_notebook_tells_the_tries(exercise: Exercise, tmp_path: Path) -> None:
    """An answer cell's output carries the tries, the one that passed and the known wrong fixes; they are read back from the saved file."""
    wrong = MARK + exercise.read("wrong/first-two/till.go")
    codes = (answer(exercise, fixed=False), wrong, wrong, MARK + "package till", answer(exercise))
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code) for code in codes])
    client = NotebookClient(notebook, km=manager(), resources={"metadata": {"path": str(learn(exercise))}}, timeout=WAIT)
    client.execute(env=environment(learn(exercise)), stderr=subprocess.DEVNULL)
    told = [cell.outputs[0].metadata.get("goprod") for cell in notebook.cells]
    first = {"tries": 1, "passed": None, "wrong": ["first-two"]}
    assert told == [None, first, first, first | {"tries": 2}, first | {"tries": 3, "passed": 3}]
    nbformat.write(notebook, tmp_path / "saved.ipynb")
    read = history.told([cell.outputs for cell in saved.read(tmp_path / "saved.ipynb").cells], exercise)
    assert read == history.History(3, 3, ("first-two",))
