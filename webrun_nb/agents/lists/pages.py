"""What a page says it is about: its title, its main headings, its address."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from webrun_nb.agents.lists.rows import about
from webrun_nb.extraction.snapshot import Snapshot


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
