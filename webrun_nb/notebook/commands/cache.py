"""Command `cache`: the kept answers of tasks, and how they are removed."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from webrun_nb.client.tasks.answer_cache import USERS_ANSWERS
from webrun_nb.client.tasks.answer_store import AnswerEntry, AnswerStoreError
from webrun_nb.notebook.display.downloads import size_text
from webrun_nb.notebook.syntax.errors import CommandError
from webrun_nb.notebook.syntax.spec import Command
from webrun_nb.notebook.workspace import Workspace

if TYPE_CHECKING:
    import pandas as pd

_CLEAR = "%webrun cache clear"


@dataclass(frozen=True, slots=True)
class Cache:
    """Arguments of `cache`."""

    quiet: bool = False


def cache(workspace: Workspace, arguments: Cache) -> pd.DataFrame | None:
    """Return the kept answers as a DataFrame, newest first, and print their number and size.

    Raises
    ------
    CommandError
        Their file can't be used.
    """
    from webrun_nb.notebook.display.compact_frame import compact
    from webrun_nb.notebook.display.tables import answers_frame

    try:
        entries = USERS_ANSWERS.entries()
    except AnswerStoreError as error:
        raise CommandError(str(error), f"{_CLEAR} removes the file") from error
    print(f"{_counted(entries)} of at most {size_text(USERS_ANSWERS.max_bytes)}, in {USERS_ANSWERS.path}")
    if arguments.quiet:
        return None
    frame = answers_frame(entries, now_ms=round(time.time() * 1000))
    return compact(frame, "age", "size_bytes", "url", "text", when_empty="%%webrun task --cache keeps answers")


@dataclass(frozen=True, slots=True)
class ClearCache:
    """Arguments of `cache clear`."""


def clear_cache(workspace: Workspace, arguments: ClearCache) -> None:
    """Remove all kept answers.

    Raises
    ------
    CommandError
        Their file can't be changed.
    """
    try:
        removed = _counted(USERS_ANSWERS.entries())
    except AnswerStoreError:  # a damaged file is removed as well
        removed = "the file of kept answers, which could not be read"
    try:
        USERS_ANSWERS.clear()
    except AnswerStoreError as error:
        raise CommandError(str(error), f"try again, or delete {USERS_ANSWERS.path}") from error
    print(f"removed: {removed}")


def _counted(entries: list[AnswerEntry]) -> str:
    size = size_text(sum(entry.size_bytes for entry in entries))
    return f"{len(entries):,} kept answer{'' if len(entries) == 1 else 's'}, {size}"


CACHE = Command(
    "cache",
    "the kept answers of tasks (--cache), newest first, as a DataFrame: their age, size, page and text",
    Cache,
    cache,
    shows_rows=True,
    subcommands=(Command("cache clear", "remove all kept answers", ClearCache, clear_cache),),
    examples=("%webrun cache", "%webrun cache clear"),
    details="""\
Answers are kept in your data folder, for all notebooks; the oldest are removed where they become too large together.
%webrun help task says which answers are kept.""",
)

COMMANDS = (CACHE,)
