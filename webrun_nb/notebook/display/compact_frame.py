"""Displays a DataFrame of the toolkit in a compact form: fewer columns, local times, a text instead of no rows."""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any, cast

import pandas as pd

from webrun_nb.common.local_time import local

LONGEST_TEXT = 40
_TO_THE_MINUTE = "%Y-%m-%d %H:%M"
_TO_THE_SECOND = "%Y-%m-%d %H:%M:%S"


class CompactFrame(pd.DataFrame):
    """A DataFrame whose display leaves out some columns, and says what to type if it has no rows.

    Only the frame itself is displayed like this. A frame derived from it (some columns, `head`, a filter, …) is
    a plain DataFrame; the frame itself is displayed as one once a column was added or removed.

    Attributes
    ----------
    display_columns : tuple of str
        The columns that are displayed; empty for all.
    when_empty : str
        The text that is displayed if there are no rows; may be empty.
    made_with : tuple of str
        The columns that it was created with.
    """

    display_columns: tuple[str, ...]
    when_empty: str
    made_with: tuple[str, ...]
    _metadata = ["display_columns", "when_empty", "made_with"]  # noqa: RUF012 - pandas asks for a list

    @property
    def whole(self) -> pd.DataFrame:
        """The same as a plain DataFrame, which shows all of its columns."""
        return pd.DataFrame(self)

    def shown(self) -> pd.DataFrame:
        """Return what is displayed: the display columns, local times to the minute, dollars with four decimals.

        Without display columns: all columns, and local times to the second.
        """
        plain = self.whole
        if self._is_shortened():
            return plain[list(self.display_columns)].assign(
                **{name: _short(plain[name]) for name in self.display_columns}
            )
        if self._is_as_made():
            return plain.assign(**{name: _in_local_time(plain[name], _TO_THE_SECOND) for name in self._moments()})
        return plain

    def _moments(self) -> list[str]:
        """Return the displayed columns that hold moments."""
        return [
            name for name in self.display_columns or self.columns if isinstance(self[name].dtype, pd.DatetimeTZDtype)
        ]

    def _is_as_made(self) -> bool:
        return tuple(self.columns) == getattr(self, "made_with", None)

    def _is_shortened(self) -> bool:
        return self._is_as_made() and bool(self.display_columns)

    def _begin(self) -> str:
        """Return the text that is displayed instead of an empty table; empty if the table is displayed."""
        return self.when_empty if self.empty and self._is_as_made() else ""

    def _formed(self, form: Callable[[pd.DataFrame], str | None]) -> tuple[str | None, str]:
        """Return the table in a form of pandas, and the note below it."""
        shown = self.shown()
        options: list[Any] = ["display.html.use_mathjax", False]  # two prices in a text would be read as one formula
        if self._is_shortened():
            options += ["display.max_colwidth", LONGEST_TEXT]
        with pd.option_context(*options):
            table = form(shown)
        return table, self._note() if self._is_as_made() else ""

    def _note(self) -> str:
        left_out = (
            [str(name) for name in self.columns if name not in self.display_columns] if self.display_columns else []
        )
        notes = [f"not shown: {', '.join(left_out)}; .whole shows all"] if left_out else []
        if zones := list(dict.fromkeys(zone for name in self._moments() for zone in _zones(self[name]))):
            notes.insert(0, f"times: {' and '.join(zones)}")
        return "; ".join(notes)

    def __repr__(self) -> str:
        if begin := self._begin():
            return begin
        return "\n".join(part for part in self._formed(repr) if part)

    def _repr_html_(self) -> str | None:
        if begin := self._begin():
            return f"<p>{html.escape(begin)}</p>"
        table, note = self._formed(lambda shown: cast("str | None", shown._repr_html_()))  # type: ignore[operator]
        return f"{table}<p>{note}</p>" if table and note else table


def compact(frame: pd.DataFrame, *display_columns: str, when_empty: str = "") -> CompactFrame:
    """Return the frame as one that displays these columns (all if none is named), and `when_empty` without rows."""
    made = CompactFrame(frame)
    made.display_columns, made.when_empty, made.made_with = display_columns, when_empty, tuple(frame.columns)
    return made


def _short(column: pd.Series[Any]) -> pd.Series[Any]:
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        return _in_local_time(column, _TO_THE_MINUTE)
    if str(column.name).endswith("_usd"):
        rounded: pd.Series[Any] = column.round(4)
        return rounded
    return column


def _in_local_time(moments: pd.Series[Any], form: str) -> pd.Series[Any]:
    """Return moments as local time, with the zone if they have several; a single zone is named below the table."""
    known_ms = [None if pd.isna(each) else each.timestamp() * 1000 for each in moments]
    form = form if len(_zones(moments)) == 1 else f"{form} %Z"
    shown = [None if each is None else f"{local(each):{form}}" for each in known_ms]
    return pd.Series(shown, index=moments.index, dtype="string")


def _zones(moments: pd.Series[Any]) -> list[str]:
    """Return the zones of moments in local time: summer and winter time differ."""
    return list(dict.fromkeys(f"{local(each.timestamp() * 1000):%Z}" for each in moments.dropna()))
