"""The snapshot of a page: its document as it is displayed, as a tree of nodes.

A browser takes it (`browsers/chromium/js/snapshot.js`); all stages of the engine read it and none changes it. What is
not displayed is in the tree too, with the reason why (`Node.hidden`): it is evidence, not what the page says.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from webrun_nb.common.garbage import collector_paused

Hidden = Literal["display", "visibility", "offscreen", "clipped", "transparent", "template"]
"""The reason why a node is not displayed."""
TEXT = "#text"
"""The tag of a text node."""
PATH = "#path"
"""The attribute that holds an element's selector where its place in the tree does not tell it (in shadow trees)."""
_SCROLL = "#scroll"
_NOTHING: Mapping[str, str] = MappingProxyType({})
_SPACE = re.compile(r"\s+")


class Box(NamedTuple):
    """A box in CSS px, from the top left of the page."""

    x: float
    y: float
    width: float
    height: float


class Scrolling(NamedTuple):
    """The state of a box that can be scrolled up and down, CSS px."""

    offset_px: int
    """How far it is scrolled."""
    content_px: int
    """The height of its content."""
    view_px: int
    """The height of the part that it shows."""

    @property
    def is_at_end(self) -> bool:
        """True if nothing is below the part that it shows."""
        return self.offset_px + self.view_px >= self.content_px - 2


@dataclass(slots=True, eq=False)
class Node:
    """An element or a text of the page. Two nodes are the same only if they are one node."""

    tag: str
    """Lower case; `TEXT` for a text."""
    content: str = ""
    """The characters of a text node."""
    attributes: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    """The attributes that stages use (see `snapshot.js`), `href` and `src` as absolute URLs."""
    parent: Node | None = field(default=None, repr=False)
    children: list[Node] = field(default_factory=list, repr=False)
    hidden: Hidden | None = None
    """The reason why it is not displayed, its own or that of an element around it; None where it is displayed."""
    is_block: bool = False
    """True where its text stands apart from that around it: it is displayed as a block, a cell or a list item."""
    is_struck: bool = False
    """True where its text is crossed out."""
    box: Box | None = None
    """Its box, for elements that are displayed."""
    is_raised: bool = False
    """True where its text is smaller and higher than the text before it, which it touches: cents, footnote marks.

    So it is displayed, whatever its tag; the text of a `sup` is raised in any case.
    """
    is_bold: bool = False
    """True for an element whose text is displayed bold where no element in it says otherwise."""
    _steps: dict[Node, str] | None = field(default=None, init=False, repr=False)
    """The last parts of the selectors of its children; made when they are first asked for."""

    @property
    def text(self) -> str:
        """The displayed text, with white space collapsed."""
        parts: list[str] = []
        _collect(self, parts)
        return _SPACE.sub(" ", "".join(parts)).strip()

    @property
    def is_text(self) -> bool:
        """True for a text node."""
        return self.tag == TEXT

    @property
    def role(self) -> str:
        """The explicit ARIA role, lower case; empty without one."""
        return self.attributes.get("role", "").strip().lower().partition(" ")[0]

    @property
    def scrolling(self) -> Scrolling | None:
        """Its state as a box that can be scrolled; of the `html` element, that of the window; None for other boxes."""
        parts = self.attributes.get(_SCROLL, "").split()
        return Scrolling(*map(int, parts)) if len(parts) == 3 and all(part.isdigit() for part in parts) else None

    @property
    def language(self) -> str:
        """The language tag that applies to it (`lang` of the nearest element that has one); empty where none has."""
        node: Node | None = self
        while node is not None:
            if tag := node.attributes.get("lang"):
                return tag
            node = node.parent
        return ""

    @property
    def elements(self) -> list[Node]:
        """The children that are elements."""
        return [child for child in self.children if child.tag != TEXT]

    def walk(self) -> Iterator[Node]:
        """Yield the node and all nodes in it, in document order."""
        # A stack, not recursion: pages are nested more deeply than Python's stack allows.
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(node.children))

    def ancestors(self) -> Iterator[Node]:
        """Yield the elements around it, from the inside."""
        node = self.parent
        while node is not None:
            yield node
            node = node.parent

    def closest(self, *tags: str) -> Node | None:
        """Return the nearest element with one of the tags, itself included."""
        node: Node | None = self
        while node is not None and node.tag not in tags:
            node = node.parent
        return node

    def find(self, *tags: str, displayed: bool = True) -> list[Node]:
        """Return all elements in it with one of the tags, in document order."""
        return [node for node in self.walk() if node.tag in tags and not (displayed and node.hidden)]

    @property
    def path(self) -> str:
        """A CSS selector of the element (of a text: its parent's) in its document; it pierces open shadow roots."""
        steps: list[str] = []
        node: Node | None = self.parent if self.is_text else self
        while node is not None and (node.tag != "html" or node.parent is not None):
            if whole := node.attributes.get(PATH):
                steps.append(whole)
                break
            steps.append(node._step)
            node = node.parent
        return " > ".join(reversed(steps)) or "html"

    @property
    def _step(self) -> str:
        if self.parent is None:
            return self.tag
        if self.parent._steps is None:
            self.parent._steps = _steps(self.parent)
        return self.parent._steps[self]


def _steps(parent: Node) -> dict[Node, str]:
    elements = parent.elements
    alike = Counter(each.tag for each in elements)
    seen: Counter[str] = Counter()
    steps = {}
    for each in elements:
        seen[each.tag] += 1
        steps[each] = each.tag if alike[each.tag] == 1 else f"{each.tag}:nth-of-type({seen[each.tag]})"
    return steps


def _collect(node: Node, parts: list[str]) -> None:
    if node.hidden:
        return
    if node.tag == TEXT:
        parts.append(node.content)
        return
    apart = node.is_block or node.tag == "br"
    if apart:
        parts.append(" ")
    for child in node.children:
        _collect(child, parts)
    if apart:
        parts.append(" ")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A document as it was displayed at one moment."""

    url: str
    title: str
    root: Node
    """The `html` element."""
    embedded: Sequence[str] = ()
    """The texts of its JSON-LD scripts, as they are written."""
    status: int | None = None
    """HTTP status that it came with; None where it came without one."""
    captured_ms: float | None = None
    """Unix ms."""
    frames: tuple[Snapshot, ...] = ()
    """The documents of its visible frames that can be read, each perhaps of another site."""
    is_cut: bool = False
    """True where the page is larger than the limits of `snapshot.js`: nodes or characters are missing."""

    @property
    def language(self) -> str:
        """The document's language tag; empty where it names none."""
        return self.root.attributes.get("lang", "")


_HIDDEN: Sequence[Hidden | None] = (
    None, "display", "visibility", "offscreen", "clipped", "transparent", "template",
)  # fmt: skip
"""The reasons by their number in the script's answer."""
_BLOCK, _STRUCK, _RAISED, _BOLD = 1, 2, 4, 8
_LEFT_OUT: Sequence[Any] = ("", -1, 0, 0, 0, 0)
"""The values of a node that are left out at its end."""


def read_snapshot(answer: Mapping[str, Any]) -> Snapshot:
    """Build the tree of a snapshot from the script's answer.

    Parameters
    ----------
    answer : mapping
        `url`, `title`, `status`, `captured`, `embedded`, `cut`, `frames` (answers of the same form), `tags` (the
        names of tags), and `nodes` in document order, each a list: the tag's number (or a text, for a text node), the
        number of its parent (-1 for the root), the reason why it is hidden, flags (1: block, 2: struck, 4: raised,
        8: bold), attributes or 0, box or 0. Values at the end of a list that are 0 are left out.

    Raises
    ------
    ValueError
        If it has another form. Its texts come from a page that may be hostile.
    """
    try:
        with collector_paused():
            return _read(answer)
    except (KeyError, IndexError, TypeError, AttributeError) as error:
        raise ValueError("the answer is no snapshot of a page") from error


def _read(answer: Mapping[str, Any]) -> Snapshot:
    tags = [str(tag) for tag in answer["tags"]]
    nodes: list[Node] = []
    values: Sequence[Any]
    for values in answer["nodes"]:
        what, parent_number, hidden, flags, attributes, box = (*values, *_LEFT_OUT[len(values) :])
        parent = nodes[parent_number] if parent_number >= 0 else None
        is_text = type(what) is str
        node = Node(
            TEXT if is_text else tags[what],
            what if is_text else "",
            _texts(attributes) if attributes else _NOTHING,
            parent,
            [],
            _HIDDEN[hidden],
            flags & _BLOCK != 0,
            flags & _STRUCK != 0,
            Box(*box) if box else None,
            flags & _RAISED != 0,
            flags & _BOLD != 0,
        )
        nodes.append(node)
        if parent is not None:
            parent.children.append(node)
    return Snapshot(
        url=str(answer["url"]),
        title=str(answer["title"]),
        root=nodes[0],
        embedded=tuple(str(each) for each in answer.get("embedded", ())),
        status=_status(answer.get("status")),
        captured_ms=answer.get("captured"),
        frames=tuple(_read(frame) for frame in answer.get("frames", ())),
        is_cut=bool(answer.get("cut")),
    )


def _texts(attributes: Mapping[str, str]) -> Mapping[str, str]:
    for value in attributes.values():
        if type(value) is not str:
            raise TypeError("an attribute is no text")
    return attributes


def _status(value: object) -> int | None:
    return value if isinstance(value, int) and 100 <= value <= 599 else None
