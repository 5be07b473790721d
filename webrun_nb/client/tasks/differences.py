"""Defines the differences of two tables."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

_ROWS_SHOWN = 10


@dataclass(frozen=True, repr=False)
class FrameDiff:
    """The differences between two tables; false if there are none."""

    added: pd.DataFrame
    """The rows that only the later table has, with their index there."""
    removed: pd.DataFrame
    """The rows that only the earlier table has, with their index there."""
    changed: pd.DataFrame
    """A row per value that differs: the key's columns, `column`, `before` and `after`."""
    unchanged: int
    """The number of rows that are the same in both."""
    changed_rows: int = 0
    """The number of rows with a value that differs."""
    columns_added: tuple[str, ...] = field(default=())
    """The columns that only the later table has; they are not compared."""
    columns_removed: tuple[str, ...] = field(default=())

    def __bool__(self) -> bool:
        counts = (len(self.added), len(self.removed), self.changed_rows)
        return any(counts) or bool(self.columns_added or self.columns_removed)

    def __repr__(self) -> str:
        counts = (("added", len(self.added)), ("removed", len(self.removed)), ("changed", self.changed_rows))
        parts = [f"{count:,} {what}" for what, count in counts]
        named = Counter(self.changed["column"])
        if columns := ", ".join(f"{column}: {count:,}" for column, count in named.items()):
            parts[-1] += f" ({columns})"
        parts.append(f"{self.unchanged:,} unchanged")
        for what, names in (("added", self.columns_added), ("removed", self.columns_removed)):
            parts += [f"columns {what}: {', '.join(names)}"] if names else []
        return f"<FrameDiff {', '.join(parts)}; .added .removed .changed>"

    def _repr_html_(self) -> str:
        """Return the counts, and the head of each table that has rows."""
        from html import escape

        html = [f"<p>{escape(repr(self)[1:-1])}</p>"]
        for what in ("added", "removed", "changed"):
            table: pd.DataFrame = getattr(self, what)
            if len(table):
                html.append(f"<p>{what}</p>{table.head(_ROWS_SHOWN).to_html(border=0)}")
        return "\n".join(html)
