"""One record of a page: JSON-LD, microdata, meta, label/value pairs and headings as a source with one row."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from webrun_nb.agents.extract.mapping import Mapping as Assigned
from webrun_nb.agents.extract.mapping import Match, name_score
from webrun_nb.agents.extract.named import inside_of_rows
from webrun_nb.agents.extract.names import hint_tokens, tokens
from webrun_nb.agents.extract.schema import Column
from webrun_nb.agents.extract.shown import Shown
from webrun_nb.agents.extract.sources import Field, Row, Source, cell_of
from webrun_nb.agents.extract.values import MISSING, MONEY, Cell, convert, currency, number
from webrun_nb.browsers.observation import PageData

# What a page can be about, and what only belongs to every page of a site.
_MAIN_TYPES = re.compile(
    r"Product|Article|Event|Recipe|Movie|Book|Person|Place|Business|JobPosting|Offer|Course|Hotel|Review"
    r"|CreativeWork|Vehicle|SoftwareApplication",
    re.I,
)
_SIDE_TYPES = re.compile(
    r"BreadcrumbList|WebSite|WebPage$|Organization|SearchAction|ItemList|ImageObject|SiteNavigation", re.I
)
_TRUST = {
    "json_ld": 1.0,
    "microdata": 1.0,
    "itemprop": 1.0,
    "dl": 0.95,
    "table": 0.95,
    "text": 0.95,
    "meta": 0.7,
    "class": 0.85,
    "heading": 0.9,
}
_THRESHOLD = 0.5
_UNSEEN = 0.7
_UP_FROM = re.compile(r"lowPrice$")


def record_source(page: PageData) -> Source:
    """Collect everything that says something about what the page is about, as one row."""
    row = Row({}, "html", page.text[:600], page.title)
    fields: list[Field] = []

    def add(
        kind: str, label: str, cell: Cell, names: list[tuple[str, ...]], evidence: frozenset[str] = frozenset()
    ) -> None:
        if not (cell.text or cell.href or cell.src) or len(fields) >= 1500:
            return
        key = f"{kind}{len(fields)}"
        trust = _TRUST[kind]
        fields.append(Field(key, label, [(name, trust) for name in names if name], evidence, 1.0, order=len(fields)))
        row.cells[key] = [cell]

    shown = Shown(page)
    for path, value in _linked_data(page):
        if shown.bears_out(value):
            add("json_ld", path[-1], Cell(value, path="script[type='application/ld+json']"), _path_names(path))
    for path, cell in _microdata(page):
        if shown.bears_out(cell.text):
            add("microdata", path[-1], cell, _path_names(path))
    for heading in page.headings:
        if heading.get("level") == 1:
            text = Cell(str(heading.get("text") or ""), path=str(heading.get("path") or ""))
            add("heading", "title", text, [("title",), ("name",), ("heading",)], frozenset({"name"}))
    of_rows = inside_of_rows(page)  # what one row of a list says, the page's own record does not
    for i, pair in enumerate(page.pairs):
        if i in of_rows:
            continue
        kind = str(pair.get("source"))
        label = str(pair.get("label") or "")
        if kind not in _TRUST or not label:
            continue
        cell = cell_of(pair, str(pair.get("path") or ""))
        words = (
            [tokens(label)]
            if kind not in ("class", "itemprop")
            else [hint for part in label.split() if (hint := hint_tokens(part))]
        )
        if "/" in label and kind not in ("class", "itemprop"):
            words += [tokens(part) for part in label.split("/")]
        evidence = frozenset({"price"}) if len(cell.text) <= 40 and MONEY.search(cell.text) else frozenset[str]()
        add(kind, label, cell, words, evidence)
    for name, value in page.meta.items():
        if name.split(":")[0] in (
            "og",
            "product",
            "article",
            "twitter",
            "book",
            "description",
            "author",
            "keywords",
        ) and (shown.bears_out(value)):
            add("meta", name, Cell(value, path=f'meta[name="{name}"]'), [tokens(name.split(":", 1)[-1])])
    add("heading", "title", Cell(page.title, path="title"), [("page", "title"), ("title",)])
    return Source("record", [row], fields, f"{page.title}", path="html")


def assign_record(columns: tuple[Column, ...], source: Source, *, as_shown: bool = False) -> Assigned:
    """Find each column's place on a page about one thing; the same place may serve two columns.

    With `as_shown` (an answer for people), and for money, what is visible goes before what is only in the page's
    metadata, where a price stands without its currency.
    """
    matches: dict[str, Match] = {}
    row = source.rows[0]
    for column in columns:
        best: Match | None = None
        for field in source.fields:
            score = _score(column, field, row)
            if (as_shown or column.kind == "money") and field.key.startswith(("json_ld", "meta")):
                score *= _UNSEEN
            if score >= _THRESHOLD and (best is None or score > best.score + 1e-9):
                best = Match(field, score)
        if best:
            matches[column.name] = best
    for column in columns:
        if (column.name in matches and tokens(column.name)[-1:] == ("currency",) and column.kind == "str") or (
            column.name not in matches and tokens(column.name)[-1:] == ("currency",)
        ):
            _as_shown(column, matches, source)
    score = sum(m.score for m in matches.values()) / max(1, len(columns))
    return Assigned(source, matches, score)


def _score(column: Column, field: Field, row: Row) -> float:
    cell = row.cells[field.key][0]
    score = name_score(column, field)
    if tokens(column.name)[-1:] == ("price",) and not re.search(r"\d", cell.text):
        return 0.0
    if "price" in field.evidence and tokens(column.name)[-1:] == ("price",):
        score = max(score, 0.75) + 0.05
    if score < _THRESHOLD or convert(cell, column, base_url="http://x.invalid/") is MISSING:
        return 0.0
    if (
        column.kind == "str"
        and len(cell.text) > 300
        and not set(tokens(column.name)) & {"description", "text", "body", "summary"}
    ):
        score *= 0.6
    return score


def _as_shown(column: Column, matches: dict[str, Match], source: Source) -> None:
    """Give a currency in words of the page: the sign beside the visible price, where it is the same price and currency.

    People ask for what they see; what JSON-LD says of it ("GBP") only confirms it.
    """
    row = source.rows[0]
    known = row.cells[matches[column.name].field.key][0].text if column.name in matches else ""
    for field in source.fields:
        cell = row.cells[field.key][0]
        if field.key.startswith(("class", "itemprop", "text", "dl", "table")) and "price" in field.evidence:
            sign = re.search(r"[$£€¥₹₽₩₪₺₴]|[A-Z]{3}", cell.text)
            if sign and (not known or currency(cell.text) in ("", known)) and number(cell.text) is not None:
                made = Field(
                    f"{field.key}@currency", "currency", [(("currency",), 1.0)], coverage=1.0, order=len(source.fields)
                )
                row.cells[made.key] = [Cell(sign[0], path=cell.path)]
                source.fields.append(made)
                matches[column.name] = Match(made, 0.9)
                return


def _path_names(path: tuple[str, ...]) -> list[tuple[str, ...]]:
    """List the names of a nested value: `offers.price` is "price" and "offers price"; a brand's name is the brand."""
    *parents, last = path
    if last == "name" and parents:
        return [tokens(parents[-1]), tokens(f"{parents[-1]} name")]
    names = [tokens(last), tokens(" ".join(path[-2:]))]
    if _UP_FROM.search(last):
        names.append(("price",))
    return names


def _linked_data(page: PageData) -> Iterator[tuple[tuple[str, ...], str]]:
    entities = [entity for block in page.json_ld for entity in _entities(block)]
    entities = [e for e in entities if not _SIDE_TYPES.search(_type(e))]
    main = [e for e in entities if _MAIN_TYPES.search(_type(e))] or entities
    # Several things of one kind are a list, and a list is not one record.
    if main and (len(main) == 1 or _type(main[0]) != _type(main[1])):
        yield from _flat(main[0], ())


def _entities(block: Any, depth: int = 0) -> Iterator[Mapping[str, Any]]:
    if isinstance(block, list) and depth < 4:
        for part in block[:100]:
            yield from _entities(part, depth + 1)
    elif isinstance(block, Mapping):
        graph = block.get("@graph")
        if isinstance(graph, list):
            yield from _entities(graph, depth + 1)
        else:
            yield block


def _type(entity: Mapping[str, Any]) -> str:
    kind = entity.get("@type")
    return " ".join(map(str, kind)) if isinstance(kind, list) else str(kind or "")


def _flat(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if len(path) > 4:
        return
    if isinstance(value, Mapping):
        for key, part in list(value.items())[:60]:
            if not str(key).startswith("@") and not (
                path and path[-1] in ("review", "availableAtOrFrom", "seller", "itemReviewed")
            ):
                yield from _flat(part, (*path, str(key)))
    elif isinstance(value, list):
        if value and all(isinstance(part, str | int | float) for part in value):
            yield path, ", ".join(str(part) for part in value[:20])
        elif value:
            yield from _flat(value[0], path)
    elif isinstance(value, bool):
        yield path, "yes" if value else "no"
    elif isinstance(value, str | int | float) and path:
        yield path, re.sub(r"\s+", " ", str(value)).strip()[:2000]


def _microdata(page: PageData) -> Iterator[tuple[tuple[str, ...], Cell]]:
    items = [item for item in page.microdata if not _SIDE_TYPES.search(str(item.get("type")))]
    if items and (len(items) == 1 or items[0].get("type") != items[1].get("type")):
        yield from _properties(items[0].get("props"), ())


def _properties(props: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Cell]]:
    if not isinstance(props, Mapping) or len(path) > 3:
        return
    for name, values in props.items():
        for value in values[:1] if isinstance(values, list) else ():
            if "props" in value:
                yield from _properties(value["props"], (*path, str(name)))
            else:
                yield (*path, str(name)), cell_of(value)
