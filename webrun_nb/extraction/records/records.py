"""Lists of records without a table: items of equal structure that stand side by side.

Items are found by structure, not by class names: elements with one tag whose descendants have the same tags on the same
paths, or runs of siblings that recur (heading, text, text, heading, text, text, …). Other elements between them (an
advertisement, a heading) do not break a list; headings are what the rows below them are under. A list in an item is a
field of that item, unless the items are no more than the titles of lists.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from webrun_nb.extraction.lines import beginning
from webrun_nb.extraction.records.item_fields import item_fields
from webrun_nb.extraction.records.item_units import units_of
from webrun_nb.extraction.snapshot import Node, Snapshot
from webrun_nb.extraction.sources import Source, SourceRow

MAX_ITEMS = 5_000
MAX_LISTS = 200
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_NOT_LISTS = frozenset(
    {"table", "thead", "tbody", "tfoot", "tr", "dl", "select", "datalist", "svg", "head", "picture", "video", "audio"}
    | {"form", "fieldset", "p", "span", "a", "button", "label", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "code"}
)
"""Elements whose children are no items: those of tables are read by `grids`, those of texts are parts of a sentence."""
_NOT_LIST_ROLES = frozenset({"table", "grid", "treegrid", "row", "rowgroup", "listbox", "menu", "menubar", "tablist"})
_LIST_TAGS = frozenset({"ul", "ol", "dl", "table"})
"""Lists of their own: several side by side are no items of one list."""
_NOT_ITEMS = frozenset(
    {"br", "hr", "script", "style", "template", "link", "meta", "img", "input", "b", "i", "em", "strong", "wbr"}
)
_SHAPE_DEPTH, _SHAPE_NODES = 5, 80
_LEAVES = frozenset({"img", "svg", "input", "button", "picture", "video"})
_INLINE = frozenset(
    {
        "a",
        "span",
        "b",
        "i",
        "em",
        "strong",
        "small",
        "time",
        "sup",
        "sub",
        "u",
        "s",
        "del",
        "ins",
        "mark",
        "abbr",
        "cite",
        "q",
    }
)
_MOST_EQUAL = 3
_COMPARED_ITEMS, _MORE_ALIKE = 5, 0.15
_INNER_SHARE = 0.6
"""Part of the text of items that is that of the lists in them, if the items are no more than parts of one list."""
_ALIKE = 0.5
_FEWEST_COMMON = 2
_PAIR_ALIKE = 0.6
"""Common part of the shapes of two items that are all there is: two parts of a layout are alike too."""
_ITEM_CHARS = 4_000
"""Items of more characters are parts of the page."""
_FEWEST_ITEMS = 2
_LONGEST_PERIOD = 6
_KNOWN_ITEMS = 20
"""Items of a list that tell what its items on other pages are made of."""
_SINGLE_SHARE = 0.8
_MAX_GROUP_NODES = 12
_FEWEST_RULES = 2
_HEADING_CHARS = 160
_PARTS = frozenset({"aside", "nav", "form", "dialog", "footer", "fieldset", "details"})
"""Elements whose headings are of their own content."""
_OWN_CHARS = 40
"""Characters beside its heading of a section that has content of its own."""

_MOST_REJECTED = 300
"""Lists in lists that turn out to be none, until no more are looked for: such a page is made to take time."""
_MOST_UNITS = 30
"""Units of an item on average; items of more are parts of the page."""
_FEW_COLUMNS, _LEAST_FILLED = 4, 0.35
"""Part of the cells of a list with more than a few columns that are filled at least."""

Item = tuple[Node, ...]


@dataclass(slots=True)
class _List:
    """Items that were found, with the headings that each is under."""

    node: Node
    items: list[Item]
    groups: list[tuple[str, ...]] = field(default_factory=list)
    heading: str = ""
    heads: dict[Node, Node] = field(default_factory=dict)
    """The elements of the headings, by the first element of the items below them."""


def lists_of(snapshot: Snapshot) -> list[Source]:
    """Return the lists of records on a page, in document order."""
    finder = _Finder()
    finder.visit(snapshot.root)
    return finder.sources


def continued_on(snapshot: Snapshot, source: Source) -> Source | None:
    """Return what another page has of a list, found by the structure of its items: a last page may have but one.

    Parameters
    ----------
    snapshot : Snapshot
        The other page.
    source : Source
        The list, as a page before has it.
    """
    known = [row.node for row in source.rows[:_KNOWN_ITEMS]]
    if source.kind != "list" or not known:
        return None
    make = Counter(map(_make, known)).most_common(1)[0][0]
    core = Counter(step for node in known for step in set(_paths(node)))
    usual = {step for step, count in core.items() if 2 * count >= len(known)}
    alike = [node for node in snapshot.root.find(known[0].tag) if _make(node) == make]
    items = [node for node in alike if _is_like(frozenset(_paths(node)), usual)][:MAX_ITEMS]
    if not items or len(usual) < _FEWEST_COMMON:
        return None
    columns, rows = item_fields([units_of((item,)) for item in (*known, *items)])
    made = [
        SourceRow(item, cells, index=_index(item))
        for item, cells in zip(items, rows[len(known) :], strict=True)
        if any(cells)
    ]
    if not made:
        return None
    return Source("list", items[0].parent or items[0], columns, made, heading=source.heading, number=1)


def _make(node: Node) -> tuple[object, ...]:
    """Return what an element is: its classes and those of its list, and the tags around it."""
    nodes = [node, *([node.parent] if node.parent is not None else [])]
    classes = [frozenset(each.attributes.get("class", "").split()) for each in nodes]
    return (*classes, *(above.tag for above in node.ancestors()))


def _source(found: _List, number: int) -> Source | None:
    """Return the source of a list; None if its items have too little in common to be records of one kind."""
    units = [units_of(item) for item in found.items]
    if sum(map(len, units)) > _MOST_UNITS * len(units):
        return None
    columns, rows = item_fields(units)
    filled = sum(cell is not None for cells in rows for cell in cells)
    if not filled or (len(columns) > _FEW_COLUMNS and filled < _LEAST_FILLED * len(columns) * len(rows)):
        return None
    made = [
        SourceRow(item[0], cells, groups, index=_index(item[0]), heads=_heads(found, item[0], groups))
        for item, cells, groups in zip(found.items, rows, found.groups, strict=True)
        if any(cells)
    ]
    caption = found.node.attributes.get("aria-label", "")
    return Source("list", found.node, columns, made, caption=caption, heading=found.heading, number=number)


def _heads(found: _List, item: Node, groups: Sequence[str]) -> tuple[Node, ...]:
    return (found.heads[item],) if groups and item in found.heads else ()


def _index(item: Node) -> int | None:
    for name in ("aria-rowindex", "aria-posinset"):
        if (text := item.attributes.get(name, "")).isascii() and text.isdecimal() and len(text) < 10:
            return int(text)
    return None


_HEADING_STEP = re.compile(r"(?:^|/)h[1-6]/")
"""A heading in a path of tags: what has the title of an item is one, whatever else it has."""


class _Finder:
    """Walks a page from the outside and keeps the outermost lists of records."""

    def __init__(self) -> None:
        self.sources: list[Source] = []
        self._headings: list[tuple[Node | None, str]] = []
        """The headings so far, each with the part of the page that it heads."""
        self._shapes: dict[Node, frozenset[str]] = {}

    def visit(self, root: Node) -> None:
        waiting, rejected = [root], 0
        while waiting and len(self.sources) < MAX_LISTS and rejected < _MOST_REJECTED:
            node = waiting.pop()
            if node.hidden or node.is_text:
                continue
            if node.tag in _HEADINGS and (text := beginning(node, _HEADING_CHARS)):
                self._headings.append((_part_headed(node, text), text[:_HEADING_CHARS]))
            found = None
            if node.tag in ("table", "tbody"):
                found = self._list_of_rows(node)
            elif node.tag not in _NOT_LISTS and node.role not in _NOT_LIST_ROLES:
                found = self._list_in(node)
            source = None if found is None else _source(found, len(self.sources) + 1)
            if found is not None and source is None:
                rejected += 1
            if found is None or source is None:
                waiting.extend(reversed(node.children))
                continue
            self.sources.append(source)
            # What stands beside the items may hold lists of its own.
            inside = {part for item in found.items for part in item}
            if any(part.parent is node for part in inside):
                waiting.extend(child for child in reversed(node.elements) if child not in inside)

    def _heading_of(self, node: Node) -> str:
        """Return the heading that an element stands under: the last one before it whose part of the page has it too."""
        around: set[Node | None] = {None, node, *node.ancestors()}
        while self._headings and self._headings[-1][0] not in around:  # the walk has left its part, for good
            self._headings.pop()
        return self._headings[-1][1] if self._headings else ""

    # --- one list

    def _list_in(self, node: Node) -> _List | None:
        children = [child for child in node.elements if not child.hidden and child.tag not in _NOT_ITEMS]
        if ruled := _between_rules(node):
            return _List(node, ruled, [()] * len(ruled), self._heading_of(node))
        if len(children) < _FEWEST_ITEMS:
            return None
        children = children[:MAX_ITEMS]
        items = self._alike(children)
        # Single texts side by side may be the parts of items.
        is_thin = items is None or all(len(self.shape(item)) < _FEWEST_COMMON for item in items[:20])
        if is_thin and node.tag not in ("ul", "ol") and (runs := _runs(children)):
            return self._with_groups(node, children, runs)
        if items is None or not self._is_plausible(items):
            runs_of_headings = _runs(children) if items is not None and not is_thin else None
            return self._with_groups(node, children, runs_of_headings) if runs_of_headings else None
        return self._inner(node, items) or self._with_groups(node, children, [(item,) for item in items])

    def _list_of_rows(self, node: Node) -> _List | None:
        """Return the items of a table that only arranges texts, each of several rows.

        They are rows of one cell in a rhythm, as of text and links, or rows that others without a first cell continue.
        """
        rows = [row for row in node.elements if row.tag == "tr" and not row.hidden]
        if continued := _in_continued_rows(rows):
            return _List(node, continued, [()] * len(continued), self._heading_of(node))
        single = [row for row in rows if sum(not cell.hidden for cell in row.elements) == 1]
        if len(single) < 2 * _FEWEST_ITEMS or _SINGLE_SHARE * len(rows) > len(single):
            return None
        items = _in_rhythm(single, ["links" if row.find("a") else "text" for row in single])
        return None if items is None else _List(node, items, [()] * len(items), self._heading_of(node))

    def _alike(self, children: Sequence[Node]) -> list[Node] | None:
        """Return the children that are alike, of the tag that most of them have; None if there are not two."""
        tags = Counter((child.tag, child.role) for child in children if child.tag not in _HEADINGS)
        for (tag, role), count in tags.most_common(2):
            if count < _FEWEST_ITEMS or tag in _LIST_TAGS:
                continue
            alike = [child for child in children if child.tag == tag and child.role == role]
            usual = Counter(step for child in alike for step in self.shape(child))
            core = {step for step, number in usual.items() if 2 * number >= len(alike)}
            titles = {step for step in core if _HEADING_STEP.search(step)}
            items = [each for each in alike if _is_like(self.shape(each), core) or self.shape(each) & titles]
            if len(items) >= _FEWEST_ITEMS and 2 * len(items) >= len(alike):
                return items
        return None

    def _is_plausible(self, items: Sequence[Node]) -> bool:
        """Tell whether elements that are alike are items: they say different things, each more than a single text."""
        texts = [beginning(item, 200) for item in items[:50]]
        if sum(bool(text) for text in texts) * 2 < len(texts) or len(set(texts)) == 1:
            return False
        if len(beginning(items[len(items) // 2], _ITEM_CHARS)) >= _ITEM_CHARS:
            return False
        if len(items) == _FEWEST_ITEMS and not _is_listed(items[0]):
            first, second = map(self.shape, items)
            return len(first) > 1 and len(first & second) >= _PAIR_ALIKE * len(first | second)
        if items[0].tag == "li" or items[0].role in ("listitem", "article"):
            return True
        return sum(len(self.shape(item)) > 1 for item in items) * 2 > len(items)

    def _with_groups(self, node: Node, children: Sequence[Node], items: list[Item]) -> _List:
        """Add the headings between the items: each is what the items behind it are under."""
        starts = {item[0]: item for item in items}
        inside = {part for item in items for part in item}
        groups: list[tuple[str, ...]] = []
        heads: dict[Node, Node] = {}
        head: Node | None = None
        ordered: list[Item] = []
        current: tuple[str, ...] = ()
        for child in children:
            if child in starts:
                ordered.append(starts[child])
                groups.append(current)
                if head is not None:
                    heads[child] = head
            elif child not in inside and (title := _title(child)):
                current, head = (title,), child
        return _List(node, ordered, groups, self._heading_of(node), heads)

    def _inner(self, node: Node, items: Sequence[Node]) -> _List | None:
        """Return the list that is spread over items which are no more than a title and a part of that list."""
        parts = [_title_and_rest(item) for item in items]
        longest = max(parts, key=lambda part: len(part[1]))[1]
        first = self._alike(longest)
        if first is None or longest[0].parent is None or longest[0].parent.tag in _NOT_LISTS:
            return None
        core = set(self.shape(first[0]))
        if len(core) < _FEWEST_COMMON or self._are_parts([rest for _, rest in parts]):
            return None
        found = _List(node, [], [], self._heading_of(node))
        for item, (title, rest) in zip(items, parts, strict=True):
            inner = [each for each in rest if each.tag == first[0].tag and _is_like(self.shape(each), core)]
            said = sum(len(beginning(each, _ITEM_CHARS)) for each in inner)
            if said < _INNER_SHARE * (len(beginning(item, _ITEM_CHARS)) - len(title)):
                return None
            found.items += [(each,) for each in inner]
            found.groups += [(title,) if title else ()] * len(inner)
        return found

    def _are_parts(self, items: Sequence[Sequence[Node]]) -> bool:
        """Tell whether elements in items are parts of these: more like those in their place than like each other."""
        full = [parts for parts in items if len(parts) == len(items[0])][:_COMPARED_ITEMS]
        if len(full) < _FEWEST_ITEMS or 2 * len(full) < len(items[:_COMPARED_ITEMS]) or len(items[0]) < _FEWEST_ITEMS:
            return False
        places = range(min(len(items[0]), _COMPARED_ITEMS))
        across = [self._likeness(a[place], b[place]) for a, b in pairwise(full) for place in places]
        within = [self._likeness(parts[place], parts[place + 1]) for parts in full for place in places[:-1]]
        return sum(across) / len(across) > sum(within) / len(within) + _MORE_ALIKE

    def _likeness(self, first: Node, second: Node) -> float:
        """Rate how alike two elements are, by their structure and by the classes that they have in common."""
        shapes = self.shape(first), self.shape(second)
        classes = [set(node.attributes.get("class", "").split()) for node in (first, second)]
        of_shape = len(shapes[0] & shapes[1]) / max(1, len(shapes[0] | shapes[1]))
        if not any(classes):
            return of_shape
        return (of_shape + len(classes[0] & classes[1]) / len(classes[0] | classes[1])) / 2

    def shape(self, node: Node) -> frozenset[str]:
        """Return the paths of tags in an element that end with a text, a picture or a time."""
        found = self._shapes.get(node)
        if found is None:
            found = self._shapes[node] = frozenset(_paths(node))
        return found


def _paths(node: Node) -> Iterator[str]:
    """Yield the paths of an element's texts and pictures; equal ones are numbered. Elements within a line are alike."""
    waiting = [(node, "", 0)]
    counts: Counter[str] = Counter()
    seen = 0
    while waiting and seen < _SHAPE_NODES:
        inside, path, depth = waiting.pop()
        for child in inside.children:
            seen += 1
            if child.hidden or (child.is_text and not child.content.strip()):
                continue
            if child.is_text or child.tag in _LEAVES:
                leaf = f"{path}{'' if child.is_text else child.tag}"
                counts[leaf] += 1
                if counts[leaf] <= _MOST_EQUAL:
                    yield f"{leaf}#{counts[leaf]}"
            elif depth < _SHAPE_DEPTH:
                is_inline = child.tag in _INLINE
                step = path if is_inline and path.endswith("t/") else f"{path}{'t' if is_inline else child.tag}/"
                waiting.append((child, step, depth + 1))


def _is_like(shape: frozenset[str], core: set[str]) -> bool:
    """Tell whether a shape is like what is usual: it has half of it, or it is small and half of it is usual."""
    if len(core) < _FEWEST_COMMON:
        return shape >= core
    common = len(shape & core)
    return common >= _FEWEST_COMMON and common >= _ALIKE * min(len(core), len(shape))


def _is_listed(item: Node) -> bool:
    """Tell whether an element is an item of a list that is marked up as one, navigation apart."""
    return item.tag == "li" and item.closest("nav", "header", "footer", "aside", "menu") is None


def _title_and_rest(item: Node) -> tuple[str, list[Node]]:
    """Return the title of an element, and the elements that it holds beside it; those of its part if it has but one."""
    title, rest = "", [item]
    for _ in range(_SHAPE_DEPTH):
        elements = [each for each in rest[0].elements if not each.hidden and each.tag not in _NOT_ITEMS]
        titles = [found for each in elements if (found := _title(each))]
        rest = [each for each in elements if not _title(each)] or elements
        title = title or next(iter(titles), "")
        if len(rest) != 1:
            break
    return title, rest


def _part_headed(heading: Node, text: str) -> Node | None:
    """Return the part of the page that a heading is of; None for the page itself.

    A section that holds its heading alone is no part of its own.
    """
    at = heading.parent
    while at is not None:
        if at.tag in _PARTS or (at.tag in ("section", "article") and len(beginning(at, 1000)) > len(text) + _OWN_CHARS):
            return at
        at = at.parent
    return None


def _title(node: Node) -> str:
    """Return the text of an element that is a heading, or holds nothing else; empty for others."""
    found = node
    for _ in range(3):
        if found.tag in _HEADINGS or found.role == "heading" or found.tag in ("legend", "summary"):
            return beginning(node, _HEADING_CHARS)[:_HEADING_CHARS]
        elements = [each for each in found.elements if not each.hidden]
        if len(elements) != 1:
            break
        found = elements[0]
    return ""


# --- items of several siblings


def _runs(children: Sequence[Node]) -> list[Item] | None:
    """Return the runs of siblings that recur: those that begin with a heading, or with one tag in a fixed rhythm."""
    tags = [child.tag for child in children]
    by_heading = [i for i, tag in enumerate(tags) if tag in _HEADINGS]
    level = Counter(tags[i] for i in by_heading).most_common(1)
    starts = [i for i in by_heading if level and tags[i] == level[0][0]]
    if len(starts) >= _FEWEST_ITEMS:
        runs = [tuple(children[a:b]) for a, b in zip(starts, [*starts[1:], len(children)], strict=True)]
        if _are_items(runs):
            return _cut_to_usual(runs)
    return _in_rhythm(children, tags)


def _in_continued_rows(rows: Sequence[Node]) -> list[Item] | None:
    """Return the items of a table without headings whose rows recur in a fixed rhythm, some without a first cell."""
    filled: list[tuple[Node, str]] = []
    for row in rows[:MAX_ITEMS]:
        cells = [cell for cell in row.elements if not cell.hidden]
        if any(cell.tag == "th" for cell in cells):
            return None
        marks = "".join("x" if beginning(cell, 1) else "." for cell in cells)
        if "x" in marks:
            filled.append((row, marks))
    if not any(marks.startswith(".") for _, marks in filled) or not filled or filled[0][1].startswith("."):
        return None
    return _in_rhythm([row for row, _ in filled], [marks for _, marks in filled])


def _between_rules(node: Node) -> list[Item]:
    """Return what stands between the horizontal rules of an element, if there are several of them."""
    if sum(child.tag == "hr" for child in node.children) < _FEWEST_RULES:
        return []
    runs: list[list[Node]] = [[]]
    for child in node.children[: MAX_ITEMS * _MAX_GROUP_NODES]:
        if child.tag == "hr":
            runs.append([])
        elif not child.hidden and not (child.is_text and not child.content.strip()):
            runs[-1].append(child)
    items = [tuple(run) for run in runs if run]
    return items if max(map(len, items), default=0) <= 2 * _MAX_GROUP_NODES and len(items) > _FEWEST_RULES else []


def _are_items(runs: Sequence[Item]) -> bool:
    """Tell whether runs that begin with a heading are items: short, and of the same tags."""
    if any(len(run) > _MAX_GROUP_NODES for run in runs[:-1]):
        return False
    usual = Counter(tag for run in runs for tag in {node.tag for node in run[1:]})
    core = {tag for tag, count in usual.items() if 2 * count >= len(runs)}
    alike = sum(core <= {node.tag for node in run} for run in runs)
    return bool(core) and 3 * alike >= 2 * len(runs) and len(runs) > 1 + (len(core) < 2)


def _cut_to_usual(runs: Sequence[Item]) -> list[Item]:
    """Cut the last run where it goes on with what no other run has."""
    known = {node.tag for run in runs[:-1] for node in run}
    last: list[Node] = []
    longest = max(len(run) for run in runs[:-1])
    for node in runs[-1]:
        if node.tag not in known or len(last) >= longest:
            break
        last.append(node)
    return [*runs[:-1], tuple(last)]


def _in_rhythm(children: Sequence[Node], tags: Sequence[str]) -> list[Item] | None:
    """Return runs of a fixed length whose tags recur three times or more, such as `a p a p a p`."""
    for period in range(2, _LONGEST_PERIOD + 1):
        if len(tags) < 3 * period:
            break
        pattern = tags[:period]
        if len(set(pattern)) < 2 or "li" in pattern:
            continue
        length = 0
        while length + period <= len(tags) and list(tags[length : length + period]) == list(pattern):
            length += period
        if length >= 3 * period and length * 5 >= len(tags) * 4:
            return [tuple(children[i : i + period]) for i in range(0, length, period)]
    return None
