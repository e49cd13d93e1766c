"""What a notebook tells of tries: from the store into an output, and back from whatever was handed in."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader import cohort, history, notebook, submission
from grader.history import History
from grader.store import Store
from grader.verdict import Verdict, WrongFix
from tests.unit.cohorts import RIGHT, SLUG, grades, hand_in

if TYPE_CHECKING:
    from grader.course import Exercise
    from grader.ledger import Ledger
    from grader.verdict import Status
    from tests.unit.cohorts import Judge

KNOWN = ("first-two", "first-and-last")


def tried(store: Store, key: str, status: Status, wrong: str = "", slug: str = SLUG) -> None:
    """Write a try down as a check does."""
    known = WrongFix(wrong, "no") if wrong else None
    verdict = Verdict(slug=slug, status=status, wrong=known, hash=key)
    if key and status != "infra":
        store.keep(verdict)
    store.log(slug, "check", verdict)


def display(metadata: object, **more: object) -> dict[str, object]:
    """Return an output that displays something."""
    return {"output_type": "display_data", "data": {"text/plain": "a card"}, "metadata": metadata, **more}


def note(tries: object, passed: object = None, wrong: object = ()) -> dict[str, object]:
    """Return the output's metadata that tell these tries."""
    return {"goprod": {"tries": tries, "passed": passed, "wrong": wrong}}


def told(exercise: Exercise, *cells: object) -> History | None:
    """Return what cells with these outputs tell."""
    return history.told([msgspec.Raw(json.dumps(outputs).encode()) for outputs in cells], exercise)


def test_tries_are_answers_that_differ(exercise: Exercise) -> None:
    """The code from the incident, an answer run again and what failed by our fault are no tries; a pass is the first of several."""
    store = Store(None)
    assert history.of(store, exercise) is None
    tried(store, "a", "not-attempted")
    assert history.of(store, exercise) is None
    for key, status in (("b", "build"), ("b", "build"), ("c", "infra"), ("c", "fail"), ("b", "build"), ("d", "pass"), ("e", "pass")):
        tried(store, key, status)  # type: ignore[arg-type]
    tried(store, "f", "pass", slug="other")
    assert history.of(store, exercise) == History(4, 3)


def test_wrong_fixes_are_told_once(exercise: Exercise) -> None:
    """Each known wrong fix among the tries is told once, in the order in which they were made."""
    store = Store(None)
    for key, wrong in (("a", KNOWN[1]), ("b", ""), ("c", KNOWN[0]), ("d", KNOWN[1])):
        tried(store, key, "fail", wrong)
    assert history.of(store, exercise) == History(4, None, (KNOWN[1], KNOWN[0]))


def test_tries_from_another_machine(exercise: Exercise) -> None:
    """Tries that `%progress import` brought have no key, and are a try each."""
    store = Store(None)
    for status in ("fail", "fail", "pass"):
        tried(store, "", status)
    assert history.of(store, exercise) == History(3, 3)


def test_what_is_written_is_read(exercise: Exercise) -> None:
    """A history is read from its note as it was; one that is told in several cells or outputs is the longest."""
    found = History(12, 7, KNOWN)
    assert found.note() == {"goprod": {"tries": 12, "passed": 7, "wrong": list(KNOWN)}}
    others: list[Any] = [{"output_type": "stream", "name": "stdout", "text": ["a"]}, {"output_type": "error", "ename": "", "traceback": []}]
    others += [display({}), {"output_type": "execute_result", "data": {}, "metadata": {}, "execution_count": 1}]
    assert told(exercise, [*others, display(found.note()), *others]) == found
    assert told(exercise, [display(note(3))], [display(note(12)), display(note(5))], []) == History(12)


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        (note(0), History(1)),
        (note(-5, -1), History(1, 1)),
        (note(10**6, 10**6), History(9999, 9999)),
        (note(10**18, 3), History(9999, 3)),
        (note(4, 9), History(4, 4)),
        (note(4, None, ["first-two", "../../etc", "<b>", "first-two", "nope"]), History(4, None, ("first-two",))),
        (note(4, None, ["first-two"] * 500), History(4, None, ("first-two",))),
        ({"goprod": {"tries": 2}, "jupyter": {"source_hidden": True}}, History(2)),
        ({"goprod": {"tries": 2, "more": [[[1]]]}}, History(2)),
        (note(4, None, ["first-two"] * 5000), None),
        (note("3"), None),
        (note(10**400), History(9999)),
        (note(1.5), None),
        (note(None), None),
        (note([3]), None),
        (note(3, "1"), None),
        (note(3, None, "first-two"), None),
        (note(3, None, {"first-two": 1}), None),
        (note(3, None, [1, None]), None),
        ({"goprod": None}, None),
        ({"goprod": []}, None),
        ({"goprod": {}}, None),
        ({}, None),
        ([], None),
        (None, None),
        ("goprod", None),
    ],
)
def test_odd_notes(exercise: Exercise, metadata: object, expected: History | None) -> None:
    """Numbers are brought between 1 and 9999, names that the manifest does not know are dropped, and what is no note is none."""
    assert told(exercise, [display(metadata)]) == expected


@pytest.mark.parametrize(
    "outputs",
    [
        None,
        3,
        "goprod",
        {},
        {"goprod": {"tries": 1}},
        [None, "goprod"],
        [[display(note(1))]],
        [{"output_type": "goprod"}, display(note(1))],
    ],
)
def test_odd_outputs(exercise: Exercise, outputs: object) -> None:
    """Outputs that are no outputs tell nothing."""
    assert told(exercise, outputs) is None


NESTED = b"[" * 500 + b"]" * 500
RAW = {
    "deep data": b'[{"output_type":"display_data","data":%b,"metadata":{"goprod":{"tries":1}}}]' % NESTED,
    "deep note": b'[{"output_type":"display_data","metadata":{"goprod":{"tries":1,"x":%b}}}]' % NESTED,
    "deep tries": b'[{"output_type":"display_data","metadata":{"goprod":{"tries":%b}}}]' % NESTED,
    "bytes": b'[{"output_type":"display_data","metadata":{"goprod":{"tries":1,"wrong":["\xff\xfe"]}}}]',
    "bytes in a type": b'[{"output_type":"\xff","metadata":{"goprod":{"tries":1}}}]',
    "a long number": b'[{"output_type":"display_data","metadata":{"goprod":{"tries":%b}}}]' % (b"9" * 10_000),
    "a large float": b'[{"output_type":"display_data","metadata":{"goprod":{"tries":1e999}}}]',
    "many zeros": b'["goprod"' + b",0" * 5_000_000 + b"]",
    "many outputs": b'[{"output_type":"display_data","metadata":{"goprod":{"tries":1}}}' + b',{"output_type":"stream"}' * 300_000 + b"]",
    "many notes": b"[" + b",".join([b'{"output_type":"display_data","metadata":{"goprod":{"tries":1}}}'] * 15_000) + b"]",
    "many keys": b'[{"output_type":"display_data","metadata":{"goprod":{%b"tries":1}}}]' % (b'"tries":2,' * 1500),
    "twice": b'[{"output_type":"display_data","metadata":{"goprod":7},"metadata":{"goprod":{"tries":1}}}]',
}


@pytest.mark.parametrize("name", RAW)
def test_hostile_outputs_hold_nothing(assigned: Exercise, name: str) -> None:
    """Whatever an answer cell's outputs are, the answer is read as without them, and in the time that a notebook takes."""
    hand_in(assigned, "ada", RIGHT)
    course, phase = assigned.course, assigned.phase
    (before,) = submission.submissions(course, phase)
    path = course.root / "submitted/ada" / phase.slug / f"{phase.slug}.ipynb"
    data = path.read_bytes()
    assert data.count(b'"outputs": []') == 1
    path.write_bytes(data.replace(b'"outputs": []', b'"outputs": ' + RAW[name]))
    start = time.process_time()
    (after,) = submission.submissions(course, phase)
    assert time.process_time() - start < 2
    assert before.answers == after.answers
    assert (after.held, after.repairs) == (before.held, before.repairs)
    assert set(after.history) <= {SLUG}


def test_history_touches_no_grade(assigned: Exercise, ledger: Ledger, judge: Judge) -> None:
    """A notebook that tells a pass at the first try has the grade that its answer has, and is judged no differently."""
    judge.statuses = ["fail"]
    for student in ("ada", "ben"):
        hand_in(assigned, student, RIGHT)
    slug = assigned.phase.slug
    path = assigned.course.root / "submitted/ben" / slug / f"{slug}.ipynb"
    book = json.loads(path.read_bytes())
    book["cells"][0]["outputs"] = [display(History(1, 1).note())]
    path.write_bytes(notebook.dumps(book))
    found = grades(assigned, ledger)
    assert (found["ben"].points, found["ben"].status) == (found["ada"].points, found["ada"].status) == (3, "graded")
    assert len(judge.asked) == 1
    ada, ben = cohort.handed_in(assigned.course, assigned.phase, ledger)
    assert (ada.history, ben.history) == ({}, {SLUG: History(1, 1)})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5) | st.sampled_from(KNOWN),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["goprod", "tries", "passed", "wrong", "metadata", "output_type", "x"]), inner, max_size=4)
    ),
    max_leaves=12,
)
NOTES = st.fixed_dictionaries({"goprod": st.fixed_dictionaries({"tries": JSON}, optional={"passed": JSON, "wrong": JSON})})
OUTPUTS = st.lists(st.fixed_dictionaries({"output_type": st.just("display_data") | JSON, "metadata": NOTES | JSON}), max_size=3) | JSON


@settings(max_examples=300, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(outputs=OUTPUTS)
def test_any_outputs_are_read(exercise: Exercise, outputs: object) -> None:
    """Whatever outputs are, there is no exception, and a history that is read is one that could be."""
    found = told(exercise, outputs)
    if found is not None:
        assert 1 <= (found.passed or 1) <= found.tries <= 9999
        assert set(found.wrong) <= set(KNOWN)
        assert len(set(found.wrong)) == len(found.wrong)
