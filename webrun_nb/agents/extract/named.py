"""Things a person names ("the price of the Umbrel One"): the row that is called so, and no other thing's values."""

from __future__ import annotations

import re
from collections.abc import Sequence

from webrun_nb.agents.extract.mapping import Mapping
from webrun_nb.agents.extract.names import tokens
from webrun_nb.agents.extract.selecting import rows_of_column_value
from webrun_nb.agents.extract.sources import UNDER, Row
from webrun_nb.browsers.observation import PageData

_NAME_WORDS = 8
"""A cell of more words tells about a thing; it is not its name."""


def rows_called(name: str, mapping: Mapping) -> list[Row]:
    """Find the rows that are called `name`.

    A cell says just that, else a cell of the column says so ("household 2"), else a short cell has all of its words.
    """
    wanted = tokens(name)
    own = [(row, row.cells[key]) for row in mapping.source.rows for key in row.cells if key != UNDER]
    cells = [(row, tokens(cell.text)) for row, group in own for cell in group]
    exact = [row for row, words in cells if words == wanted]
    if not exact and (numbered := rows_of_column_value(mapping.source, name)):
        return numbered
    loose = [row for row, words in cells if len(words) <= _NAME_WORDS and set(wanted) <= set(words)]
    return list({id(row): row for row in exact or loose}.values())


def page_is_called(name: str, page: PageData) -> bool:
    """Tell whether the page's one record may answer for `name`: its heading has all the words, or it is "this …"."""
    if re.match(r"this\b", name, re.I):
        return True
    headings = [str(h.get("text") or "") for h in page.headings if h.get("level") == 1] or [page.title]
    if any(set(tokens(name)) <= set(tokens(text)) for text in headings):
        return True
    # "the laptop": a kind of thing, which the page's address or title says.
    kind = name == name.lower() and not re.search(r"\d", name)
    return kind and set(tokens(name)) <= set(tokens(f"{page.title} {page.url}"))


def names_shown(mappings: Sequence[Mapping]) -> list[str]:
    """List what the best source's rows are called."""
    for mapping in mappings[:1]:
        named = next((f for f in mapping.source.fields if "name" in f.evidence), None)
        if named:
            return [row.cells[named.key][0].text for row in mapping.source.rows if named.key in row.cells][:12]
    return []


def inside_of_rows(page: PageData) -> set[int]:
    """Find the pairs (by position) that are one row's of several: another row of its list has one of the same label."""
    lists = [[str(i.get("path") or "") for i in g.get("items", ())] for g in page.groups]
    lists += [[str(r.get("path") or "") for r in t.get("rows", ())] for t in page.tables]
    found: set[int] = set()
    for paths in lists:
        holders = {path for path in paths if path}
        rows: dict[tuple[str, str], dict[str, list[int]]] = {}
        for i, pair in enumerate(page.pairs):
            steps = str(pair.get("path") or "").split(" > ")
            holder = next((p for n in range(len(steps), 0, -1) if (p := " > ".join(steps[:n])) in holders), None)
            if holder:
                label = (str(pair.get("source")), str(pair.get("label")))
                rows.setdefault(label, {}).setdefault(holder, []).append(i)
        for places in rows.values():
            if len(places) > 1:
                found |= {i for group in places.values() for i in group}
    return found
