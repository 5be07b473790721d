"""Snapshots of HTML without a browser, for tests of the pure stages. HTML is to be well formed: this is no browser.

Blocks are told by their tag, hidden elements by `hidden`, `style="display:none"` and tags that browsers never show; the
attribute `data-box="x y width height"` gives an element a box.
"""

from __future__ import annotations

from html.parser import HTMLParser

from webrun_nb.extraction.snapshot import TEXT, Box, Hidden, Node, Snapshot

_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
_BLOCKS = frozenset(
    {"address", "article", "aside", "blockquote", "body", "caption", "dd", "details", "dialog", "div", "dl", "dt"}
    | {"fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html"}
    | {"li", "main", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead"}
    | {"tr", "ul"}
)
_NEVER_SHOWN = frozenset({"script", "style", "template", "noscript", "head", "title"})
_BOLD = frozenset({"b", "strong", "th", "h1", "h2", "h3", "h4", "h5", "h6"})
_STRUCK = frozenset({"del", "s", "strike"})


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node("html", is_block=True)
        self._open = self.root
        self.embedded: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.root.attributes = attributes
            return
        style = attributes.get("style", "").replace(" ", "")
        hidden: Hidden | None = self._open.hidden
        if tag == "template":
            hidden = "template"
        elif tag in _NEVER_SHOWN or "hidden" in attributes or "display:none" in style:
            hidden = hidden or "display"
        elif "visibility:hidden" in style:
            hidden = hidden or "visibility"
        struck = self._open.is_struck or tag in _STRUCK or "line-through" in style
        box = Box(*map(float, attributes["data-box"].split())) if "data-box" in attributes else None
        bold = tag in _BOLD or self._open.is_bold
        node = Node(tag, "", attributes, self._open, [], hidden, tag in _BLOCKS, struck, box, is_bold=bold)
        self._open.children.append(node)
        if tag not in _VOID:
            self._open = node

    def handle_endtag(self, tag: str) -> None:
        node: Node | None = self._open
        while node is not None and node.tag != tag:
            node = node.parent
        if node is not None and node.parent is not None:
            self._open = node.parent

    def handle_data(self, data: str) -> None:
        above = self._open
        if above.tag == "script" and above.attributes.get("type") == "application/ld+json":
            self.embedded.append(data)
        above.children.append(Node(TEXT, data, {}, above, [], above.hidden, False, above.is_struck))


def snapshot_of_html(html: str, *, url: str = "https://page.example/") -> Snapshot:
    """Return the snapshot of a page's HTML."""
    builder = _Builder()
    builder.feed(html)
    builder.close()
    (title, *_) = [*(node for node in builder.root.walk() if node.tag == "title"), None]
    said = "" if title is None else "".join(child.content for child in title.children).strip()
    return Snapshot(url, said, builder.root, tuple(builder.embedded))
