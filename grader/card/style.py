"""The stylesheet, cut to the rules that a fragment uses."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

_HOST = ("html",)  # elements outside a fragment that a selector may name


class _Selector(NamedTuple):
    text: str
    names: frozenset[str]
    """The classes (`.gp-h`) and elements (`p`) that must be there for it to act."""


class _Rule(NamedTuple):
    selectors: tuple[_Selector, ...]
    body: str


@cache
def _rules() -> tuple[_Rule, ...]:
    """Return the rules of verdict.css."""
    import tinycss2  # slow to import, and needed once

    text = (Path(__file__).parent / "verdict.css").read_text(encoding="utf-8")
    found = []
    for rule in tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True):
        parts: list[list[object]] = [[]]
        for node in rule.prelude:
            if node == ",":
                parts.append([])
            else:
                parts[-1].append(node)
        body = re.sub(r"\s+", " ", tinycss2.serialize(rule.content)).strip()
        found.append(_Rule(tuple(_selector(tinycss2.serialize(part).strip(), part) for part in parts), body))
    return tuple(found)


def _selector(text: str, tokens: list[object]) -> _Selector:
    """Read the classes and elements of one selector; what is in brackets, and after a colon, may be absent."""
    names = set()
    mark = ""
    for each in tokens:
        kind, value = getattr(each, "type", ""), str(getattr(each, "value", ""))
        if kind == "ident" and mark != ":":
            name = f".{value}" if mark == "." else value
            if name.startswith(".gp") or (mark != "." and name not in _HOST):
                names.add(name)
        mark = value if kind == "literal" else ""
    return _Selector(text, frozenset(names))


@cache
def stylesheet(names: frozenset[str]) -> str:
    """Return the rules for a fragment with these classes (`.gp-h`) and elements (`p`)."""
    kept = []
    for rule in _rules():
        selectors = [selector.text for selector in rule.selectors if selector.names <= names]
        if selectors:
            kept.append(f"{','.join(selectors)}{{{rule.body}}}")
    return "".join(kept)


def names_in(html: str) -> frozenset[str]:
    """Return the classes and elements of a fragment that the templates wrote."""
    classes = {f".{name}" for value in re.findall(r' class="([^"]*)"', html) for name in value.split()}
    return frozenset(classes | set(re.findall(r"<([a-z][a-z0-9]*)", html)))
