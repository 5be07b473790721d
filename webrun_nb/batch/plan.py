"""Plans a map: the task of each row with its templates filled and checked, before anything is started."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from webrun_nb.batch.inputs import URL, InputRow, MapInput, missing_column
from webrun_nb.batch.rows import RowTask
from webrun_nb.client.errors import ArgumentError, WebRunError
from webrun_nb.tables.templates import Template, is_missing

ROW = "row"
_ATTRIBUTE = re.compile(r"""\brow\s*(?:\.\s*(?P<name>[A-Za-z_]\w*)|\[\s*(?P<quote>["'])(?P<key>.+?)(?P=quote)\s*\])""")
_IN_BRACES = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)

CheckRow = Callable[[RowTask], None]
"""Checks one row's task as the service would; raises a `WebRunError`."""


@dataclass(frozen=True, slots=True)
class MapPlan:
    """The tasks of a map, in the order of its input."""

    text: str
    """The template of the tasks' text."""
    url: str
    """The template of their URLs."""
    rows: Sequence[RowTask]
    fingerprint: str
    """The hash of the tasks and of the options that their answers depend on: two runs with the same are the same."""


def plan_rows(
    data: MapInput,
    text: str,
    url: str | None,
    names: Mapping[str, object],
    *,
    depends_on: Mapping[str, Any],
    check: CheckRow,
    shown_url: Callable[[str], str] = str,
    raw: bool = False,
) -> MapPlan:
    """Fill the templates of all rows and check their tasks.

    Parameters
    ----------
    data : MapInput
        The input.
    text : str
        The text of the tasks, with `{{ row.column }}`.
    url : str or None
        The template of their URLs; None: the column `url`.
    names : mapping
        Other names that templates may mention.
    depends_on : mapping
        The options that the answers depend on, as plain JSON; for the fingerprint.
    check : callable
        Checks a row's task.
    shown_url : callable
        Returns a URL as it stays when the server starts anew: that of a practice site as `practice:NAME`, without the
        emulator's port.
    raw : bool
        Leave `{{ }}` in the text as it is; the template of the URL is filled all the same.

    Raises
    ------
    ArgumentError
        There is no column for a template, or none for the URL. Nothing was started.
    WebRunError
        A row's task can't be: the message names the row.
    """
    if url is None:
        if URL not in data.columns:
            columns = ", ".join(data.columns[:10])
            hint = f'name it with a template of the input\'s columns ({columns}): "{{{{ row.name }}}}"'
            raise ArgumentError("map needs the URL of each row: url=, --url, or a column `url`", hint)
        url = "{{ row.url }}"
    for template, where in ((url, "the URL"), *(() if raw else ((text, "the text"),))):
        for name in _columns_in(template):
            if name not in data.columns:
                raise missing_column(name, data.columns, where)
    filled = _Templates(Template(text, raw=raw), Template(url), shown_url)
    for name in sorted((filled.url.names | filled.text.names) & set(data.columns)):
        if name not in names and name != ROW:
            raise ArgumentError(
                f"{{{{ {name} }}}}: there is no {name!r} in the notebook",
                f"the column of the input is {{{{ row.{name} }}}}",
            )
    rows = [_row_task(row, filled, names, check) for row in data.rows()]
    return MapPlan(text, url, rows, _fingerprint(rows, depends_on))


def _columns_in(template: str) -> Iterator[str]:
    for expression in _IN_BRACES.findall(template):
        for found in _ATTRIBUTE.finditer(expression):
            yield found["name"] or found["key"]


@dataclass(frozen=True, slots=True)
class _Templates:
    """The templates of the tasks of all rows."""

    text: Template
    url: Template
    shown_url: Callable[[str], str]


def _row_task(
    row: tuple[int, str, InputRow], templates: _Templates, names: Mapping[str, object], check: CheckRow
) -> RowTask:
    position, label, values = row
    scope = _Names(names, values)
    try:
        task = RowTask(position, label, templates.text.fill(scope), templates.url.fill(scope).strip())
        check(task)
    except WebRunError as error:
        about = _missing_in(values, f"{templates.url.text} {templates.text.text}")
        raise _of_row(error, position, label, about) from error
    return replace(task, url=templates.shown_url(task.url))


class _Names(Mapping[str, object]):
    """The names of the notebook, and `row`."""

    def __init__(self, names: Mapping[str, object], row: InputRow) -> None:
        self._names = names
        self._row = row

    def __getitem__(self, name: str) -> object:
        return self._row if name == ROW else self._names[name]

    def __iter__(self) -> Iterator[str]:
        yield ROW
        yield from (name for name in self._names if name != ROW)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __contains__(self, name: object) -> bool:
        return name == ROW or name in self._names


def _missing_in(values: InputRow, template: str) -> str:
    """Return the first column in a template whose value is missing in a row; empty if there is none."""
    for name in _columns_in(template):
        if is_missing(values[name]):
            return name
    return ""


def _of_row(error: WebRunError, position: int, label: str, column: str) -> WebRunError:
    """Return an error about one row that names it."""
    place = f"row {position}" if label == str(position) else f"row {position} (index {label})"
    if column:
        return ArgumentError(
            f"{place}: its column {column!r} has no value",
            f"leave such rows out: df.dropna(subset=[{column!r}]); nothing was started",
        )
    hint = f"{error.hint}; nothing was started" if error.hint else "nothing was started"
    return ArgumentError(f"{place}: {error.message}", hint)


def _fingerprint(rows: Sequence[RowTask], depends_on: Mapping[str, Any]) -> str:
    made = hashlib.sha256(json.dumps(depends_on, sort_keys=True, default=str).encode())
    for row in rows:
        made.update(json.dumps([row.label, row.text, row.url], ensure_ascii=False).encode())
    return made.hexdigest()
