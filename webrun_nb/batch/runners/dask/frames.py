"""Dask DataFrames as the input of a map, and as its table: with the partitions of the input."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import dask.dataframe as dd
import numpy as np
from dask.base import compute
from dask.delayed import delayed

from webrun_nb.batch.inputs import MapInput, Partitions, read_input

if TYPE_CHECKING:
    import pandas as pd


def read_dask_input(given: Any, limit: int | None, client: object = None) -> MapInput:
    """Return the input of a map from a Dask DataFrame or Series, which is computed once. Blocks.

    Parameters
    ----------
    given : dask.dataframe.DataFrame or Series
        The input.
    limit : int, optional
        The most rows.
    client : distributed.Client, optional
        Computes it, instead of Dask's own choice.

    Raises
    ------
    ArgumentError
        It has no rows.
    """
    import pandas as pd

    parts: Sequence[pd.DataFrame | pd.Series[Any]] = compute(*given.to_delayed(), scheduler=client)
    lengths = [len(part) for part in parts]
    divisions = tuple(given.divisions) if given.known_divisions else None
    if limit is not None and sum(lengths) > limit:
        ends = [min(end, limit) for end in itertools.accumulate(lengths)]
        lengths, divisions = [end - begin for begin, end in itertools.pairwise([0, *ends])], None
    return replace(read_input(pd.concat(parts), limit), partitions=Partitions(tuple(lengths), divisions))


def dask_frame(frame: pd.DataFrame, partitions: Partitions) -> dd.DataFrame:
    """Return the table of a run with the partitions of its input.

    Dask has no index of several levels: where rows have several records, their numbers are the column `n`.

    Parameters
    ----------
    frame : DataFrame
        The table, with one line or more for each row of the input, in its order.
    partitions : Partitions
        The partitions of the input.
    """
    begins = np.arange(len(frame))
    if frame.index.nlevels > 1:
        begins = np.flatnonzero(frame.index.get_level_values(-1) == 0)
        frame = frame.reset_index(level=-1)
    lines = np.append(begins, len(frame))
    cuts = [lines[row] for row in itertools.accumulate(partitions.lengths, initial=0)]
    parts = [delayed(frame.iloc[begin:end]) for begin, end in itertools.pairwise(cuts)]
    made: dd.DataFrame = dd.from_delayed(parts, meta=frame.iloc[:0], divisions=partitions.divisions, verify_meta=False)
    return made
