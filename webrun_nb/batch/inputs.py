"""Reads the input of a map: a DataFrame, a Series, a list of URLs or records, or a generator, as rows with columns."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from webrun_nb.batch.rows import label_of
from webrun_nb.client.errors import ArgumentError
from webrun_nb.common.text import closest_match

if TYPE_CHECKING:
    import pandas as pd

URL, VALUE = "url", "value"
"""The columns of an input that has only values: both hold them."""
_TAKES = "map takes a DataFrame (of pandas or Dask), a Series, a list of URLs or of records, or a generator"


class InputRow:
    """One row of an input, as `row` in templates: `{{ row.name }}`, or `{{ row["any name"] }}`.

    It has no attributes but its columns, so that a column may have any name.

    Parameters
    ----------
    places : mapping of str to int
        The columns, each with its place among the values.
    values : sequence
        The values.
    """

    __slots__ = ("_places", "_values")

    def __init__(self, places: Mapping[str, int], values: Sequence[Any]) -> None:
        self._places = places
        self._values = values

    def __getitem__(self, name: str) -> Any:
        return self._values[self._places[name]]

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"the input has no column {name!r}") from None


@dataclass(frozen=True, slots=True)
class Partitions:
    """The partitions of a Dask DataFrame."""

    lengths: tuple[int, ...]
    """Their numbers of rows."""
    divisions: tuple[Any, ...] | None
    """The index values that they begin with, and the last one; None where they are not known."""


@dataclass(frozen=True)
class MapInput:
    """The input of a map: its table, and its rows as templates see them."""

    frame: pd.DataFrame
    """The rows with their index, which may have duplicates: the position of a row is its key."""
    partitions: Partitions | None = None
    """The partitions of an input that was a Dask DataFrame."""

    @property
    def columns(self) -> list[str]:
        """The names of the columns, as texts."""
        return [str(name) for name in self.frame.columns]

    def rows(self) -> Iterator[tuple[int, str, InputRow]]:
        """Yield the position, the label and the columns of each row."""
        names = {name: place for place, name in reversed(list(enumerate(self.columns)))}
        labels = self.frame.index
        for position, values in enumerate(self.frame.itertuples(index=False, name=None)):
            yield position, label_of(labels[position]), InputRow(names, values)

    def check_columns(self, wanted: Sequence[str], option: str) -> None:
        """Refuse columns that the input does not have.

        Raises
        ------
        ArgumentError
            One is missing; the hint names the nearest.
        """
        for name in wanted:
            if name not in self.columns:
                raise missing_column(name, self.columns, option)


def missing_column(name: str, columns: Sequence[str], where: str) -> ArgumentError:
    """Return the error for a column that the input does not have."""
    meant = closest_match(name, columns)
    hint = f"did you mean {meant}?" if meant else f"it has: {', '.join(columns)}"
    return ArgumentError(f"{where}: the input has no column {name!r}", hint)


def is_dask(given: object) -> bool:
    """Return whether an input is a collection of Dask, without importing Dask."""
    return type(given).__module__.partition(".")[0] == "dask"


def read_input(given: object, limit: int | None = None) -> MapInput:
    """Return the input of a map.

    Parameters
    ----------
    given : DataFrame, Series, sequence or iterator
        Of a list or generator the items are URLs (or other plain values), or mappings of column to value. A list of
        values has the columns `url` and `value`, a Series the column of its name and `value`.
    limit : int, optional
        The most rows; more are not read from a generator.

    Raises
    ------
    ArgumentError
        It is none of these, or has no rows.
    """
    import pandas as pd

    frame: pd.DataFrame
    if isinstance(given, pd.DataFrame):
        frame = given
    elif isinstance(given, pd.Series | pd.Index):
        series = given.to_series() if isinstance(given, pd.Index) else given
        frame = _of_values(list(series), series.index, None if series.name is None else str(series.name))
    elif isinstance(given, str | bytes | Mapping) or not isinstance(given, Iterable):
        raise ArgumentError(f"{_TAKES}, not {type(given).__name__}", "for one page, run a task")
    else:
        frame = _of_items(list(itertools.islice(given, limit)))
    if limit is not None:
        frame = frame.iloc[:limit]
    if not len(frame):
        raise ArgumentError("the input of the map has no rows", "nothing was started")
    return MapInput(frame)


def _of_items(items: list[Any]) -> pd.DataFrame:
    import pandas as pd

    if items and all(isinstance(item, Mapping) for item in items):
        return pd.DataFrame(items)
    if any(isinstance(item, Mapping) for item in items):
        raise ArgumentError("the input mixes records and plain values", _TAKES)
    return _of_values(items, pd.RangeIndex(len(items)), None)


def _of_values(values: list[Any], index: pd.Index, name: str | None) -> pd.DataFrame:
    import pandas as pd

    columns = [URL, VALUE] if name is None else list(dict.fromkeys([name, VALUE]))
    return pd.DataFrame({column: pd.Series(values, index=index, dtype=object) for column in columns}, index=index)
