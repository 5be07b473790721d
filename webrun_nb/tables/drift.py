"""The drift of sites: the differences between the answers of the same tasks in two cassettes, as one table."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from webrun_nb.tables.diff import diff_frames

if TYPE_CHECKING:
    import pandas as pd


def drift_frame(before: Mapping[str, Any], now: Mapping[str, Any]) -> pd.DataFrame:
    """Return the rows that only one of two cassettes has, task by task; empty if the answers are the same.

    Parameters
    ----------
    before, now : mapping
        The earlier and the later cassette. Tasks are paired by their text and page, in order.

    Returns
    -------
    DataFrame
        `task` and `change` (`added`, `removed`), then the columns of the answers. A task that only one cassette has
        counts with all its rows.
    """
    import pandas as pd

    earlier, later = dict(_numbered(before)), dict(_numbered(now))
    parts = []
    for key in [*earlier, *(key for key in later if key not in earlier)]:
        found = diff_frames(_frame(later.get(key)), _frame(earlier.get(key)))
        for change, rows in (("added", found.added), ("removed", found.removed)):
            parts.append(rows.assign(task=key[0], change=change))
    whole = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["task", "change"])
    first = ["task", "change"]
    return whole[[*first, *(name for name in whole.columns if name not in first)]]


def _numbered(cassette: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str, int], Mapping[str, Any]]]:
    """Yield the answers of a cassette by text, page, and their number among those of the same text and page."""
    counts: dict[tuple[str, str], int] = {}
    for task in cassette.get("tasks", ()):
        text, url = str(task["text"]), str(task.get("startingUrl") or "")
        counts[text, url] = counts.get((text, url), 0) + 1
        yield (text, url, counts[text, url]), task


def _frame(task: Mapping[str, Any] | None) -> pd.DataFrame:
    import pandas as pd

    if task is None:
        return pd.DataFrame()
    return pd.DataFrame(list(_records(task)), dtype=object)


def _records(task: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Return the records of an answer; a text as one record with the column `answer`."""
    if task.get("outputType") != "structured_json":
        return [{"answer": task["message"]}]
    answer = json.loads(task["message"])
    if isinstance(answer, dict):
        lists = [value for value in answer.values() if isinstance(value, list)]
        answer = lists[0] if len(answer) == len(lists) == 1 else [answer]
    return [each if isinstance(each, dict) else {"value": each} for each in answer]
