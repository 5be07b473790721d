"""The differences of two frames: rows that were added, removed and changed.

Values are the same if they are equal, or both missing. Rows are told apart by a key, or compared as wholes.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Any

from webrun_nb.client.errors import ArgumentError
from webrun_nb.client.tasks.differences import FrameDiff
from webrun_nb.common.text import closest_match

if TYPE_CHECKING:
    import pandas as pd

Row = tuple[Hashable, ...]

_MISSING = ("missing",)


def diff_frames(after: pd.DataFrame, before: pd.DataFrame, key: str | Sequence[str] | None = None) -> FrameDiff:
    """Return what has changed from one frame to another.

    >>> import pandas as pd
    >>> before = pd.DataFrame({"name": ["A", "B"], "price": [1, 2]})
    >>> after = pd.DataFrame({"name": ["B", "C"], "price": [3, 4]})
    >>> diff_frames(after, before, "name")
    <FrameDiff 1 added, 1 removed, 1 changed (price: 1), 0 unchanged; .added .removed .changed>

    Parameters
    ----------
    after, before : DataFrame
        The later and the earlier frame. Columns that only one of them has are named, and not compared.
    key : str or sequence of str, optional
        The columns that tell the rows apart. Without it rows are compared as wholes, in any order, and none is changed.

    Raises
    ------
    ArgumentError
        A frame lacks a column of the key, has several rows of one key, or several columns of one name.
    """
    for frame, which in ((after, "the later"), (before, "the earlier")):
        if not frame.columns.is_unique:
            raise ArgumentError(f"{which} table has several columns of one name", "rename them first")
    common = [column for column in after.columns if column in before.columns]
    columns_added = tuple(str(column) for column in after.columns if column not in before.columns)
    columns_removed = tuple(str(column) for column in before.columns if column not in after.columns)
    rows_after, rows_before = _rows(after, common), _rows(before, common)
    if key is None:
        added, removed = _extra(rows_after, rows_before), _extra(rows_before, rows_after)
        changed: list[dict[str, Any]] = []
        names: list[str] = []
        changed_rows = 0
        unchanged = len(rows_after) - len(added)
    else:
        names = [key] if isinstance(key, str) else [*key]
        places = [_place(name, common, after, before) for name in names]
        by_key_after = _by_key(rows_after, places, names, "the later table")
        by_key_before = _by_key(rows_before, places, names, "the earlier table")
        added = [number for row, number in by_key_after.items() if row not in by_key_before]
        removed = [number for row, number in by_key_before.items() if row not in by_key_after]
        changed = []
        changed_rows = unchanged = 0
        for row, number in by_key_after.items():
            if row not in by_key_before:
                continue
            then = by_key_before[row]
            differing = [
                place for place, column in enumerate(common) if rows_after[number][place] != rows_before[then][place]
            ]
            changed_rows += bool(differing)
            unchanged += not differing
            known = {name: after[name].iloc[number] for name in names} if differing else {}
            changed += [
                {
                    **known,
                    "column": str(common[place]),
                    "before": before[common[place]].iloc[then],
                    "after": after[common[place]].iloc[number],
                }
                for place in differing
            ]
    return FrameDiff(
        added=after.iloc[added],
        removed=before.iloc[removed],
        changed=_changes(changed, names),
        unchanged=unchanged,
        changed_rows=changed_rows,
        columns_added=columns_added,
        columns_removed=columns_removed,
    )


def _changes(changed: Sequence[dict[str, Any]], names: Sequence[str]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(changed, columns=[*names, "column", "before", "after"], dtype=object)


def _place(name: str, common: Sequence[Any], after: pd.DataFrame, before: pd.DataFrame) -> int:
    if name in common:
        return common.index(name)
    which = "the earlier" if name in after.columns else "the later" if name in before.columns else "neither"
    meant = closest_match(name, [str(column) for column in common])
    hint = f"did you mean {meant}?" if meant else f"both have: {', '.join(map(str, common)) or 'no column in common'}"
    raise ArgumentError(
        f"key: neither table has a column {name!r}" if which == "neither" else f"key: {which} table has no {name!r}",
        hint,
    )


def _by_key(rows: Sequence[Row], places: Sequence[int], names: Sequence[str], which: str) -> dict[Row, int]:
    """Return the number of the row of each key."""
    found: dict[Row, int] = {}
    for number, row in enumerate(rows):
        one = tuple(row[place] for place in places)
        if one in found:
            shown = ", ".join("<NA>" if value is _MISSING else str(value) for value in one)[:80]
            raise ArgumentError(
                f"key: {which} has several rows with {', '.join(names)} = {shown}",
                "add a column to the key; without key= rows are compared as wholes",
            )
        found[one] = number
    return found


def _extra(rows: Sequence[Row], others: Sequence[Row]) -> list[int]:
    """Return the numbers of the rows that the others have not, or have less often."""
    left = Counter(others)
    extra = []
    for number, row in enumerate(rows):
        if left[row] > 0:
            left[row] -= 1
        else:
            extra.append(number)
    return extra


def _rows(frame: pd.DataFrame, columns: Sequence[Any]) -> list[Row]:
    """Return the rows of a frame as tuples that can be compared: missing values are equal, nested ones are texts."""
    if not columns:
        return [()] * len(frame)
    made = []
    for column in columns:
        values = frame[column]
        missing = values.isna()
        made.append([_MISSING if gone else _hashable(value) for value, gone in zip(values, missing, strict=True)])
    return [*zip(*made, strict=True)]


def _hashable(value: Any) -> Hashable:
    if isinstance(value, list | dict):
        return json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
    return value if isinstance(value, Hashable) else repr(value)
