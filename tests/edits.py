"""Edits of Go answers that cannot change what they do: each makes another text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

REMARKS = ("checked again", "see the race report", "I am not sure about this line", "was wrong before", "asked in the forum", "finally")

# As gofmt writes them: a function with its doc comment, from its first line to its last.
_FUNCTION = re.compile(r"(?:^//[^\n]*\n)*^func (?:[^\n]*\}\n|[^\n]*\n[\s\S]*?^\}\n)", re.MULTILINE)
_NO_CODE = r"//[^\n]*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'"
_ASSIGNED = re.compile(r"((?:\w+, )*\w+) := ")
_PREDECLARED = re.compile(
    "any|append|bool|byte|cap|clear|close|copy|delete|error|false|int|iota|len|make|max|min|new|nil|panic|print|println|real|recover|rune"
    "|string|true|_"
)


def edited(text: str, rng: random.Random) -> str:
    """Return a Go file that gofmt wrote with up to six edits; one of them at least is a comment, a blank line or an indentation."""
    assert "`" not in text, "a line may be part of a literal"
    for edit in rng.sample(IN_ORDER, rng.randint(0, len(IN_ORDER))):
        text = edit(text, rng)
    return laid_out(text, rng)


def laid_out(text: str, rng: random.Random) -> str:
    """Return a Go file with up to three comments, blank lines and indentations: it stays one program with what it was."""
    for edit in rng.choices(LAYOUT, k=rng.randint(1, 3)):
        text = edit(text, rng)
    return text


def code(text: str) -> str:
    """Return what two texts share that are one program: the lines of code, without comments, blank lines and indentation."""
    bare = re.sub(_NO_CODE, lambda found: "" if found[0].startswith("//") else found[0], text)
    return "\n".join(line.strip() for line in bare.split("\n") if line.strip())


# Edits of what gofmt wrote.


def functions_swapped(text: str, rng: random.Random) -> str:
    """Swap two functions: Go lets them stand in any order."""
    found = list(_FUNCTION.finditer(text))
    if len(found) < 2:
        return text
    first, second = sorted(rng.sample(found, 2), key=lambda each: each.start())
    return text[: first.start()] + second[0] + text[first.end() : second.start()] + first[0] + text[second.end() :]


def local_renamed(text: str, rng: random.Random) -> str:
    """Give a function's local variable a name that occurs nowhere in the file."""
    choices = [(found, name) for found in _FUNCTION.finditer(text) for name in _locals(text, found[0])]
    if not choices:
        return text
    found, old = rng.choice(choices)
    new = next(name for name in (f"{old}{number}" for number in range(rng.randint(2, 200), 1000)) if not re.search(rf"\b{name}\b", text))
    renamed = re.sub(rf"{_NO_CODE}|(?<![.\w]){old}\b", lambda match: new if match[0] == old else match[0], found[0])
    return text[: found.start()] + renamed + text[found.end() :]


def _locals(text: str, function: str) -> list[str]:
    """Return the names of a function that mean its own variables wherever they stand in it, not after a dot."""
    bare = re.sub(_NO_CODE, "", function)
    if re.search(r"\b(?:struct|interface) \{|\.\n", bare):
        return []
    names = {name for assigned in _ASSIGNED.findall(bare) for name in assigned.split(", ")}
    outside = set(re.findall(r"^(?:func|type|var|const) (\w+)|^\t(\w+)(?:, \w+)* *=|^\t(?:\w+ )?\"(?:[^\"]*/)?(\w+)\"", text, re.MULTILINE))
    names -= {name for each in outside for name in each}
    return sorted(name for name in names if not _PREDECLARED.fullmatch(name) and not re.search(rf"(?<![.\w]){name}\s*:(?!=)", bare))


def constant_added(text: str, rng: random.Random) -> str:
    """Declare a constant that nothing uses."""
    number = rng.randint(1, 10**6)
    return f"{text}\nconst tried{number} = {number}\n"


IN_ORDER: list[Callable[[str, random.Random], str]] = [functions_swapped, local_renamed, constant_added]

# Edits of lines, which may stand in any order.


def comment_added(text: str, rng: random.Random) -> str:
    """Put a comment on a line of its own between two lines of a function or of a group."""
    return _line_added(text, f"// {rng.choice(REMARKS)} ({rng.randint(1, 10**6)})", rng)


def blank_line_added(text: str, rng: random.Random) -> str:
    """Put an empty line between two lines of a function or of a group."""
    return _line_added(text, "", rng)


def spaces_for_tabs(text: str, rng: random.Random) -> str:
    """Indent some lines with spaces."""
    lines = text.split("\n")
    indented = [number for number, line in enumerate(lines) if line.startswith("\t")]
    for number in rng.sample(indented, rng.randint(1, len(indented))) if indented else ():
        unindented = lines[number].lstrip("\t")
        lines[number] = "    " * (len(lines[number]) - len(unindented)) + unindented
    return "\n".join(lines)


LAYOUT: list[Callable[[str, random.Random], str]] = [comment_added, blank_line_added, spaces_for_tabs]


def _line_added(text: str, line: str, rng: random.Random) -> str:
    lines = text.split("\n")
    number = rng.choice([number for number, each in enumerate(lines) if each[:1] in {"\t", " "}])
    indent = re.match(r"\s*", lines[number])
    lines.insert(number, (indent[0] if indent else "") + line if line else "")
    return "\n".join(lines)
