"""Data that a page embeds for machines: JSON-LD, microdata, RDFa, and the meta tags of OpenGraph and its like.

All four are read into one form, the entity: a thing with schema.org types and named values. It is evidence of what the
page says, not a substitute for it: a stage that takes a value from here compares it with what is displayed (see
`comparing.agrees`).
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from webrun_nb.extraction.embedded.comparing import plain_words
from webrun_nb.extraction.embedded.json_ld import parse_json_ld
from webrun_nb.extraction.snapshot import Node, Snapshot
from webrun_nb.extraction.sources import Cell, Source, SourceColumn, SourceRow

Origin = Literal["json-ld", "microdata", "rdfa", "meta"]

MAX_ENTITIES = 2_000
"""Entities of one page, nested ones included; further ones are left out."""
MAX_DEPTH = 12
MAX_VALUE_CHARS = 5_000
_MAX_COLUMNS = 120
_SPACE = re.compile(r"\s+")
_META_VOCABULARIES = frozenset({"og", "product", "article", "book", "twitter", "video", "music", "profile", "place"})
_META_NAMES = frozenset({"description", "author", "keywords", "date", "price", "sku", "brand"})
_ADDRESS_ATTRIBUTES = {"a": "href", "link": "href", "area": "href", "img": "src", "video": "src", "audio": "src"}


@dataclass(frozen=True, slots=True)
class Datum:
    """One simple value of an entity, with the element that carries it."""

    text: str
    node: Node


@dataclass(slots=True)
class Entity:
    """A thing that the page describes for machines."""

    origin: Origin
    node: Node
    """The element that carries it: the script, or the element of the item."""
    types: tuple[str, ...] = ()
    """Its types without their vocabulary, lower case: `product`."""
    values: dict[str, list[Datum | Entity]] = field(default_factory=dict)
    """Its values by property, lower case and without the vocabulary."""

    def add(self, name: str, value: Datum | Entity) -> None:
        """Add a value of a property."""
        self.values.setdefault(local_name(name), []).append(value)

    def data(self, *path: str) -> list[Datum]:
        """Return the simple values at a path of properties; of an entity at its end, the name.

        >>> Entity("json-ld", Node("script"), (), {"sku": [Datum("A 1", Node("script"))]}).data("sku")[0].text
        'A 1'
        """
        found: list[Datum | Entity] = [self]
        for name in path:
            found = [v for each in found if isinstance(each, Entity) for v in each.values.get(name, ())]
        named = [v for each in found if isinstance(each, Entity) for v in each.values.get("name", ())[:1]]
        return [each for each in (*found, *named) if isinstance(each, Datum) and each.text]


def local_name(name: str) -> str:
    """Return a type or property without its vocabulary, lower case.

    >>> local_name("https://schema.org/Product"), local_name("og:price:amount"), local_name("gtin13")
    ('product', 'price:amount', 'gtin13')
    """
    name = name.strip().lower()
    if "/" in name or "#" in name:
        return re.split(r"[/#]", name.rstrip("/"))[-1]
    vocabulary, colon, rest = name.partition(":")
    return rest if colon and rest else vocabulary


def entities_of(snapshot: Snapshot) -> list[Entity]:
    """Return the entities that a page embeds, those of JSON-LD first, without the nested ones."""
    found = [*_of_json_ld(snapshot), *_of_microdata(snapshot.root), *_of_rdfa(snapshot.root)]
    meta = _of_meta(snapshot.root)
    return [*found[:MAX_ENTITIES], *([meta] if meta.values else [])]


def nested(entity: Entity, depth: int = 0) -> Iterator[Entity]:
    """Yield an entity and those in it, from the outside."""
    yield entity
    if depth < MAX_DEPTH:
        for values in entity.values.values():
            for value in values:
                if isinstance(value, Entity):
                    yield from nested(value, depth + 1)


def embedded_of(snapshot: Snapshot) -> list[Source]:
    """Return what the page embeds as sources: entities of one type that stand side by side are the rows of one."""
    found: list[Source] = []
    for group in _alike(entities_of(snapshot)):
        if source := _source(group, len(found) + 1):
            found.append(source)
    return found


# --- JSON-LD


def _of_json_ld(snapshot: Snapshot) -> list[Entity]:
    scripts = [n for n in snapshot.root.walk() if n.tag == "script" and "ld+json" in n.attributes.get("type", "")]
    found: list[Entity] = []
    for number, text in enumerate(snapshot.embedded):
        node = scripts[number] if len(scripts) == len(snapshot.embedded) else snapshot.root
        values = parse_json_ld(text)
        by_id = {str(v["@id"]): v for v in _mappings(values, 0) if "@id" in v and len(v) > 1}
        for value in values:
            found += _json_entities(value, node, by_id)
    return found


def _mappings(value: object, depth: int) -> Iterator[Mapping[str, object]]:
    if depth > MAX_DEPTH:
        return
    if isinstance(value, Mapping):
        yield value
        for part in value.values():
            yield from _mappings(part, depth + 1)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for part in value:
            yield from _mappings(part, depth + 1)


def _json_entities(value: object, node: Node, by_id: Mapping[str, Mapping[str, object]]) -> Iterator[Entity]:
    """Yield the entities at the top: those of a list and of a graph stand side by side."""
    if isinstance(value, list):
        for part in value[:MAX_ENTITIES]:
            yield from _json_entities(part, node, by_id)
    elif isinstance(value, Mapping):
        if "@graph" in value:
            yield from _json_entities(value["@graph"], node, by_id)
        if any(not str(key).startswith("@") for key in value):
            yield _json_entity(value, node, by_id, 0)


def _json_entity(
    value: Mapping[str, object], node: Node, by_id: Mapping[str, Mapping[str, object]], depth: int
) -> Entity:
    types = value.get("@type") or ()
    names = [types] if isinstance(types, str) else types if isinstance(types, list) else []
    entity = Entity("json-ld", node, tuple(local_name(str(name)) for name in names[:10]))
    for key, parts in list(value.items())[:200]:
        if key.startswith("@") or depth >= MAX_DEPTH:
            continue
        for part in (parts if isinstance(parts, list) else [parts])[:MAX_ENTITIES]:
            if isinstance(part, Mapping):
                # A reference to an entity elsewhere; one that goes in a circle ends at the largest depth.
                whole = by_id.get(str(part.get("@id")), part) if len(part) == 1 else part
                if "@value" in whole:
                    entity.add(key, Datum(_simple(whole["@value"]), node))
                elif whole is not part and depth > 2:
                    continue
                else:
                    entity.add(key, _json_entity(whole, node, by_id, depth + 1))
            elif isinstance(part, str | int | float):
                entity.add(key, Datum(_simple(part), node))
    return entity


def _simple(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return _SPACE.sub(" ", html.unescape(str(value)[:MAX_VALUE_CHARS])).strip()


# --- microdata and RDFa


def _of_microdata(root: Node) -> list[Entity]:
    """Read microdata in one pass; values belong to the nearest item around them, or to the one that refers to them."""
    by_id = {node.attributes["id"]: node for node in root.walk() if "id" in node.attributes}
    referred: dict[int, Entity] = {}
    tops: list[Entity] = []

    def visit(node: Node, item: Entity | None) -> None:
        item = referred.get(id(node), item)
        names = node.attributes.get("itemprop", "").split()
        inner = item
        if "itemscope" in node.attributes:
            inner = Entity("microdata", node, tuple(map(local_name, node.attributes.get("itemtype", "").split())))
            for name in node.attributes.get("itemref", "").split()[:20]:
                if name in by_id:
                    referred[id(by_id[name])] = inner
            if item is None or not names:
                tops.append(inner)
            else:
                for name in names:
                    item.add(name, inner)
        elif names and item is not None:
            for name in names[:5]:
                item.add(name, Datum(_carried(node), node))
        for child in node.children:
            if not child.is_text:
                visit(child, inner)

    _visit_deep(visit, root)
    return tops[:MAX_ENTITIES]


def _of_rdfa(root: Node) -> list[Entity]:
    tops: list[Entity] = []

    def visit(node: Node, item: Entity | None) -> None:
        names = node.attributes.get("property", "").split()
        inner = item
        if types := node.attributes.get("typeof", "").split():
            inner = Entity("rdfa", node, tuple(map(local_name, types)))
            if item is None or not names:
                tops.append(inner)
            else:
                for name in names:
                    item.add(name, inner)
        elif names and item is not None:
            for name in names[:5]:
                item.add(name, Datum(_carried(node), node))
        for child in node.children:
            if not child.is_text:
                visit(child, inner)

    _visit_deep(visit, root)
    return tops[:MAX_ENTITIES]


def _visit_deep(visit: object, root: Node) -> None:
    """Run a recursive visit; a document nested deeper than Python's stack is read as far as it goes."""
    try:
        visit(root, None)  # type: ignore[operator]
    except RecursionError:
        return


def _carried(node: Node) -> str:
    """Return the value that an element of microdata or RDFa carries: its attribute for machines, else its text."""
    attributes = node.attributes
    for name in ("content", "datetime", "value" if node.tag in ("data", "meter") else "content"):
        if attributes.get(name):
            return _simple(attributes[name])
    if address := attributes.get(_ADDRESS_ATTRIBUTES.get(node.tag, ""), ""):
        return node.text if node.tag == "a" and node.text else address
    return node.text or _simple("".join(part.content for part in node.walk() if part.is_text))


def _of_meta(root: Node) -> Entity:
    entity = Entity("meta", root)
    for node in root.find("meta", displayed=False)[:500]:
        name = (node.attributes.get("property") or node.attributes.get("name") or "").strip().lower()
        text = _simple(node.attributes.get("content", ""))
        vocabulary, colon, _ = name.partition(":")
        if not text or not ((colon and vocabulary in _META_VOCABULARIES) or name in _META_NAMES):
            continue
        if name == "og:type":
            entity.types = (local_name(text),)
        entity.values.setdefault(name, []).append(Datum(text, node))
    return entity


# --- sources


def _alike(entities: Sequence[Entity]) -> list[list[Entity]]:
    """Group entities of one origin and type in the order of the page; an item list gives its items."""
    groups: dict[tuple[str, tuple[str, ...]], list[Entity]] = {}
    for entity in entities:
        listed = [v for v in entity.values.get("itemlistelement", ()) if isinstance(v, Entity)]
        if listed and "breadcrumblist" not in entity.types:
            inner = [next((v for v in each.values.get("item", ()) if isinstance(v, Entity)), each) for each in listed]
            groups[(f"list {len(groups)}", ())] = inner
        else:
            groups.setdefault((entity.origin, entity.types), []).append(entity)
    return list(groups.values())


def _source(group: Sequence[Entity], number: int) -> Source | None:
    rows = [dict(_flat(entity, (), 0)) for entity in group]
    if len(group) > 1 and _are_variants(rows):
        # What all variants of one thing say is said of the thing; the rest is not.
        rows = [{name: datum for name, datum in rows[0].items() if all(_same(row.get(name), datum) for row in rows)}]
        group = group[:1]
    names = list(dict.fromkeys(name for row in rows for name in row))[:_MAX_COLUMNS]
    if not names:
        return None
    columns = [SourceColumn((), frozenset({".".join(name), name[-1]})) for name in names]
    made = [
        SourceRow(entity.node, tuple(_cell(row.get(name)) for name in names))
        for entity, row in zip(group, rows, strict=True)
    ]
    caption = " ".join(group[0].types)
    return Source("embedded", group[0].node, columns, made, caption=caption, number=number)


def _are_variants(rows: Sequence[Mapping[tuple[str, ...], Datum]]) -> bool:
    """Tell whether entities are variants of one thing: they have one name."""
    names = {plain_words(datum.text) if (datum := row.get(("name",))) else "" for row in rows}
    return len(names) == 1 and "" not in names


def _same(datum: Datum | None, other: Datum) -> bool:
    return datum is not None and datum.text == other.text


_MOST_ALIKE = 50


def _flat(entity: Entity, path: tuple[str, ...], depth: int) -> Iterator[tuple[tuple[str, ...], Datum]]:
    """Yield the first value of each property; the reviews and offers of others are not the entity's own values.

    Of several entities in one property (offers, variants, authors) only what all of them say is said of the thing.
    """
    for name, values in entity.values.items():
        first = values[0]
        if isinstance(first, Datum):
            if first.text:
                yield (*path, name), first
        elif depth < 3 and name not in ("review", "reviews", "itemreviewed", "isrelatedto", "issimilarto"):
            inner = [each for each in values[:_MOST_ALIKE] if isinstance(each, Entity)]
            found = [dict(_flat(each, (*path, name), depth + 1)) for each in inner]
            yield from ((key, datum) for key, datum in found[0].items() if all(_same(o.get(key), datum) for o in found))


def _cell(datum: Datum | None) -> Cell | None:
    if datum is None:
        return None
    node = datum.node
    displayed = "" if node.hidden or node.tag in ("script", "meta", "link", "html") else node.text
    address = node.attributes.get(_ADDRESS_ATTRIBUTES.get(node.tag, ""), "")
    return Cell(node, displayed, exact=datum.text if datum.text != displayed else "", href=address)
