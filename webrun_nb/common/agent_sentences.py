"""The example sentences of the local agent, read from its grammar: for help texts, documentation and tests.

The toolkit shows them and imports no agents, so the grammar and the table beside it are read as files.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path

_FOLDER = Path(__file__).parents[1] / "agents" / "local" / "language"
_HEADING = re.compile(r"// --- (?P<title>.+?) -+")
_EXAMPLES = re.compile(r"// e\.g\. (?P<sentences>.+)")
_RULE = re.compile(r"(?P<name>[a-z_]+):")

_INTRODUCTION = """\
What the local agent understands: plain English, several steps in one text, no language model.
Steps are separated by full stops, new lines, numbers, commas, "then" or "and"; quotes keep a
text together. Examples, with semicolons between them (%webrun help docs local-agent says more):"""
_WIDTH = 96


@dataclass(frozen=True, slots=True)
class Examples:
    """The sentences of one rule of the grammar, or of one kind of step that is read without it."""

    heading: str
    rule: str
    """The rule's name, or the name of the step's class in `agents.local.language.intents`."""
    sentences: tuple[str, ...]


@cache
def examples() -> tuple[Examples, ...]:
    """Return the sentences in the order of the files, those of the grammar first."""
    return (*_of_grammar(), *_of_table())


def help_text() -> str:
    """Return what `%webrun help task` says of sentences: one of each rule of the grammar, and all of the table."""
    lines = _INTRODUCTION.splitlines()
    for heading, rules in groupby(examples(), key=lambda each: each.heading):
        shown = [each.sentences[:1] if each.rule.islower() else each.sentences for each in rules]
        lines += [heading, *_filled([sentence for sentences in shown for sentence in sentences])]
    return "\n".join(lines)


def _filled(sentences: Sequence[str]) -> list[str]:
    """Return lines of sentences with "; " between them; none is broken."""
    lines: list[str] = []
    for sentence in sentences:
        if lines and len(joined := f"{lines[-1]}; {sentence}") <= _WIDTH:
            lines[-1] = joined
        else:
            lines.append(f"    {sentence}")
    return lines


def _of_grammar() -> Iterator[Examples]:
    heading, sentences = "", list[str]()
    for line in (_FOLDER / "grammar.lark").read_text(encoding="utf-8").splitlines():
        if title := _HEADING.fullmatch(line):
            heading = title["title"]
        elif said := _EXAMPLES.fullmatch(line):
            sentences += said["sentences"].split("; ")
        elif sentences and (rule := _RULE.match(line)):
            yield Examples(heading, rule["name"], tuple(sentences))
            sentences = []


def _of_table() -> Iterator[Examples]:
    table = tomllib.loads((_FOLDER / "examples.toml").read_text(encoding="utf-8"))
    for heading, kinds in table.items():
        for kind, sentences in kinds.items():
            yield Examples(heading, kind, tuple(sentences))
