"""Command `peek`: shows what is on a page, and the cell to run next for each of its tables, lists and records."""

from __future__ import annotations

import keyword
import re
from collections.abc import Container
from dataclasses import dataclass
from typing import TYPE_CHECKING

from IPython.display import display

from webrun_nb.client.pages import PagePeek, PageSource
from webrun_nb.common.practice_sites import PRACTICE_SITES
from webrun_nb.common.text import one_line
from webrun_nb.notebook.api import toolkit
from webrun_nb.notebook.syntax import values
from webrun_nb.notebook.syntax.spec import Command, Option
from webrun_nb.notebook.workspace import Workspace
from webrun_nb.tables import schema, templates

if TYPE_CHECKING:
    import pandas as pd

MOST_SHOWN = 8
"""Sources that are shown with rows; of the others a line each."""
_TITLE_CHARS = 80
_NAME_CHARS = 24
_KINDS = {
    "table": "table {number}",
    "grid": "table {number}",
    "list": "list {number}",
    "pairs": "labels with values",
    "page": "the page itself",
    "embedded": "data for machines",
}


@dataclass(frozen=True, slots=True)
class Peek:
    """Arguments of `peek`. Without `url`, the page of the session is meant; without both, that of the current one."""

    url: str | None = None
    session: str | None = None


def peek(workspace: Workspace, arguments: Peek) -> None:
    """Show the tables, lists and records of a page: three rows of each, its schema, and the cell that gets it.

    Raises
    ------
    CommandError
        No session is open, and no URL is given.
    RequestError
        `EMULATOR_ONLY`: the server is no emulator; `INVALID_STATE`: the page can't be opened.
    """
    if arguments.url is None:
        session = workspace.live_session(arguments.session)
        found = toolkit.client().peek(session)
        target = "" if session is workspace.current else f" -s {session.name}"
    else:
        url = templates.fill(arguments.url, workspace.scope)
        found = toolkit.client().peek(url)
        target = f" --url {url}"
    _show(found, target, workspace.names)


def _show(found: PagePeek, target: str, taken: Container[str]) -> None:
    print(" · ".join(part for part in (one_line(found.url), _short(found.title)) if part))
    if found.why is not None:
        print(found.why)
    elif not found.sources:
        print("nothing on this page is a table, a list or a record")
    names: set[str] = set()
    for place, source in enumerate(found.sources):
        name = _variable(source, taken, names)
        names.add(name)
        if place < MOST_SHOWN:
            print(f"\n{heading(source)}")
            if source.records:
                display(_frame(source))  # type: ignore[no-untyped-call]
        else:
            print(f"\nalso: {heading(source)}")
        print(cell_of(source, target, name))
    if found.more:
        print(f"\n{found.more} further lists are not shown")
    if found.is_cut:
        print("\nthe page is too large to be read as a whole")


def heading(source: PageSource) -> str:
    """Return the line above a source: `table 2 · "Households" · 45 rows`."""
    kind = _KINDS.get(source.kind, source.kind).format(number=source.number)
    title = f'"{_short(source.title)}"' if source.title else ""
    rows = ""
    if source.kind not in ("pairs", "page", "embedded") or source.rows > 1:
        rows = f"{source.rows:,} {'row' if source.rows == 1 else 'rows'}"
        if source.stated_rows is not None and source.stated_rows > source.rows:
            rows += f" here, the page says {source.stated_rows:,}"
    return " · ".join(part for part in (kind, title, rows) if part)


def cell_of(source: PageSource, target: str, name: str) -> str:
    """Return the cell that gets a source.

    Parameters
    ----------
    source : PageSource
        The source.
    target : str
        The options that say where it is.
    name : str
        The variable of its DataFrame.
    """
    if not source.columns:
        return "no schema leads to it alone; name the columns that you want"
    raw = " --raw" if "{{" in source.text or "{%" in source.text else ""
    return f'%%webrun task{target} --schema "{source.columns}" -o {name}{raw}\n{source.text}'


def _frame(source: PageSource) -> pd.DataFrame:
    from webrun_nb.tables.frames import to_frame

    return to_frame(list(source.records), schema.resolve(source.columns, {}), meta={})[0]


def _variable(source: PageSource, taken: Container[str], names: Container[str]) -> str:
    """Return a name for a source's DataFrame that no other variable has."""
    words = re.findall(r"[a-z]\w*", source.title.lower(), re.ASCII)
    name = "_".join(words)[:_NAME_CHARS].rstrip("_")
    if not name or keyword.iskeyword(name):
        name = "record" if source.kind in ("pairs", "page", "embedded") else "rows"
    unique, number = name, 2
    while unique in taken or unique in names:
        unique, number = f"{name}_{number}", number + 1
    return unique


def _short(text: str) -> str:
    line = one_line(text)
    return line if len(line) <= _TITLE_CHARS else line[: _TITLE_CHARS - 1] + "…"


PEEK = Command(
    "peek",
    "what is on a page: its tables and lists, a schema for each, three rows of each",
    Peek,
    peek,
    (
        Option(
            "",
            "url",
            "which page; without it, the one that the session shows now",
            "URL",
            values.url,
            choices=tuple(f"practice:{site}" for site in PRACTICE_SITES),
        ),
        Option("-s", "session", "the page of this session, as it is now", "NAME", values.name, names="session"),
    ),
    exclusive=("URL", "-s"),
    examples=("%webrun peek practice:shop",),
    details="""\
  %webrun peek https://example.com/prices   opens the page in a session of its own, which ends at once
  %webrun peek                              the page that the current session shows now, after a login for example

Below each table, list and record is the cell that gets it. Its columns have the page's own names, and the types as
which all values of the page can be read: change them as you like. A column without ? has a value in every row here.

Lists are shown as far as the page has loaded them; the task also follows pages, "load more" and scrolling.

In Python: webrun.extract(session, schema).df reads the page as it is, without a task. Both exist on the emulator
only.""",
)

COMMANDS = (PEEK,)
