"""The subject of a page in its own words: its title, its main headings, its address."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from webrun_nb.agents.local.lists.rows import about
from webrun_nb.extraction.snapshot import Node, Snapshot

_LINE_CHARS = 300


def headings_on(page: Snapshot) -> list[str]:
    """Return the texts of a page's main headings."""
    return [text for node in page.root.find("h1") if (text := node.text)]


def words_of(page: Snapshot) -> str:
    """Return all that a page says it is about."""
    return f"{page.title} {' '.join(headings_on(page))} {path_words(page.url)}"


def path_words(url: str) -> str:
    """Return the words of an address."""
    parts = urlsplit(url)
    return unquote(f"{parts.path} {parts.query}").replace("+", " ")


def is_about(subject: str, page: Snapshot) -> bool:
    """Tell whether the page is about the subject: its main heading or its address says so."""
    return any(about(subject, text) for text in [*headings_on(page), path_words(page.url)])


def lines_labelled(page: Snapshot, label: str) -> Iterator[tuple[Node, str]]:
    """Yield the innermost elements of a page whose text begins with a label and a colon, with what stands behind."""
    wanted = f"{label.strip().casefold()}:"
    for node in page.root.walk():
        if node.is_text or node.hidden or not node.is_block or any(child.is_block for child in node.children):
            continue
        text = node.text
        if len(text) <= _LINE_CHARS and text.casefold().startswith(wanted) and text[len(wanted) :].strip():
            yield node, text[len(wanted) :].strip()
