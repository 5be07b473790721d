"""The rows of one list that was scrolled: its screens overlap, and each row counts once.

Rows are told by their index in the whole list, where the page says it of each (`aria-rowindex`, `aria-posinset`).
Otherwise the rows that a screen begins with are taken for those that the screens before end with, where their texts are
the same: that is an assumption, since two rows may have the same texts. A page whose indices contradict its texts is
read without them.
"""

from __future__ import annotations

from collections.abc import Sequence

from webrun_nb.extraction.sources import SourceRow

Texts = tuple[tuple[str, str, str] | None, ...]

_MOST_CHANGED = 0.5
"""Share of the rows seen again under their index whose texts may differ: some change by themselves."""


class Screens:
    """Takes the screens of a list one by one."""

    def __init__(self) -> None:
        self.rows: list[SourceRow] = []
        """Those of all screens, each once, in the order in which they were seen."""
        self.screens = 0
        """The number of screens."""
        self.is_by_index = True
        """True as long as each row has an index that does not contradict its texts."""
        self.is_parted = False
        """True if a screen neither goes on with those before nor overlaps them: rows between them may be missing."""
        self._texts: list[Texts] = []
        self._by_index: dict[int, Texts] = {}

    def add(self, rows: Sequence[SourceRow]) -> list[SourceRow]:
        """Take a screen, and return its rows that no screen before has shown."""
        texts = [texts_of(row) for row in rows]
        self.screens += 1
        self.is_by_index = self.is_by_index and self._has_true_indices(rows, texts)
        if self.is_by_index:
            new = [place for place, row in enumerate(rows) if row.index not in self._by_index]
            self._by_index.update(
                (row.index, said) for row, said in zip(rows, texts, strict=True) if row.index is not None
            )
        else:
            size = overlap(self._texts, texts)
            self.is_parted = self.is_parted or (size == 0 and bool(self._texts) and bool(texts))
            new = list(range(size, len(rows)))
        self.rows += [rows[place] for place in new]
        self._texts += [texts[place] for place in new]
        return [rows[place] for place in new]

    @property
    def is_assumed(self) -> bool:
        """True if rows were told by the overlap of screens alone."""
        return not self.is_by_index

    @property
    def missing(self) -> int:
        """The number of rows between the first and the last index that no screen showed; 0 without indices."""
        if not self.is_by_index or not self._by_index:
            return 0
        return max(self._by_index) - min(self._by_index) + 1 - len(self._by_index)

    def in_order(self) -> list[SourceRow]:
        """Return all rows in the order of the list."""
        return sorted(self.rows, key=lambda row: row.index or 0) if self.is_by_index else list(self.rows)

    def _has_true_indices(self, rows: Sequence[SourceRow], texts: Sequence[Texts]) -> bool:
        indices = [row.index for row in rows if row.index is not None]
        if len(indices) < len(rows) or len(set(indices)) < len(indices):
            return False
        again = [(self._by_index[row.index], said) for row, said in zip(rows, texts, strict=True)
                 if row.index is not None and row.index in self._by_index]  # fmt: skip
        return sum(not is_same_row(old, new) for old, new in again) <= _MOST_CHANGED * len(again)


def texts_of(row: SourceRow) -> Texts:
    """Return what tells a row from others: the texts and addresses of its cells."""
    return tuple(None if cell is None else (cell.text, cell.exact, cell.href) for cell in row.cells)


def is_same_row(one: Texts, other: Texts) -> bool:
    """Tell whether two rows are likely one at two moments: its first text is the same, or half of its texts are."""
    if one == other:
        return True
    if len(one) != len(other):
        return False
    first = next((place for place, each in enumerate(one) if each is not None), None)
    same = sum(mine == theirs for mine, theirs in zip(one, other, strict=True))
    return first is not None and (one[first] == other[first] or 2 * same >= len(one))


def overlap(old: Sequence[Texts], new: Sequence[Texts]) -> int:
    """Return the largest number of rows that some begin with and others end with.

    >>> a, b, c = (("a", "", ""),), (("b", "", ""),), (("c", "", ""),)
    >>> overlap([a, b], [b, c]), overlap([a, b], [c]), overlap([a, a], [a, a])
    (1, 0, 2)
    """
    if not new:
        return 0
    # The prefix function of Knuth, Morris and Pratt: linear, however alike the rows are.
    borders = [0] * len(new)
    size = 0
    for place in range(1, len(new)):
        while size and new[place] != new[size]:
            size = borders[size - 1]
        size += new[place] == new[size]
        borders[place] = size
    size = 0
    for each in old[-len(new) :]:
        while size and (size == len(new) or each != new[size]):
            size = borders[size - 1]
        size += each == new[size]
    return size
