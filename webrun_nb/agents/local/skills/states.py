"""Tells which entries of a list are done or open, by their check boxes or by what the page itself counts."""

from __future__ import annotations

import re

from webrun_nb.agents.local.language.intents import TellStates
from webrun_nb.agents.local.skills.entries import Entry, folded, main_entries, shown, with_name
from webrun_nb.agents.local.skills.working import Work, Worker
from webrun_nb.browsers.observation import Observation

_ITEMS = frozenset({"item", "card", "article"})


def told_states(worker: Worker, asked: TellStates) -> Work[str | None]:
    """Return the answer; None where the page has no boxes that tell it, and no count of its own."""
    seen = yield from worker.look()
    counted = _stated(seen, asked) if asked.count else None
    if counted is not None:
        return counted
    boxed = [entry for entry in main_entries(seen) if _tells(entry, seen, asked)]
    if not boxed:
        return None
    meant = [with_name(entry) for entry in boxed if entry.box is not None and entry.box.checked is asked.is_done]
    if asked.count:
        return str(len(meant))
    names = [" ".join(shown(entry.name).split()) for entry in meant if entry.name is not None]
    return "\n".join(names) if names else f"None of the {len(boxed)} are {asked.state}."


def _tells(entry: Entry, seen: Observation, asked: TellStates) -> bool:
    """Tell whether an entry's box says what is done: in tables boxes select rows, and a text may say the state."""
    groups = seen.groups if entry.frame == 0 else seen.frames[entry.frame - 1].groups
    says_so = any(folded(shown(thing)) == asked.state for thing in entry.things)
    return (
        groups[entry.group].kind in _ITEMS and entry.box is not None and entry.box.checked is not None and not says_so
    )


def _stated(seen: Observation, asked: TellStates) -> str | None:
    """Return the number that the page states in these words: "3 items left"."""
    noun = re.escape(asked.kind.removesuffix("s"))
    state = r"\s+".join(map(re.escape, asked.state.split()))
    pattern = rf"(?<![\d.,])(no|\d[\d.,]*)\s*(?:{noun}\w*\s*)?{state}\b"
    numbers = {found[1].lower() for found in re.finditer(pattern, seen.text, re.I)}
    if len(numbers) != 1 or (not asked.is_done and asked.state.startswith("not")):
        return None
    number = numbers.pop()
    return "0" if number == "no" else number.rstrip(".,")
