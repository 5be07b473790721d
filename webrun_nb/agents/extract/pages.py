"""Tells what a page is about, and joins the same list of two pages."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from webrun_nb.agents.extract.mapping import Mapping, Match
from webrun_nb.agents.extract.rows import about
from webrun_nb.agents.extract.sources import Source, joined
from webrun_nb.browsers.observation import PageData


def open_record(source: Source) -> Mapping:
    """Everything a page says about itself, under its own names: what is labelled, not what a class name hints at."""
    matches: dict[str, Match] = {}
    for field in source.fields:
        if not field.key.startswith("class") and field.label not in matches and len(matches) < 40:
            matches[field.label] = Match(field, 1.0)
    return Mapping(source, matches, 1.0)


def counted(count: int) -> str:
    """Count pages in words."""
    return "1 page" if count == 1 else f"{count} pages"


def together(source: Source, more: Source, *, turned: bool) -> tuple[Source, bool]:
    """Join a list with the one found after going on; tell whether it grew.

    After a turned page the rows are others; after "Load more" the ones before may still be there.
    """
    before = [row.text for row in source.rows]
    after = [row.text for row in more.rows]
    if not turned and after[: len(before)] == before:
        return more, len(after) > len(before)
    if after == before[-len(after) :]:
        return source, False
    return joined(source, more), True


def words_of(page: PageData) -> str:
    """Give what a page says it is about: its title, its main heading, its address."""
    first = " ".join(str(h.get("text") or "") for h in page.headings if h.get("level") == 1)
    return f"{page.title} {first} {path_words(page.url)}"


def path_words(url: str) -> str:
    """Give the words of an address."""
    parts = urlsplit(url)
    return unquote(f"{parts.path} {parts.query}").replace("+", " ")


def is_about(subject: str, page: PageData) -> bool:
    """Tell whether the page is about the subject: its main heading or its address says so."""
    headings = [str(h.get("text") or "") for h in page.headings if h.get("level") == 1]
    return any(about(subject, text) for text in [*headings, path_words(page.url)])
