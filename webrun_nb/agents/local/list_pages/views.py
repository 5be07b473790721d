"""Views of a list: its rows at one moment, and the differences between two moments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from webrun_nb.extraction.continuation.continuation import Continuation, continuation_of, document_of
from webrun_nb.extraction.continuation.screens import Texts, texts_of
from webrun_nb.extraction.results import Extraction
from webrun_nb.extraction.snapshot import Snapshot
from webrun_nb.extraction.sources import Source, SourceRow


class Read(Protocol):
    """Returns the records of some pages of a list, or of its screens."""

    def __call__(self, pages: Sequence[Snapshot], /, *, screens: bool = ...) -> Extraction:
        """Read them; `screens` is True for screens of one list that was scrolled, which may overlap."""


Change = Literal["none", "grown", "other"]
"""The same rows; the same and more; other rows."""

_SAME_LIST = 0.6
"""Share of the columns that another list has in common with a list, or it is another one."""
_STILL_SAME = 0.9
"""Share of the rows whose texts have to stay: those with "2 minutes ago" change by themselves."""


@dataclass(slots=True)
class View:
    """A list as the page shows it at one moment."""

    page: Snapshot
    shown: Extraction
    on: Continuation = field(default_factory=Continuation)
    keys: list[Texts] = field(default_factory=list)
    """The identities of the rows, in order."""

    @property
    def source(self) -> Source | None:
        """The list; None where the page shows none."""
        return self.shown.rows[0].source if self.shown.rows else None

    @property
    def document(self) -> Snapshot:
        """The document that the list is in: the page itself, or one of its frames."""
        return self.page if self.source is None else document_of(self.page, self.source)

    @property
    def frame_url(self) -> str:
        """The URL of the frame that it is in; empty where it is in the page itself."""
        document = self.document
        return "" if document is self.page else document.url

    @property
    def rows(self) -> list[SourceRow]:
        """Its rows."""
        return [row.row for row in self.shown.rows]


def view_of(page: Snapshot, read: Read, shown: Extraction | None = None) -> View:
    """Read the list of a page.

    Parameters
    ----------
    page : Snapshot
        The page.
    read : callable
        Returns the records of pages.
    shown : Extraction, optional
        Those of this page, where they are known already.
    """
    shown = read([page]) if shown is None else shown
    view = View(page, shown, keys=[texts_of(row.row) for row in shown.rows])
    if (source := view.source) is not None:
        view.on = continuation_of(view.document, source)
    return view


def change_between(before: View, after: View) -> Change:
    """Tell how the rows of a list have changed.

    Parameters
    ----------
    before, after : View
        The list at two moments.
    """
    old, new = before.keys, after.keys
    kept = sum(_is_unchanged(one, other) for one, other in zip(old, new, strict=False))
    if old and kept < _STILL_SAME * len(old):
        return "other"
    return "grown" if len(new) > len(old) else "none" if len(new) == len(old) else "other"


def _is_unchanged(one: Texts, other: Texts) -> bool:
    """Tell whether two rows are likely one at two moments: the first text and half of all texts are the same.

    Rows of a further page often have all texts but the first in common with those before them.
    """
    first = next((place for place, each in enumerate(one) if each is not None), None)
    if len(one) != len(other) or first is None or one[first] != other[first]:
        return one == other
    return 2 * sum(mine == theirs for mine, theirs in zip(one, other, strict=True)) > len(one)


def is_same_list(source: Source, other: Source | None) -> bool:
    """Tell whether the list of another page, or of this page after it has changed, is likely the same list."""
    if other is None or source.kind != other.kind:
        return False
    ours, theirs = _names(source), _names(other)
    if ours or theirs:
        return len(ours & theirs) / len(ours | theirs) >= _SAME_LIST
    tags = [{row.node.tag for row in each.rows[:20]} for each in (source, other)]
    return tags[0] == tags[1] and len(source.columns) == len(other.columns)


def _names(source: Source) -> set[str]:
    """Return the headings of a list's columns, otherwise the names that markup gives them."""
    labels = {" ".join(column.labels) for column in source.columns if any(column.labels)}
    return labels or {name for column in source.columns for name in column.properties}
