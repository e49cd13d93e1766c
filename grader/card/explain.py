"""Plain words for what Go says: compile errors, vet's findings, panics."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from grader.card.prose import code

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.verdict import Message

_LONGEST = 60  # characters of the compiler's expression that a sentence repeats


class Phrase(NamedTuple):
    """A pattern for the start of a message, and words with its groups: see phrases/compiler.toml."""

    pattern: str
    sentence: str
    note: str = ""
    more: str = ""


@dataclass(frozen=True)
class Explanation:
    """A message in plain words: a sentence without its full stop, a note for the caret, more.

    `name` is what it is about; `kind` is equal for messages that differ by their name alone.
    `known` is false where the sentence is Go's own.
    """

    sentence: str
    note: str = ""
    more: str = ""
    name: str = ""
    kind: str = ""
    known: bool = True


@cache
def phrases(speaker: Literal["compiler", "vet", "panic"]) -> tuple[Phrase, ...]:
    """Return the table of phrases for who speaks."""
    text = (Path(__file__).parent / "phrases" / f"{speaker}.toml").read_text(encoding="utf-8")
    return tuple(Phrase(**phrase) for phrase in tomllib.loads(text)["phrase"])


def explained(text: str, speaker: Literal["compiler", "vet", "panic"]) -> Explanation:
    """Return the words of the first phrase that fits, or the text itself."""
    for phrase in phrases(speaker):
        if found := re.match(phrase.pattern, text):
            sentence, note, more = (_filled(found, words) for words in phrase[1:])
            name = found.groupdict().get("name") or ""
            return Explanation(sentence, note, more, name, f"{phrase.pattern} {sentence.replace(f'`{name}`', '')}")
    return Explanation(text.partition("\n")[0].strip(), kind=text, known=False)


def _filled(found: re.Match[str], words: str) -> str:
    """Put a match's groups into words; `a` becomes `an` before a vowel."""

    def group(reference: re.Match[str]) -> str:
        value = (found[reference[1]] or "").replace("`", "'")
        return value if len(value) <= _LONGEST else f"{value[:_LONGEST]}…"

    return re.sub(r"\b([aA]) (?=`?[aeiouAEIO])", r"\1n ", re.sub(r"\{(\w+)\}", group, words))


def explain(message: Message, imports: Sequence[str], speaker: Literal["compiler", "vet"] = "compiler") -> Explanation:
    """Return the plain words of a compile or vet error.

    `imports` are the packages that the exercise allows: one that is used and not
    imported is named as such.
    """
    text = re.sub(r'"(?:[\w.-]+/)*(\w+)"\.', r"\1.", message.text)
    text = re.sub(r"\b(?:[\w.-]+/)+([\w-]+\.\w)", r"\1", text)
    if speaker == "vet":
        text = re.sub(r" \(\w+\)$", "", text)  # the analyzer
    missing = re.fullmatch(r"undefined: (\w+)", text)
    if missing and missing[1] in {path.rpartition("/")[2] for path in imports}:
        return Explanation(f"the package {code(missing[1])} is used and not imported", "not imported", name=missing[1], kind="import")
    return explained(text, speaker)


def caret_width(source: str, column: int, name: str) -> int:
    """Return how many characters the caret marks: the name, else the word at the column (bytes from 1)."""
    rest = source.encode()[max(0, column - 1) :].decode(errors="ignore")
    if name and rest.startswith(name):
        return len(name)
    if name and rest.startswith(f'"{name}"'):
        return len(name) + 2
    word = re.match(r'"[^"]*"|\w+|:=|[^\w\s]', rest)
    return len(word[0]) if word else 1
