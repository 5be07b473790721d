"""A model that is scripted by hand: it knows which tools do a task, and takes element numbers and values from the page.

What a script can't find in what it was told last, it looks for with `find`, as a model does. What is not found then
ends the task, with the words that were looked for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from webrun_nb.bench.harness.model_server import Answer


@dataclass(frozen=True, slots=True)
class Shown:
    """An argument of a call that is taken from what the model was told: the first group of a pattern.

    Parameters
    ----------
    pattern : str
        A regular expression for a line of it, in any case.
    words : str
        What `find` is called with where no line matches; empty where it is not on the page as an element.
    template : str
        The argument, with `{}` in the place of the group.
    """

    pattern: str
    words: str = ""
    template: str = "{}"

    def read(self, told: str) -> str | None:
        """Return the argument; None where nothing matches."""
        found = re.search(self.pattern, told, re.MULTILINE | re.IGNORECASE)
        return None if found is None else self.template.format(found[1])


def element(role: str, name: str) -> Shown:
    """Return the number of the element with a role and a name, which may go on."""
    return Shown(rf"^\[(\d+)\] {role} ['\"]{re.escape(name)}", name)


def text(words: str) -> Shown:
    """Return the number of the text that has these words."""
    return Shown(rf"^\[(\d+)\] (?:[#]+ )?[^\n]*{re.escape(words)}", words)


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a tool; its arguments may hold `Shown`, also in lists."""

    tool: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


Script = Sequence[Call]
"""The calls of a task, in order."""


class Oracle:
    """Follows the script of one task at a time.

    Parameters
    ----------
    script : sequence of Call
        The calls; the last one ends the task.
    """

    def __init__(self, script: Script) -> None:
        self._script = script
        self._position = 0
        self._has_looked = False

    def answer(self, told: str, number: int) -> Answer:
        """Return the next call, or the search for what it needs."""
        call = self._script[min(self._position, len(self._script) - 1)]
        arguments, missing = _filled(call.arguments, told)
        if missing is None:
            self._position += 1
            self._has_looked = False
            return Answer(call.tool, arguments)
        if self._has_looked or not missing.words:
            return Answer("give_up", {"reason": f"{call.tool}: nothing matches {missing.pattern} in: {told[:1500]}"})
        self._has_looked = True
        return Answer("find", {"words": missing.words})


def _filled(arguments: Any, told: str) -> tuple[Any, Shown | None]:
    """Return arguments with what was told in the place of each `Shown`, and the first one that was not."""
    match arguments:
        case Shown():
            value = arguments.read(told)
            return value, arguments if value is None else None
        case Mapping():
            entries = {key: _filled(value, told) for key, value in arguments.items()}
            return {key: value for key, (value, _) in entries.items()}, _first(entries.values())
        case list():
            items = [_filled(value, told) for value in arguments]
            return [value for value, _ in items], _first(items)
    return arguments, None


def _first(filled: Any) -> Shown | None:
    return next((missing for _, missing in filled if missing is not None), None)
