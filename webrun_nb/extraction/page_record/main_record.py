"""The page's main record: the one thing that the page is about, with what the page says of it.

The thing is what the main heading names. Its facts stand near the heading, labelled or in a typical form; what belongs
to other things (cards of related items, menus, the cart) is left out. Embedded data is evidence: it tells which of
several amounts is the price, and gives what the page does not display.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from webrun_nb.extraction.embedded.comparing import agrees, plain_number, plain_words
from webrun_nb.extraction.embedded.structured_data import Datum
from webrun_nb.extraction.lines import Line
from webrun_nb.extraction.naming.names import name_of
from webrun_nb.extraction.page_record.labelled import IDENTIFIERS
from webrun_nb.extraction.page_record.main_thing import MainThing, main_thing_of
from webrun_nb.extraction.reasons import Reason
from webrun_nb.extraction.records.item_units import RATING_OUT_OF, RATING_STARS
from webrun_nb.extraction.records.product_terms import (
    BRAND_LINES,
    STRONG_IDENTIFIERS,
    WEAK_IDENTIFIERS,
    bylines,
    is_buy_button,
    stock_status,
)
from webrun_nb.extraction.records.records import lists_of
from webrun_nb.extraction.snapshot import Node, Snapshot
from webrun_nb.extraction.sources import Cell, Source, SourceColumn, SourceRow
from webrun_nb.extraction.values.dates import read_date
from webrun_nb.extraction.values.prices import Amount, Role

_SCHEMA_ORG = "https://schema.org/"
_TO_BE_HAD = ("InStock", "LimitedAvailability", "OnlineOnly", "InStoreOnly", "PreOrder", "PreSale", "BackOrder")
_EMBEDDED_ONLY = (
    *("ratingvalue", "reviewcount", "author", "datepublished", "description", "image"),
    *("lowprice", "highprice", "pricecurrency"),
)
_NAME_WORDS = 5
_RATING_LINES, _RATING_CHARS = 15, 60
_FEWEST_FACTS = 2
_MAX_PAIRS = 150
_NEAR_LINES = 40
"""An amount without a label that is further behind the heading is not the thing's price."""
_BEFORE_LINES = 6
_STEP_LINES = 5
_SHORT_LINE_CHARS = 40
_BYLINE_WORDS = 3
_MOST_CELLS, _MOST_VARIANTS = 60, 200
"""Cells of a row, and amounts of the page, that are looked at for the prices of variants."""
_IDENTIFIER = re.compile(r"[\w][\w./+\-]*(?: [\w./+\-]+){0,3}")
_DATE_OR_PHONE = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{2,4}|\+[\d ()-]{8,}|\d{1,2}:\d{2}.*")
_RATINGS = (RATING_OUT_OF, re.compile(r"(?<![\d.,])\d[.,]\d(?=\s*[(（])"), RATING_STARS)
"""Ratings, the most exact form first: in words, as a number before a number of reviews, as stars."""
_COUNT = re.compile(r"[(（]\s*(\d[\d.,\s]*)[^()（）\d]{0,20}[)）]")
_BRANDS = tuple(re.compile(pattern, re.IGNORECASE) for pattern in BRAND_LINES)


@dataclass(slots=True)
class _Fact:
    """A column of the record with its cell."""

    labels: tuple[str, ...]
    properties: frozenset[str]
    cell: Cell


def main_record_of(snapshot: Snapshot) -> Source | None:
    """Return the page's main record, one row; None for a page that is about no one thing."""
    page = main_thing_of(snapshot, lists_of(snapshot))
    if page is None:
        return None
    facts = [
        _name(page),
        *_prices(page),
        *_identifiers(page),
        *_brand(page),
        *_availability(page),
        *_rating(page),
        *_origin(page),
    ]
    facts += _embedded_only(page, {name for fact in facts for name in fact.properties})
    facts += _pairs(page, {name for fact in facts for name in fact.properties})
    _name_by_label(facts)
    if len(facts) < _FEWEST_FACTS:
        return None
    columns = [SourceColumn(fact.labels, fact.properties) for fact in facts]
    node = page.heading.closest("main", "article", "body") or snapshot.root
    row = SourceRow(node, tuple(fact.cell for fact in facts))
    return Source("page", node, columns, [row], heading=facts[0].cell.text, number=1)


def _name(page: MainThing) -> _Fact:
    line = page.lines[page.heading_line]
    return _Fact((), frozenset({"name", "title", "headline"}), Cell(page.heading, line.text))


def _name_by_label(facts: Sequence[_Fact]) -> None:
    """Take the name from "Company name: …" where the heading ("Company overview") only says its kind."""
    heading, *others = facts
    said = {word.stem for word in name_of(heading.cell.text).words}
    for fact in others:
        words = [word for label in fact.labels for word in name_of(label).words]
        kinds = [word for word in words if "name" not in word.concepts]
        if kinds and len(kinds) < len(words) and all(word.stem in said for word in kinds):
            fact.properties, heading.properties = frozenset({"name"}), frozenset({"headline"})
            return


def _prices(page: MainThing) -> list[_Fact]:
    """Return the price, the old price and the others that have a role of their own."""
    facts: list[_Fact] = []
    embedded = page.embedded("price")
    best = max(
        (
            (score, -i, amount)
            for i, amount in enumerate(page.amounts)
            if (score := _price_score(page, amount, embedded)) is not None
        ),
        default=None,
    )
    if best is not None and _is_of_variants(page, best[2], embedded):
        return facts
    if best is not None:
        amount = best[2]
        high = next((b for a, b in pairwise(page.amounts) if a is amount and b.part == "high"), None)
        shown = Cell(amount.node, amount.text) if high is None else _range_cell(page, amount, high)
        facts.append(_Fact((), frozenset({"price"}), _with_evidence(shown, embedded)))
        for i, other in enumerate(page.amounts):
            if other.part == "high" and i and page.amounts[i - 1] is amount:
                facts.append(_Fact((), frozenset({"lowprice"}), Cell(amount.node, amount.text)))
                facts.append(_Fact((), frozenset({"highprice"}), Cell(other.node, other.text)))
        for role, names in (
            (Role.OLD, {"oldprice", "listprice"}),
            (Role.UNIT, {"unitprice"}),
            (Role.NET, {"netprice"}),
            (Role.INSTALMENT, {"instalment"}),
            (Role.SHIPPING, {"shipping"}),
        ):
            near = [
                a
                for a in page.amounts
                if a.role is role and abs(a.line - amount.line) <= 4 and not page.is_aside(a.node)
            ]
            if near:
                found = min(near, key=lambda a: abs(a.line - amount.line))
                facts.append(_Fact((), frozenset(names), Cell(found.node, found.text)))
    elif embedded and len({plain_number(datum.text) for datum in embedded}) == 1:
        facts.append(_Fact((), frozenset({"price"}), _embedded_cell(page, embedded[0])))
    elif (net := next((a for a in page.amounts if a.role is Role.NET and _is_near(page, a)), None)) is not None:
        facts.append(_Fact((), frozenset({"price", "netprice"}), Cell(net.node, net.text)))
    elif (rate := next((a for a in page.amounts if a.role is Role.RATE and _is_near(page, a)), None)) is not None:
        facts.append(_Fact((), frozenset({"price", "rate"}), Cell(rate.node, rate.text)))
    return facts


def _range_cell(page: MainThing, low: Amount, high: Amount) -> Cell:
    """Return the cell of a range of prices, which is no single price."""
    line, end = page.lines[low.line], high.start + len(high.text)
    return Cell(line.node_of(low.start, end), line.text[low.start : end])


def _is_of_variants(page: MainThing, amount: Amount, embedded: Sequence[Datum]) -> bool:
    """Tell whether an amount is that of one of several variants: the rows of one table have others in its place."""
    cell = amount.node.closest("td", "th")
    row, table = (cell.closest("tr"), cell.closest("table")) if cell is not None else (None, None)
    if row is None or table is None or any(agrees(amount.text, datum.text) for datum in embedded[:20]):
        return False
    cells = row.elements
    if len(cells) > _MOST_CELLS or cell not in cells:
        return False
    place = cells.index(cell)
    for other in page.amounts[:_MOST_VARIANTS]:
        there = other.node.closest("td", "th")
        if there is None or there.closest("table") is not table or there.parent is row or there.parent is None:
            continue
        siblings = there.parent.elements
        if place < len(siblings) and siblings[place] is there and plain_number(other.text) != plain_number(amount.text):
            return bool(other.role.may_be_price)
    return False


def _is_near(page: MainThing, amount: Amount) -> bool:
    return 0 <= amount.line - page.heading_line <= _NEAR_LINES and not _is_elsewhere(page, amount.node)


def _price_score(page: MainThing, amount: Amount, embedded: Sequence[Datum]) -> float | None:
    """Rate an amount as the thing's price; None for one that can't be."""
    if not amount.role.may_be_price or amount.part == "high" or page.is_aside(amount.node):
        return None
    distance = amount.line - page.heading_line
    ranks = [i for i, datum in enumerate(embedded[:20]) if agrees(amount.text, datum.text)]
    is_property = any(
        "price" in node.attributes.get("itemprop", "").lower().split()
        for node in (amount.node, *list(amount.node.ancestors())[:2])
    )
    if amount.is_in_sentence and not ranks and not is_property:
        return None  # "report the price as $0.01": it is spoken of
    proved = bool(ranks) or is_property or amount.role is Role.CURRENT
    if not ranks and not -_BEFORE_LINES <= distance <= _NEAR_LINES:
        return None
    if distance < 0 and not proved and len(page.lines[amount.line].text) > _SHORT_LINE_CHARS:
        return None
    score = (5.0 if ranks else 0.0) + (2.0 if is_property else 0.0) + (2.0 if amount.role is Role.CURRENT else 0.0)
    score += 0.5 if amount.is_whole_line else 0.0
    # In steps, so that of amounts close to each other the first is taken.
    return score - min(3.0, abs(distance) // _STEP_LINES * (0.5 if distance >= 0 else 1.0))


def _identifiers(page: MainThing) -> list[_Fact]:
    facts: list[_Fact] = []
    for name in IDENTIFIERS:
        labelled = [each for each in page.labelled if each.name == name and _is_identifier(each.text)]
        embedded = _agreeing([d for d in page.embedded(name) if len(d.text) <= 60])
        if name == "sku" and embedded:
            labelled = [
                each for each in labelled if each.phrase not in WEAK_IDENTIFIERS or agrees(each.text, embedded[0].text)
            ]
        labelled.sort(
            key=lambda each: (
                each.phrase not in STRONG_IDENTIFIERS,
                each.phrase in WEAK_IDENTIFIERS,
                each.line < page.heading_line - _BEFORE_LINES,
            )
        )
        shown = next((each for each in labelled if embedded and agrees(each.text, embedded[0].text)), None)
        if found := shown or next(iter(labelled), None):
            cell = Cell(found.node, _first_identifier(found.text))
            facts.append(_Fact((found.label,), frozenset({name}), _with_evidence(cell, embedded)))
        elif embedded:
            facts.append(_Fact((), frozenset({name}), _embedded_cell(page, embedded[0])))
    return facts


def _is_identifier(text: str) -> bool:
    text = _first_identifier(text)
    return (
        len(text) <= 40
        and any(char.isdecimal() for char in text)
        and bool(_IDENTIFIER.fullmatch(text))
        and not _DATE_OR_PHONE.fullmatch(text)
    )


def _first_identifier(text: str) -> str:
    """Return an identifier without what follows it in its line: another label, a remark in brackets."""
    return re.split(r"\s*[(|,;•·]|\s{2,}|\s+[-–]\s+", text.strip("# "), maxsplit=1)[0].strip(" .#")


def _agreeing(data: Sequence[Datum]) -> list[Datum]:
    """Return the data if they say one thing; those of several variants say nothing of the thing itself."""
    said = {plain_words(datum.text) for datum in data}
    return list(data) if len(said) == 1 else []


def _brand(page: MainThing) -> list[_Fact]:
    for name in ("brand", "manufacturer"):
        labelled = next((each for each in page.labelled if each.name == name and len(each.text) <= 60), None)
        if labelled is not None:
            return [_Fact((labelled.label,), frozenset({name, "brand"}), Cell(labelled.node, labelled.text))]
        embedded = [
            datum for datum in page.embedded(name) if len(datum.text) <= 60 and not datum.text.startswith("http")
        ]
        if embedded:
            return [_Fact((), frozenset({name, "brand"}), _embedded_cell(page, embedded[0]))]
    for number, line in enumerate(page.lines):
        if abs(number - page.heading_line) <= _NEAR_LINES and len(line.text) <= 80:
            for pattern in _BRANDS:
                if match := pattern.fullmatch(line.text):
                    return [_Fact((), frozenset({"brand"}), Cell(line.node_of(*match.span(1)), match[1]))]
    return []


def _availability(page: MainThing) -> list[_Fact]:
    """Return if the thing can be had: as displayed where that is plain, else as embedded, else by a buy button."""
    states = {state: datum for datum in reversed(page.embedded("availability")) if (state := stock_status(datum.text))}
    # Of several variants some of which can be had, the thing can be had.
    embedded = next((state for state in states if state in _TO_BE_HAD), next(iter(states), ""))
    button = _buy_button(page)
    shown = _shown_status(page)
    cell: Cell | None = None
    if shown is not None and (shown[1] in _TO_BE_HAD or embedded not in _TO_BE_HAD or button is None):
        cell = Cell(shown[0], shown[2], exact=_SCHEMA_ORG + shown[1])
    elif embedded:
        cell = Cell(states[embedded].node, "", exact=_SCHEMA_ORG + embedded)
    elif button is not None:
        cell = Cell(*button, exact=_SCHEMA_ORG + "InStock")
    return [] if cell is None else [_Fact((), frozenset({"availability"}), cell)]


def _shown_status(page: MainThing) -> tuple[Node, str, str] | None:
    """Return the element, the status and the text of the first line that says whether the thing can be had."""
    for each in page.labelled:
        if (
            each.name == "availability"
            and (status := stock_status(each.text))
            and each.line >= page.heading_line - _BEFORE_LINES
        ):
            return each.node, status, each.text
    for number in range(page.heading_line, min(len(page.lines), page.heading_line + 2 * _NEAR_LINES)):
        line = page.lines[number]
        if (status := stock_status(line.text)) and not page.is_aside(line.pieces[0]):
            return line.node_of(0, len(line.text)), status, line.text
    return None


def _buy_button(page: MainThing) -> tuple[Node, str] | None:
    """Return the button that offers to buy the thing, with its text.

    A transparent one counts: it lies over what is displayed in its place.
    """
    for node in page.snapshot.root.walk():
        attributes = node.attributes
        if node.hidden not in (None, "transparent") or not (
            node.tag in ("button", "a", "input") or node.role == "button"
        ):
            continue
        if "disabled" in attributes or attributes.get("aria-disabled") == "true":
            continue
        text = next((text for text in _button_texts(page, node) if is_buy_button(text)), "")
        if text and not page.is_aside(node):
            return node, text
    return None


def _button_texts(page: MainThing, node: Node) -> Iterator[str]:
    yield node.text
    yield from (node.attributes.get(name, "") for name in ("value", "aria-label", "title"))
    yield from (
        page.by_id[name].text for name in node.attributes.get("aria-labelledby", "").split() if name in page.by_id
    )


def _rating(page: MainThing) -> list[_Fact]:
    """Return the rating that stands close to the heading, with the number of reviews in brackets behind it."""
    facts: list[_Fact] = []
    for line in page.lines[page.heading_line + 1 : page.heading_line + _RATING_LINES]:
        match = next((found for pattern in _RATINGS if (found := pattern.search(line.text))), None)
        if match is None or len(line.text) > _RATING_CHARS or _is_elsewhere(page, line.pieces[0]):
            continue
        node = line.node_of(match.start(), match.start() + len(match[0].rstrip()))
        cell = Cell(node, match[0], label=_label_of_stars(node, match[0]))
        facts.append(_Fact((), frozenset({"ratingvalue"}), _with_evidence(cell, page.embedded("ratingvalue"))))
        if count := _COUNT.search(line.text, match.end()):
            cell = Cell(line.node_of(*count.span(1)), count[1].strip())
            facts.append(_Fact((), frozenset({"reviewcount"}), _with_evidence(cell, page.embedded("reviewcount"))))
        break
    return facts


def _label_of_stars(node: Node, text: str) -> str:
    """Return the label of the element of stars, which says the rating that they round; empty for other texts."""
    if not RATING_STARS.fullmatch(text):
        return ""
    for above in (node, *node.ancestors()):
        if label := above.attributes.get("aria-label", "") or above.attributes.get("title", ""):
            return label
        if above.is_block:
            break
    return ""


def _origin(page: MainThing) -> list[_Fact]:
    """Return the author and the date that stand close to the heading of an article."""
    facts: list[_Fact] = []
    first = max(0, page.heading_line - _BEFORE_LINES)
    near = page.lines[first : page.heading_line + 2 * _BEFORE_LINES]
    for line in near:
        match = next((m for pattern in bylines() if (m := pattern.fullmatch(line.text))), None)
        if match is None or _is_elsewhere(page, line.pieces[0]):
            continue
        node = line.node_of(*match.span(1))
        if node.closest("a") is not None or _is_name(match[1]):
            cell = Cell(node, match[1].strip())
            facts.append(_Fact((), frozenset({"author"}), _with_evidence(cell, page.embedded("author"))))
            break
    published = next((said for line in near if (said := _published(page, line)) is not None), None)
    times = [piece.closest("time") for line in near for piece in line.pieces]
    found = next((time for time in times if time is not None and not _is_elsewhere(page, time)), None)
    if found is not None and found.attributes.get("datetime"):
        names = {"date", "datepublished"} if facts or found.closest("article") is not None else {"date"}
        facts.append(_Fact((), frozenset(names), Cell(found, found.text, exact=found.attributes["datetime"])))
    elif published is not None:
        facts.append(_Fact((), frozenset({"date", "datepublished"}), published))
    return facts


def _published(page: MainThing, line: Line) -> Cell | None:
    """Return the date in a line such as "Published 5 March 2024"."""
    start = next((place for place, char in enumerate(line.text) if char.isdecimal()), 0)
    words = name_of(line.text[:start]).words
    if not 0 < len(words) <= _BYLINE_WORDS or len(line.text) > _SHORT_LINE_CHARS or _is_elsewhere(page, line.pieces[0]):
        return None
    is_date = not isinstance(read_date(line.text[start:], page.heading.language), Reason)
    is_published = is_date and any("published" in word.concepts for word in words)
    return Cell(line.node_of(start, len(line.text)), line.text[start:]) if is_published else None


def _is_elsewhere(page: MainThing, node: Node) -> bool:
    return page.is_aside(node) or page.item_of(node) is not None


def _is_name(text: str) -> bool:
    """Tell whether a text can be a person's name: two words or more, all with capitals where the script has them."""
    words = text.split()
    return (
        2 <= len(words) <= _NAME_WORDS
        and not any(map(str.isdecimal, text))
        and all(word[:1] == word[:1].upper() for word in words)
    )


def _embedded_only(page: MainThing, known: set[str]) -> list[_Fact]:
    """Return the facts that only embedded data names: rating, number of reviews, description, picture."""
    facts = []
    for name in _EMBEDDED_ONLY:
        if name not in known and (data := page.embedded(name)):
            facts.append(_Fact((), frozenset({name}), _embedded_cell(page, data[0])))
    return facts


def _pairs(page: MainThing, known: set[str]) -> list[_Fact]:
    """Return what the page labels with words of its own, and known facts that no rule above has found."""
    facts: list[_Fact] = []
    seen: set[str] = set()
    for each in page.labelled:
        key = plain_words(each.label)
        # "Model: Golf" is no product code, and yet what the page says.
        is_no_code = each.name in IDENTIFIERS and not _is_identifier(each.text)
        is_refused = is_no_code and not any("model" in word.concepts for word in name_of(each.label).words)
        if key in seen or is_refused or each.name in known or len(facts) >= _MAX_PAIRS:
            continue
        seen.add(key)
        href = each.node.attributes.get("href", "")
        label = _label_of_stars(each.node, each.text)
        cell = Cell(each.node, each.text, exact=_exact(each.node), label=label, href=href)
        facts.append(_Fact((each.label,), frozenset(), cell))
    return facts


# --- cells


def _with_evidence(cell: Cell, embedded: Sequence[Datum]) -> Cell:
    """Return a displayed cell with the embedded value beside it, as `exact`: that which agrees, else the only one.

    A later stage reads what is displayed; the embedded value proves the reading, or is named as one that differs.
    """
    agreeing = next((datum for datum in embedded if agrees(cell.text, datum.text)), None)
    if agreeing is None and len({plain_words(datum.text) for datum in embedded}) == 1:
        agreeing = embedded[0]
    return cell if agreeing is None else replace(cell, exact=agreeing.text)


def _embedded_cell(page: MainThing, datum: Datum) -> Cell:
    """Return the cell of an embedded value: of the element that displays it, where one does."""
    node = datum.node
    if not node.hidden and node.tag not in ("script", "meta", "link", "html") and node.text:
        return Cell(node, node.text, exact=_exact(node))
    if len(datum.text) <= 60 and (wanted := plain_words(datum.text)):
        for number in range(
            max(0, page.heading_line - _BEFORE_LINES), min(len(page.lines), page.heading_line + 3 * _NEAR_LINES)
        ):
            line = page.lines[number]
            if plain_words(line.text) == wanted and not page.is_aside(line.pieces[0]):
                return Cell(
                    line.node_of(0, len(line.text)), line.text, exact=datum.text if datum.text != line.text else ""
                )
    return Cell(node, "", exact=datum.text)


def _exact(node: Node) -> str:
    return next((node.attributes[name] for name in ("datetime", "content") if node.attributes.get(name)), "")
