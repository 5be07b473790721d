"""Selects an entry by its check box, for the controls that a page has, or shows, for what is selected."""

from __future__ import annotations

import re

from webrun_nb.agents.local.skills.entries import Entry, entries_of, same_entry
from webrun_nb.agents.local.skills.fields import set_state
from webrun_nb.agents.local.skills.working import Work, Worker
from webrun_nb.browsers.observation import Element, Observation

_SELECTS = re.compile(r"\b(?:de)?select", re.I)
_BUTTONS = frozenset({"button", "clickable", "menuitem"})


def selects(box: Element) -> bool:
    """Tell a box that selects an entry from one that marks it as done, by what it is called."""
    return _SELECTS.search(f"{box.name} {box.label} {box.hint}") is not None


def control_for_selected(worker: Worker, entry: Entry, says: re.Pattern[str], sentence: str) -> Work[Element | None]:
    """Select an entry, and find the control outside of all entries that says something; else leave it as it was."""
    box = entry.box
    if box is None or not selects(box):
        return None
    was = box.checked
    yield from set_state(worker, box, True, sentence)
    seen = yield from worker.look(again=True)
    control = outside_control(seen, says)
    if control is None and was is False:
        now = same_entry(entry, seen)
        if now is not None and now.box is not None:
            yield from set_state(worker, now.box, False, sentence)
    return control


def outside_control(seen: Observation, says: re.Pattern[str]) -> Element | None:
    """Find the one button outside of all entries that says something; of one in another, the inner one."""
    inside = {thing.ref for entry in entries_of(seen) for thing in entry.things}
    buttons = [
        each
        for each in seen.all_elements
        if each.ref not in inside and each.role in _BUTTONS and each.enabled and says.search(each.name or each.icon)
    ]
    return buttons[-1] if len({each.name for each in buttons}) == 1 else None
