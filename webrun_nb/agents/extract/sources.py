"""Candidates for an answer's rows: every table and repeated group of a page in one form."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from webrun_nb.agents.extract.names import hint_tokens, tokens
from webrun_nb.agents.extract.values import MONEY, Cell, parse_date
from webrun_nb.browsers.observation import PageData

_LABEL = re.compile(r"(?:^|(?<=\s))(?P<label>[A-Z][\w/-]*(?: [\w/-]+){0,2}):\s+")
_RATING = re.compile(
    r"^\s*(?:[★✭⭐]|\d(?:\.\d+)?\s*(?:out\s+of|/)\s*(?:5|10)\b|rated\s+\d|\d(?:\.\d)?\s*stars?\b)", re.I
)
_COUNTED = re.compile(r"\(?\d[\d.,]*\s+([A-Za-z]{3,20})\)?")
_STOCK = re.compile(r"in\s?stock|out\s?of\s?stock|sold\s?out|\bavailable\b|unavailable|\d+\s+left\b", re.I)
_BUTTON = re.compile(
    r"^(?:add\s+to\s+(?:cart|basket|bag)|buy(?:\s+now)?|details?|view|more|read\s+more|edit|delete|remove|share"
    r"|reply|save|compare|\(about\)|learn\s+more)$",
    re.I,
)
_HEADING_KEY = re.compile(r"(?:^|>|:)h[1-6]\d*(?:>|$)|^H[1-6](?:\.|>|$)")


UNDER = "under"
"""The key of the column that holds the titles of tables which were joined."""


@dataclass(slots=True)
class Field:
    """One column of a source.

    `names` are token tuples of everything that names it: label first, then itemprop, classes, ids.
    """

    key: str
    label: str = ""
    names: list[tuple[tuple[str, ...], float]] = field(default_factory=list)
    evidence: frozenset[str] = frozenset()
    """What its values look like: price, rating, stock, date, url, email, image, name, text, number."""
    coverage: float = 0.0
    many: bool = False
    constant: bool = False
    attribute: bool = False
    wrapper: bool = False
    """It only holds other fields; its text is theirs."""
    title: str = ""
    """The page's own word for it where it has no label: itemprop or class."""
    order: int = 0


@dataclass(slots=True)
class Row:
    """One record: cells by field key."""

    cells: dict[str, list[Cell]]
    path: str = ""
    text: str = ""
    heading: str = ""
    url: str = ""
    """The page it is on."""
    under: str = ""
    """The title of its table, where several tables were joined."""


@dataclass(slots=True)
class Source:
    """A table or a repeated group."""

    kind: str
    rows: list[Row]
    fields: list[Field]
    titles: str = ""
    """Caption, heading above, ids and classes: what it is called."""
    region: str = ""
    index: int = 0
    path: str = ""
    header: bool = False
    raw: Mapping[str, Any] = field(default_factory=dict)
    """What the reading script found, for joining it with the same list of another page."""

    @property
    def parts(self) -> tuple[str, ...]:
        """The titles of the tables that were joined, some maybe empty; none for a list that stands alone."""
        return tuple(self.raw.get("parts", ()))

    @property
    def has_unread(self) -> bool:
        """True if the page has more rows than were read."""
        unread = self.raw.get("unread")
        return isinstance(unread, int) and unread > 0


def sources(page: PageData) -> list[Source]:
    """Collect the candidates of a page and of its frames of the same host, tables first, in document order."""
    return _collected([page, *(frame for frame in page.frames if _host(frame) == _host(page))])


def sources_elsewhere(page: PageData) -> list[Source]:
    """Collect the candidates in frames of other hosts: for where the page itself has nothing."""
    return _collected([frame for frame in page.frames if _host(frame) != _host(page)])


def _host(page: PageData) -> str | None:
    return urlsplit(page.url).hostname


def _collected(pages: Sequence[PageData]) -> list[Source]:
    tables = [_dated(table, "rows", page.url) for page in pages for table in page.tables]
    groups = [_dated(group, "items", page.url) for page in pages for group in page.groups]
    paths = {str(table.get("path")) for table in tables}
    found = [source for i, table in enumerate(tables) if (source := _table(table, i))]
    headed = [str(table.get("path")) for table in tables if _is_headed(table)]
    groups = [group for group in groups if not (_of_tables(group, paths) or _of_headings(group, headed))]
    return [*found, *(source for i, group in enumerate(groups) if (source := _group(group, i)))]


def _of_tables(group: Mapping[str, Any], tables: set[str]) -> bool:
    """Tell whether what repeats are whole tables: those are lists of their own, and no rows."""
    return all(str(item.get("path")) in tables for item in group.get("items", ()))


def _is_headed(table: Mapping[str, Any]) -> bool:
    return table.get("header") != "none" and len(table.get("columns", ())) > 1 and len(table.get("rows", ())) > 0


def _of_headings(group: Mapping[str, Any], tables: Sequence[str]) -> bool:
    """Tell whether what repeats are headings with tables under them, or sections with a table in each."""
    inside = [path for path in tables if path.startswith(f"{group.get('path')} > ")]
    if group.get("how") == "runs" and re.fullmatch(r"h[1-6]", str(group.get("tag"))):
        return len(inside) > 1
    items = [f"{item.get('path')} > " for item in group.get("items", ())]
    holding = [item for item in items if any(path.startswith(item) for path in inside)]
    return len(holding) > 1 and 2 * len(holding) > len(items)


def _dated(raw: Mapping[str, Any], key: str, url: str) -> Mapping[str, Any]:
    """Write the page's address on each row."""
    return {**raw, key: [{**row, "url": url} for row in raw.get(key, ()) if isinstance(row, Mapping)]}


def joined(source: Source, other: Source) -> Source:
    """Join the same list of two pages and read it anew, so that what is rare on one page finds its column."""
    key = "rows" if source.kind == "table" else "items"
    raw = {**source.raw, key: [*source.raw[key], *other.raw[key]]}
    made = _table(raw, source.index) if source.kind == "table" else _group(raw, source.index)
    return made or source


def joined_tables(tables: Sequence[Source], titles: Sequence[str]) -> Source:
    """Join tables of the same columns into one list; `titles` are what each of them stands under.

    What the tables are called in common is what the list is called.
    """
    first = tables[0]
    order = [str(column.get("label") or "") for column in first.raw["columns"]]
    rows = [row for table, title in zip(tables, titles, strict=True) for row in _rows_in_order(table, order, title)]
    words = [re.findall(r"\S+", title) for title in titles]
    common = " ".join(word for word in words[0] if all(word in others for others in words))
    classes = [name for name in first.raw.get("classes", ()) if all(name in t.raw.get("classes", ()) for t in tables)]
    unread = sum(int(table.raw.get("unread") or 0) for table in tables)
    called = {"caption": "", "heading": common, "id": "", "classes": classes}
    made = _table({**first.raw, **called, "rows": rows, "unread": unread, "parts": list(titles)}, first.index)
    return made or first


def _rows_in_order(table: Source, order: Sequence[str], title: str) -> list[Mapping[str, Any]]:
    """Give a table's rows with the columns in the order of another table, and with the table's title."""
    labels = [str(column.get("label") or "") for column in table.raw["columns"]]
    places = list(range(len(order)))
    if [label.casefold() for label in labels] != [label.casefold() for label in order]:
        places = [_position(label, labels) for label in order]
    return [
        {**row, "under": title, "cells": [row["cells"][i] if i < len(row["cells"]) else {} for i in places]}
        for row in table.raw["rows"]
    ]


def _position(label: str, labels: Sequence[str]) -> int:
    def plain(text: str) -> str:
        return " ".join(text.casefold().split())

    return [plain(each) for each in labels].index(plain(label))


def resemblance(source: Source, other: Source) -> float:
    """Rate how likely two sources of different pages are the same list, 0 to 1."""
    if source.kind != other.kind:
        return 0.0
    if source.kind == "table":
        ours, theirs = [f.label for f in source.fields], [f.label for f in other.fields]
        return (0.8 if ours == theirs else 0.0) + (0.2 if source.path == other.path else 0.0)
    same = [source.raw.get(key) == other.raw.get(key) for key in ("how", "tag", "item_classes", "classes")]
    ours_, theirs_ = {f.key for f in source.fields}, {f.key for f in other.fields}
    shared = len(ours_ & theirs_) / max(1, min(len(ours_), len(theirs_)))
    return 0.1 * float(sum(same)) + 0.2 * float(source.path == other.path) + 0.4 * shared


def cell_of(raw: Mapping[str, Any], path: str = "") -> Cell:
    """Make a cell of what the reading script says about a place."""

    def text(key: str) -> str:
        value = raw.get(key)
        return value if isinstance(value, str) else ""

    return Cell(text("t"), text("h"), text("s"), text("d"), path or text("p"))


def _table(raw: Mapping[str, Any], index: int) -> Source | None:
    columns = [c for c in raw.get("columns", ()) if isinstance(c, Mapping)]
    rows: list[Row] = []
    for line in raw.get("rows", ()):
        base = str(line.get("path", ""))
        cells = {
            f"c{i}": [cell_of(cell, f"{base} > {cell.get('p', '')}")]
            for i, cell in enumerate(line.get("cells", ()))
            if cell.get("t") or cell.get("h")
        }
        if section := line.get("section"):
            cells["section"] = [Cell(str(section), path=base)]
        text = " ".join(c[0].text for c in cells.values())
        under = str(line.get("under") or "")
        if under:
            cells[UNDER] = [Cell(under, path=base)]
        rows.append(Row(cells, base, text, str(line.get("section") or ""), str(line.get("url") or ""), under))
    if not rows:
        return None
    fields = []
    for i, column in enumerate(columns):
        label = str(column.get("label") or "")
        names = [(tokens(label), 1.0)] if label else []
        names += [(hint, 0.9) for text in column.get("hints", ()) if (hint := hint_tokens(str(text)))]
        fields.append(Field(f"c{i}", label, names, order=i))
    if any("section" in row.cells for row in rows):
        fields.append(Field("section", "Section", [(("section",), 0.9), (("group",), 0.9)], order=len(fields)))
    titles = (
        " ".join(str(raw.get(key) or "") for key in ("caption", "heading", "id"))
        + " "
        + " ".join(map(str, raw.get("classes", ())))
    )
    source = Source(
        "table",
        rows,
        fields,
        titles,
        str(raw.get("region") or ""),
        int(raw.get("index", index)),
        str(raw.get("path")),
        raw.get("header") != "none",
        raw,
    )
    made = _finished(source)
    if made is not None and any(row.under for row in rows):
        made.fields.append(_under(raw, len(fields)))
    return made


def _under(raw: Mapping[str, Any], order: int) -> Field:
    """Make the column of what each row's table stands under: answered where it is asked for, and not shown else."""
    common = [hint for word in str(raw.get("heading") or "").split() if (hint := tokens(word))]
    names = [(name, 0.9) for name in (*common, ("section",), ("group",))]
    return Field(UNDER, names=names, coverage=1.0, order=order)


def _group(raw: Mapping[str, Any], index: int) -> Source | None:
    rows: list[Row] = []
    fields: dict[str, Field] = {}
    names = _labels_of_all(raw)
    for item in raw.get("items", ()):
        base = str(item.get("path", ""))
        cells: dict[str, list[Cell]] = {}
        entries = [entry for entry in item.get("fields", ()) if isinstance(entry, Mapping)]
        plain = [entry for entry in entries if not entry.get("st")] or entries
        for entry, said in _labelled(plain):
            key = str(entry.get("k"))
            label = said if names.get(key) else ""
            path = f"{base} > {entry.get('p')}" if entry.get("p") else base
            cells.setdefault(key, []).append(cell_of(entry, path))
            if key not in fields:
                fields[key] = _field(entry, label, len(fields))
            elif label and not fields[key].label:
                fields[key].label = label
                fields[key].names.insert(0, (tokens(label), 1.0))
        heading, url = str(item.get("heading") or ""), str(item.get("url") or "")
        rows.append(Row(cells, base, str(item.get("text") or ""), heading, url))
    if not rows or not fields:
        return None
    classes = " ".join(" ".join(map(str, raw.get(key, ()))) for key in ("classes", "item_classes"))
    titles = (
        f"{raw.get('heading') or ''} {raw.get('label') or ''} {raw.get('id') or ''} {raw.get('tag') or ''} {classes}"
    )
    return _finished(
        Source(
            "group",
            rows,
            list(fields.values()),
            titles,
            str(raw.get("region") or ""),
            index,
            str(raw.get("path")),
            raw=raw,
        )
    )


def _labels_of_all(raw: Mapping[str, Any]) -> dict[str, bool]:
    """Tell of each place whether it has one label in all items; words that change from item to item are values."""
    labels: dict[str, set[str]] = {}
    for item in raw.get("items", ()):
        for entry, label in _labelled([entry for entry in item.get("fields", ()) if isinstance(entry, Mapping)]):
            if label:
                labels.setdefault(str(entry.get("k")), set()).add(label.casefold())
    return {key: len(said) == 1 for key, said in labels.items()}


def _labelled(entries: Sequence[Mapping[str, Any]]) -> list[tuple[Mapping[str, Any], str]]:
    """Give each place its label; one whose own words are only a label ("Tags:") labels what stands in it."""
    out: list[tuple[Mapping[str, Any], str]] = []
    holders: list[tuple[str, str]] = []
    for entry in entries:
        path, own, label = str(entry.get("p") or ""), str(entry.get("o") or ""), str(entry.get("lb") or "")
        if own.endswith(":") and 2 < len(own) <= 40 and path:
            holders.append((path + " > ", own[:-1].strip()))
            continue
        if not label:
            label = next((name for prefix, name in reversed(holders) if path.startswith(prefix)), "")
        if entry.get("lb") and own and not entry.get("w"):
            entry = {**entry, "t": own.lstrip(": ")}  # "<b>Price</b> $5": the label is no part of the value
        out.append((entry, label))
    return out


def _field(entry: Mapping[str, Any], label: str, order: int) -> Field:
    key = str(entry.get("k"))
    made = Field(key, label, order=order, attribute=bool(entry.get("at")), wrapper=bool(entry.get("w")))
    if label:
        made.names.append((tokens(label), 1.0))
    if itemprop := str(entry.get("ip") or ""):
        made.names.append((tokens(itemprop.split(":")[-1]), 1.0))
    weight = 0.75 if entry.get("w") else 0.6 if entry.get("at") else 0.9
    for text in [*entry.get("c", ()), entry.get("n") or ""]:
        if hint := hint_tokens(str(text)):
            made.names.append((hint, weight))
            made.title = made.title or re.sub(r"[-_]+", " ", str(text))
    made.title = str(entry.get("ip") or "") or made.title
    return made


def _finished(source: Source) -> Source | None:
    _merge_variants(source)
    _split_labels(source)
    for made in source.fields:
        cells = [row.cells[made.key] for row in source.rows if made.key in row.cells]
        texts = [group[0].text for group in cells]
        made.coverage = sum(1 for group in cells if group[0].text or group[0].href or group[0].src) / len(source.rows)
        made.many = sum(len(group) > 1 for group in cells) >= max(1, len(cells) // 4)
        made.constant = len(texts) > 2 and len(set(texts)) == 1
        made.evidence = _evidence(made, [group[0] for group in cells])
        if unit := _unit(texts):
            made.names.append((tokens(unit), 0.9))
    source.fields = [f for f in source.fields if f.coverage > 0]
    _mark_name(source)
    return source if source.fields else None


def _merge_variants(source: Source) -> None:
    """Make one field of those that differ in a class of state alone: `p.stock.low` here, `p.stock.none` there."""
    classes = {
        f.key: frozenset(f.key.split(".")[1:])
        for f in source.fields
        if re.match(r"[A-Z][A-Z0-9]*\.", f.key) and "@" not in f.key
    }
    where = {key: {i for i, row in enumerate(source.rows) if key in row.cells} for key in classes}
    depth = {key: next(row.cells[key][0].path.count(">") for row in source.rows if key in row.cells) for key in classes}
    for left in source.fields:
        for right in source.fields:
            if left is right or left.key not in where or right.key not in where:
                continue
            alike = left.key.split(".")[0] == right.key.split(".")[0] and classes[left.key] & classes[right.key]
            if not alike or depth[left.key] != depth[right.key] or where[left.key] & where[right.key]:
                continue
            for row in source.rows:
                if right.key in row.cells:
                    row.cells[left.key] = row.cells.pop(right.key)
            where[left.key] |= where.pop(right.key)
            left.names += [name for name in right.names if name not in left.names]
    source.fields = [f for f in source.fields if f.key not in classes or f.key in where]


def _split_labels(source: Source) -> None:
    """Cut "…text… Author: Jane Austen" into a text and an author, where the label recurs in most rows."""
    for made in list(source.fields):
        cells = {id(row): row.cells[made.key][0] for row in source.rows if made.key in row.cells}
        counts = Counter(match["label"] for cell in cells.values() for match in _LABEL.finditer(cell.text))
        labels = [
            label
            for label, n in counts.items()
            if n >= max(2, 0.6 * len(source.rows)) and label.lower() not in ("http", "https")
        ]
        if not labels or made.attribute:
            continue
        pattern = re.compile("(?:^|(?<=\\s))(" + "|".join(re.escape(label) for label in labels) + r"):\s+")
        split_any = False
        for row in source.rows:
            cell = cells.get(id(row))
            if cell is None:
                continue
            parts = pattern.split(cell.text)
            if len(parts) < 3:
                continue
            split_any = True
            if rest := parts[0].strip(" ,;|·-"):
                row.cells[f"{made.key}#"] = [Cell(rest, path=cell.path)]
            for label, value in zip(parts[1::2], parts[2::2], strict=True):
                row.cells[f"{made.key}#{label}"] = [Cell(value.strip(" ,;|·"), cell.href, path=cell.path)]
        if split_any:
            source.fields.remove(made)
            if any(f"{made.key}#" in row.cells for row in source.rows):
                source.fields.append(Field(f"{made.key}#", names=list(made.names), order=made.order))
            for label in labels:
                source.fields.append(Field(f"{made.key}#{label}", label, [(tokens(label), 1.0)], order=made.order))


def _unit(texts: Sequence[str]) -> str:
    """Find the word that most values have after their number: "points" in "10 points"."""
    words = Counter(match[1].lower() for text in texts if (match := _COUNTED.fullmatch(text.strip())))
    word, count = words.most_common(1)[0] if words else ("", 0)
    return word if count >= max(2, 0.6 * len(texts)) else ""


def _evidence(made: Field, cells: list[Cell]) -> frozenset[str]:
    if not cells:
        return frozenset()
    out = set()

    def most(test: Any) -> bool:
        return sum(1 for cell in cells if test(cell)) >= 0.6 * len(cells)

    cells = cells[:40]
    if most(lambda c: len(c.text) <= 40 and MONEY.search(c.text)):
        out.add("price")
    if most(lambda c: _RATING.search(c.text)):
        out.add("rating")
    if most(lambda c: len(c.text) <= 60 and _STOCK.search(c.text)):
        out.add("stock")
    if most(
        lambda c: (
            len(c.text) <= 60 and re.search(r"\d", c.text + c.exact) and (parse_date(c.exact) or parse_date(c.text))
        )
    ):
        out.add("date")
    if most(lambda c: re.match(r"\S+@\S+\.\w+$", c.text)):
        out.add("email")
    if not made.wrapper and most(lambda c: c.href or re.match(r"https?://|www\.", c.text)):
        out.add("url")
    if most(lambda c: c.src):
        out.add("image")
    if most(lambda c: re.match(r"\W{0,3}\d[\d.,]*\W{0,3}$", c.text)):
        out.add("number")
    if most(lambda c: len(c.text) > 60):
        out.add("text")
    if most(lambda c: _BUTTON.match(c.text)):
        out.add("button")
    if _HEADING_KEY.search(made.key):
        out.add("heading")
    return frozenset(out)


def _mark_name(source: Source) -> None:
    """Find what names a row: its heading, else its first link with words, else its first words."""
    facts = {"price", "rating", "stock", "date", "email", "number", "button"}
    usable = [f for f in source.fields if f.coverage >= 0.7 and not f.evidence & facts]
    usable = [f for f in usable if not (f.attribute or f.constant or f.many or f.wrapper)]
    texts = {f.key: [row.cells[f.key][0].text for row in source.rows if f.key in row.cells] for f in usable}
    usable = [f for f in usable if any(texts[f.key])]
    in_order = sorted(usable, key=lambda f: f.order)
    headings = [f for f in in_order if "heading" in f.evidence]
    links = [f for f in in_order if "url" in f.evidence and max(map(len, texts[f.key])) < 200]
    for chosen in (headings or links or in_order)[:1]:
        chosen.evidence |= {"name"} if headings or links else {"name", "unsure"}
