"""Splits a magic's line into words: with the shell's quoting (`shlex`), and `{{ expression }}` as one piece."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from webrun_nb.notebook.syntax.errors import CommandError

__all__ = ["begun_words", "split_line", "without_comment"]

_TEMPLATE = re.compile(r"""\{\{(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|(?!\}\}).)*\}\}""", re.DOTALL)
_KEPT_BY_QUOTING = {
    "": re.compile(r"""\{\{(?:\\.|[^\s"'\\])*?\}\}"""),
    '"': re.compile(r'\{\{(?:\\.|[^"\\])*?\}\}', re.DOTALL),
    "'": re.compile(r"\{\{[^']*?\}\}", re.DOTALL),
}
"""Templates that the shell's rules keep together, by the quote that is open: their backslashes are the shell's."""
_HELD = re.compile(r"\x00(\d+)\x00")


def without_comment(line: str) -> str:
    """Return a line up to a `#` that starts a word outside quotes and templates."""
    return "".join(text for kind, text in _pieces(line) if kind != "comment")


def split_line(line: str) -> list[str]:
    """Return the words of a line without a comment.

    Raises
    ------
    CommandError
        A quote or a template has no end.
    """
    if "\x00" in line:
        raise CommandError("the line contains a NUL character", "take it out")
    templates: list[str] = []
    held = ""
    for kind, text in _pieces(line):
        if kind == "template":
            held += f"\x00{len(templates)}\x00"
            templates.append(text)
        elif kind == "open template":
            raise CommandError(
                "a {{ on the line has no }}", "close it, for example --url http://localhost:8000/{{ page }}"
            )
        else:
            held += text
    try:
        words = shlex.split(held)
    except ValueError as error:  # shlex: "No closing quotation", "No escaped character"
        raise CommandError(
            "a quote on the line has no end", 'close it; an apostrophe needs double quotes around it: "it\'s"'
        ) from error
    return [_HELD.sub(lambda mark: templates[int(mark[1])], word) for word in words]


def begun_words(line: str) -> list[str]:
    """Return the words of a line that is still being written, as typed; the last one is empty after a space."""
    words = [""]
    for kind, text in _pieces(line):
        if kind != "space":
            words[-1] += text
        elif words[-1]:
            words.append("")
    return words


def _pieces(line: str) -> Iterator[tuple[str, str]]:
    """Yield a line in pieces, each with its kind: space, comment, template, open template, or text."""
    quote, at, after_space = "", 0, True
    while at < len(line):
        char = line[at]
        kind, end = "text", at + 1
        if line.startswith("{{", at):
            if kept := _KEPT_BY_QUOTING[quote].match(line, at):
                end = kept.end()
            elif whole := _TEMPLATE.match(line, at):
                kind, end = "template", whole.end()
            elif not quote:
                kind, end = "open template", len(line)
        elif char == "\\" and quote != "'":
            end = at + 2
        elif quote:
            quote = "" if char == quote else quote
        elif char in "\"'":
            quote = char
        elif char.isspace():
            kind = "space"
        elif char == "#" and after_space:
            kind, end = "comment", len(line)
        after_space = kind == "space"
        yield kind, line[at:end]
        at = end
