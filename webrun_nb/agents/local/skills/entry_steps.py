"""Takes the steps on entries of a page's lists."""

from __future__ import annotations

from typing import assert_never

from webrun_nb.agents.local.language.intents import (
    AddEntry,
    ChangeEntry,
    EntryStep,
    FilterEntries,
    RemoveEntries,
    RenameEntry,
    SaveEntry,
)
from webrun_nb.agents.local.skills.adding import add_entries
from webrun_nb.agents.local.skills.changing import change_entry, rename_entry, save_entry
from webrun_nb.agents.local.skills.filtering import filter_entries
from webrun_nb.agents.local.skills.removing import Finder, remove_entries
from webrun_nb.agents.local.skills.working import Work


def take_entry_step(worker: Finder, step: EntryStep) -> Work[str | None]:
    """Take a step; return what was done and seen, in a few words; None where nothing was, as the page has no way to.

    Raises
    ------
    AgentError
        It could not be done, or its effect was not seen.
    """
    match step:
        case AddEntry():
            return (yield from add_entries(worker, step))
        case RemoveEntries():
            return (yield from remove_entries(worker, step))
        case RenameEntry():
            return (yield from rename_entry(worker, step))
        case ChangeEntry():
            return (yield from change_entry(worker, step))
        case SaveEntry():
            return (yield from save_entry(worker, step.sentence))
        case FilterEntries():
            return "" if (yield from filter_entries(worker, step)) else None
    assert_never(step)
