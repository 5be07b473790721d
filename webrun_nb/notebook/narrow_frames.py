"""DataFrames that fit a cell: a person is shown the telling columns, short; a program has all of them, whole."""

from __future__ import annotations

from typing import Any, cast

import pandas as pd

from webrun_nb.common.local_time import local, start_of_day_ms

LONGEST_TEXT = 40


class NarrowFrame(pd.DataFrame):
    """A DataFrame that shows some of its columns. What is made of it (`head`, filters, …) is one too, as far as it can.

    Attributes
    ----------
    telling : tuple of str
        The columns that are shown.
    """

    telling: tuple[str, ...]
    _metadata = ["telling"]  # noqa: RUF012 - pandas asks for a list

    @property
    def _constructor(self) -> Any:
        return NarrowFrame

    @property
    def whole(self) -> pd.DataFrame:
        """The same as a plain DataFrame, which shows all of its columns."""
        return pd.DataFrame(self)

    def shown(self) -> pd.DataFrame:
        """Return what is shown: the telling columns, local times to the minute, dollars with four decimals."""
        telling = [name for name in getattr(self, "telling", ()) if name in self.columns]
        plain = pd.DataFrame(self)[telling] if telling else pd.DataFrame(self)
        short = {name: _short(plain[name]) for name in telling}
        return plain.assign(**short) if short else plain

    def _note(self) -> str:
        shown = self.shown()
        left_out = [str(name) for name in self.columns if name not in shown.columns]
        notes = [f"not shown: {', '.join(left_out)}; .whole shows all"] if left_out else []
        moments = [self[name] for name in shown.columns if isinstance(self[name].dtype, pd.DatetimeTZDtype)]
        if zones := list(dict.fromkeys(zone for column in moments for zone in _zones(column))):
            notes.insert(0, f"times: {' and '.join(zones)}")
        return "; ".join(notes)

    def __repr__(self) -> str:
        with pd.option_context("display.max_colwidth", LONGEST_TEXT):
            text = pd.DataFrame.__repr__(self.shown())
        return "\n".join(part for part in (text, self._note()) if part)

    def _repr_html_(self) -> str | None:
        with pd.option_context("display.max_colwidth", LONGEST_TEXT):
            table = cast("str | None", self.shown()._repr_html_())  # type: ignore[operator]
        note = self._note()
        return f"{table}<p>{note}</p>" if table and note else table


def narrow(frame: pd.DataFrame, *telling: str) -> NarrowFrame:
    """Return the frame as one that shows these columns."""
    made = NarrowFrame(frame)
    made.telling = telling
    return made


def _short(column: pd.Series[Any]) -> pd.Series[Any]:
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        return _in_local_time(column)
    if str(column.name).endswith("_usd"):
        rounded: pd.Series[Any] = column.round(4)
        return rounded
    return column


def _in_local_time(moments: pd.Series[Any]) -> pd.Series[Any]:
    """Return moments as local time: days where all are midnights, else with the zone where it is not the same for all.

    The one zone of all stands below the table (`_zones`).
    """
    known_ms = [None if pd.isna(each) else each.timestamp() * 1000 for each in moments]
    days = all(each is None or each == start_of_day_ms(each) for each in known_ms)
    form = "%Y-%m-%d" if days else "%Y-%m-%d %H:%M" if len(_zones(moments)) == 1 else "%Y-%m-%d %H:%M %Z"
    shown = [None if each is None else f"{local(each):{form}}" for each in known_ms]
    return pd.Series(shown, index=moments.index, dtype="string")


def _zones(moments: pd.Series[Any]) -> list[str]:
    """Return the zones of moments in local time: summer and winter time differ."""
    return list(dict.fromkeys(f"{local(each.timestamp() * 1000):%Z}" for each in moments.dropna()))
