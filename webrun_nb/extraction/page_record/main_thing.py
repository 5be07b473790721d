"""The thing that a page is about: its heading, the embedded data that describe it, and what is not of it."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import unquote, urlsplit

from webrun_nb.extraction.embedded.comparing import plain_words
from webrun_nb.extraction.embedded.structured_data import Datum, Entity, entities_of, nested
from webrun_nb.extraction.lines import Line, beginning, lines_of
from webrun_nb.extraction.page_record.labelled import Labelled, labelled_of
from webrun_nb.extraction.snapshot import Node, Snapshot
from webrun_nb.extraction.sources import Source
from webrun_nb.extraction.values.prices import Amount, amounts_of

MAIN_TYPES = (
    *(
        "product",
        "individualproduct",
        "productmodel",
        "productgroup",
        "vehicle",
        "car",
        "book",
        "movie",
        "recipe",
        "event",
    ),
    *(
        "jobposting",
        "newsarticle",
        "article",
        "blogposting",
        "hotel",
        "restaurant",
        "localbusiness",
        "course",
        "person",
    ),
    *("softwareapplication", "mobileapplication", "videogame", "tvseries", "musicalbum", "apartment", "house", "offer"),
)
"""Types of what a page may be about, in the order of preference."""
_SIDE_TAGS = frozenset({"nav", "footer", "aside", "select", "option", "datalist", "dialog"})
_SIDE_ROLES = frozenset(
    {"navigation", "contentinfo", "complementary", "dialog", "alertdialog", "menu", "menubar", "search", "listbox"}
)
_LISTS = frozenset({"table", "tbody", "ul", "ol"})
_ROWS = frozenset({"tr", "li"})
_MOST_ROWS = 100
_FEWEST_ALIKE = 2
_NO_CARDS = frozenset({"tr", "td", "th", "tbody", "span", "b", "strong", "p"})
_CARD_CHARS = 600
_CARDS_IN_ROW = 3
_NAME_CHARS = 12
_SAME_NAME = 0.5
"""Part of the words of an entity's name that the page's heading and title have, if it is the page's thing."""
EMBEDDED_NAMES: Mapping[str, Sequence[tuple[str, ...]]] = {
    "sku": (("sku",), ("offers", "sku"), ("productid",), ("product:retailer_item_id",)),
    "mpn": (("mpn",), ("model",), ("product:mfr_part_no",)),
    "gtin": (
        *(("gtin13",), ("gtin",), ("gtin14",), ("gtin12",), ("gtin8",)),
        *(("isbn",), ("product:ean",), ("product:upc",)),
    ),
    "brand": (("brand",), ("product:brand",), ("og:brand",)),
    "manufacturer": (("manufacturer",),),
    "price": (
        *(("offers", "price"), ("offers", "lowprice"), ("offers", "pricespecification", "price")),
        ("offers", "offers", "price"),
        *(("price",), ("product:price:amount",), ("og:price:amount",), ("product:sale_price:amount",)),
    ),
    "lowprice": (("offers", "lowprice"),),
    "highprice": (("offers", "highprice"),),
    "pricecurrency": (
        *(("offers", "pricecurrency"), ("offers", "pricespecification", "pricecurrency"), ("pricecurrency",)),
        *(("product:price:currency",), ("og:price:currency",)),
    ),
    "availability": (
        *(("offers", "availability"), ("offers", "offers", "availability"), ("availability",)),
        *(("product:availability",), ("og:availability",)),
    ),
    "ratingvalue": (("aggregaterating", "ratingvalue"),),
    "reviewcount": (("aggregaterating", "reviewcount"), ("aggregaterating", "ratingcount")),
    "author": (("author",), ("article:author",)),
    "datepublished": (("datepublished",), ("article:published_time",), ("dateposted",), ("uploaddate",)),
    "description": (("description",), ("og:description",)),
    "image": (("image",), ("og:image",)),
}  # fmt: skip
"""Where embedded data has the facts of a thing, by the name of the fact, the best place first."""


@dataclass
class MainThing:
    """The thing that a page is about, with all that its facts are read from."""

    snapshot: Snapshot
    lines: Sequence[Line]
    """The lines of the page."""
    heading_line: int
    """The number of the line that names the thing."""
    entities: Sequence[Entity]
    """The embedded entities that describe the thing, and that of the meta tags."""
    lists: Sequence[Source]
    """The lists of records on the page."""

    @cached_property
    def amounts(self) -> list[Amount]:
        """The amounts of money on the page."""
        return amounts_of(self.lines)

    @cached_property
    def labelled(self) -> list[Labelled]:
        """The labelled texts that may be facts of the thing."""
        found = [each for each in labelled_of(self.lines) if not self.is_aside(each.node)]
        # What several items of a list have a label for is a field of these.
        holders = [self.item_of(each.node) for each in found]
        named: dict[str, set[int]] = {}
        for each, holder in zip(found, holders, strict=True):
            named.setdefault(plain_words(each.label), set()).update([] if holder is None else [id(holder)])
        return [
            each
            for each, holder in zip(found, holders, strict=True)
            if holder is None or len(named[plain_words(each.label)]) < _FEWEST_ALIKE
        ]

    @cached_property
    def by_id(self) -> Mapping[str, Node]:
        """The page's elements by their ids."""
        return {name: node for node in self.snapshot.root.walk() if (name := node.attributes.get("id"))}

    @cached_property
    def cards(self) -> frozenset[int]:
        """The ids of elements that are cards of other things."""
        around = {self.heading, *self.heading.ancestors()}
        items = {
            id(row.node) for each in self.lists if _are_priced(each) for row in each.rows if row.node not in around
        }
        return _cards(self.amounts, self.heading) | items

    @cached_property
    def _items(self) -> frozenset[int]:
        """The ids of the items of lists of records, those around the heading left out."""
        around = {self.heading, *self.heading.ancestors()}
        lists = [each for each in self.lists if len(each.rows) >= _CARDS_IN_ROW and len(each.columns) > 1]
        return frozenset(id(row.node) for each in lists for row in each.rows if row.node not in around)

    def item_of(self, node: Node) -> Node | None:
        """Return the item of a list of records that an element is in."""
        inside: Node | None = node
        while inside is not None and id(inside) not in self._items:
            inside = inside.parent
        return inside

    @property
    def heading(self) -> Node:
        """The element of the main heading."""
        line = self.lines[self.heading_line]
        return line.node_of(0, len(line.text))

    def is_aside(self, node: Node) -> bool:
        """Tell whether an element belongs to something else than the thing."""
        inside: Node | None = node
        while inside is not None:
            if inside.tag in _SIDE_TAGS or inside.role in _SIDE_ROLES or id(inside) in self.cards:
                return True
            inside = inside.parent
        return False

    def embedded(self, name: str) -> list[Datum]:
        """Return the embedded values of a fact, those of the best place first."""
        return [
            datum
            for path in EMBEDDED_NAMES[name]
            for entity in self.entities
            for datum in entity.data(*path)
            if datum.text
        ]


def main_thing_of(snapshot: Snapshot, lists: Sequence[Source]) -> MainThing | None:
    """Return the thing that a page is about; None for a page without a heading.

    Parameters
    ----------
    snapshot : Snapshot
    lists : sequence of Source
        The lists of records on the page (`records.lists_of`): the prices of their items are not the thing's.
    """
    lines = lines_of(snapshot.root, without=_of_long_lists(snapshot.root))
    entities = entities_of(snapshot)
    number = _heading_line(snapshot, lines, entities)
    if number is None:
        return None
    return MainThing(snapshot, lines, number, _about(entities, lines[number].text, snapshot), lists)


def _of_long_lists(root: Node) -> frozenset[Node]:
    """Return the rows and items of long tables and lists, but for the first: they say nothing of the page's thing."""
    rows = (
        row
        for node in root.walk()
        if node.tag in _LISTS and len(node.children) > _MOST_ROWS
        for row in node.elements[_MOST_ROWS:]
        if row.tag in _ROWS
    )
    return frozenset(rows)


def _heading_line(snapshot: Snapshot, lines: Sequence[Line], entities: Sequence[Entity]) -> int | None:
    """Return the line that names the thing: the heading that the title and the embedded data speak of."""
    named = [snapshot.title] + [
        d.text for e in entities for path in (("og:title",), ("name",), ("headline",)) for d in e.data(*path)[:1]
    ]
    wanted = [set(plain_words(text).split()) for text in named[:30]]
    in_url = set(_without_accents(re.sub(r"[^a-zA-Z]+", " ", unquote(urlsplit(snapshot.url).path))).split())
    best: tuple[float, int] | None = None
    for number, line in enumerate(lines):
        node = line.pieces[0].closest("h1", "h2", "nav", "footer", "aside")
        is_name = any("name" in each.attributes.get("itemprop", "").split() for each in line.pieces[0].ancestors())
        if not (node is not None and node.tag in ("h1", "h2")) and not is_name:
            continue
        words = set(plain_words(line.text).split())
        if not words or len(line.text) > 400:
            continue
        # How much of the title it has, and how much of it the title has; the title's own words weigh most.
        alike = [len(words & other) / len(words | other) for other in wanted if other]
        score = (2 * alike[0] if wanted[0] else 0.0) + max(alike, default=0.0)
        score += 0.5 if node is not None and node.tag == "h1" else 0.0
        own = set(_without_accents(line.text).split())
        score += len(own & in_url) / len(own) if own else 0.0
        if score > 0.4 and (best is None or score > best[0] + 0.01):
            best = (score, number)
    if best is not None:
        return best[1]
    return next((i for i, line in enumerate(lines) if line.pieces[0].closest("h1") is not None), None)


def _without_accents(text: str) -> str:
    """Return a text as addresses have it: in lower case, letters without accents."""
    return "".join(c for c in unicodedata.normalize("NFKD", text[:400].casefold()) if not unicodedata.combining(c))


def _about(entities: Sequence[Entity], heading: str, snapshot: Snapshot) -> list[Entity]:
    """Return the entities that describe the thing, and that of the meta tags.

    They are of the first type that has one which is called like the heading, or one alone: names are translated and
    shortened.
    """
    inner = [each for entity in entities if not _is_list(entity) for each in nested(entity) if entity.origin != "meta"]
    title = set(plain_words(f"{heading} {snapshot.title}").split())

    def likeness(entity: Entity) -> float:
        names = [
            set(plain_words(d.text).split()) for path in (("name",), ("headline",)) for d in entity.data(*path)[:1]
        ]
        return max((len(words & title) / len(words) for words in names if words), default=0.0)

    meta = [each for each in entities if each.origin == "meta"]
    for name in MAIN_TYPES:
        of_type = [each for each in inner if name in each.types]
        if alike := [each for each in of_type if likeness(each) >= _SAME_NAME] or (
            of_type if len(of_type) == 1 else []
        ):
            return [*alike, *meta]
    return meta


def _is_list(entity: Entity) -> bool:
    return bool({"itemlist", "breadcrumblist", "website", "organization", "webpage"} & set(entity.types)) and not any(
        name in entity.values for name in ("mainentity", "offers")
    )


def _are_priced(source: Source) -> bool:
    """Tell whether a list is one of things with prices."""
    places = [place for place, column in enumerate(source.columns) if "price" in column.properties]
    priced = sum(any(row.cells[place] is not None for place in places) for row in source.rows)
    return priced >= _CARDS_IN_ROW and len(source.columns) > len(places) and 2 * priced >= len(source.rows)


def _cards(amounts: Sequence[Amount], heading: Node) -> frozenset[int]:
    """Return the ids of elements that are cards: three or more alike side by side, each with an amount and a link."""
    around = {id(node) for node in (heading, *heading.ancestors())}
    holders: dict[int, Node] = {}
    for amount in amounts:
        for node in (amount.node, *amount.node.ancestors()):
            if id(node) in around or id(node) in holders:
                break
            holders[id(node)] = node
    rows: dict[tuple[int, str], list[Node]] = {}
    for node in holders.values():
        if node.tag not in _NO_CARDS and len(beginning(node, _CARD_CHARS)) < _CARD_CHARS and _is_linked(node):
            rows.setdefault((id(node.parent), node.tag), []).append(node)
    cards = set()
    for alike in rows.values():
        shapes = Counter(step for card in alike for step in _shape(card))
        usual = {step for step, count in shapes.items() if 2 * count >= len(alike)}
        like = [card for card in alike if 2 * len(_shape(card) & usual) >= len(usual)]
        beside = alike[0].parent.elements if alike[0].parent is not None else []
        whole = sum(each.tag == alike[0].tag and not each.hidden for each in beside)
        # The parts of a page's column are alike too, but only few of them have amounts.
        if len(like) >= _CARDS_IN_ROW and 2 * len(like) >= whole:
            cards |= {id(card) for card in like}
    return frozenset(cards)


def _shape(card: Node) -> frozenset[str]:
    """Return the paths of tags in an element, to a depth of three."""
    return frozenset(
        f"{child.tag}>{inner.tag}>{last}"
        for child in card.elements[:20]
        for inner in (*child.elements[:10], child)
        for last in {each.tag for each in inner.elements[:10]} or {""}
    )


def _is_linked(card: Node) -> bool:
    """Tell whether a card leads to a thing of its own: a link with a picture or a name."""
    links = (
        [card] if card.tag == "a" else [*card.find("a")[:10], *(node for node in card.ancestors() if node.tag == "a")]
    )
    linked = [link for link in links if link.attributes.get("href")]
    return any(len(link.text) >= _NAME_CHARS or link.find("img") for link in linked) or bool(
        linked and card.find("img")
    )
