"""The subjects of data that a page embeds for machines: the page's own thing, another one, or what it belongs to."""

from __future__ import annotations

from collections.abc import Collection

from webrun_nb.extraction.embedded.comparing import plain_words
from webrun_nb.extraction.sources import Source

_BESIDE = frozenset(
    {
        *(
            "organization",
            "corporation",
            "website",
            "webpage",
            "breadcrumblist",
            "searchaction",
            "imageobject",
            "person",
        ),
        *("sitenavigationelement", "wpheader", "wpfooter", "postaladdress", "contactpoint", "listitem", "itempage"),
    }
)
"""Types of things that a page embeds beside what it is about: its publisher, its menu, its pictures."""


def types_of(source: Source) -> frozenset[str]:
    """Return the types of an embedded thing, which its caption names."""
    return frozenset(source.caption.lower().split())


def named_in(source: Source) -> str:
    """Return the name that a record has; empty if it has none."""
    for column, cell in zip(source.columns, source.rows[0].cells, strict=False):
        if "name" in column.properties and cell is not None:
            return cell.text or cell.exact
    return ""


def is_of_another(source: Source, main: Collection[str]) -> bool:
    """Tell an embedded thing whose name has no word of that of the page's own thing: a related product."""
    words = set(plain_words(named_in(source)).split())
    return bool(words and main) and not words & set(main)


def is_beside(source: Source) -> bool:
    """Tell whether an embedded thing is what the page belongs to, not what it is about."""
    types = types_of(source)
    return bool(types) and types <= _BESIDE
