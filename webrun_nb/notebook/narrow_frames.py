"""DataFrames that fit a cell: a person is shown the telling columns, short; a program has all of them, whole."""

from __future__ import annotations

from typing import Any, cast

import pandas as pd

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
        """Return what is shown: the telling columns, moments to the minute (UTC), money to a hundredth of a cent."""
        telling = [name for name in getattr(self, "telling", ()) if name in self.columns]
        plain = pd.DataFrame(self)[telling] if telling else pd.DataFrame(self)
        short = {name: _short(plain[name]) for name in telling}
        return plain.assign(**short) if short else plain

    def _note(self) -> str:
        left_out = [str(name) for name in self.columns if name not in self.shown().columns]
        return f"not shown: {', '.join(left_out)}; .whole shows all" if left_out else ""

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
        moments: pd.Series[Any] = column.dt.strftime("%Y-%m-%d %H:%M").astype("string").str.removesuffix(" 00:00")
        return moments
    if str(column.name).endswith("_usd"):
        rounded: pd.Series[Any] = column.round(4)
        return rounded
    return column
