"""Reads pages without a task, on the emulator alone: the records that a schema asks for, and what is on a page."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from webrun_nb.client.errors import ArgumentError, RequestError
from webrun_nb.client.sessions.session import Session
from webrun_nb.client.tasks.result import ResultAdapter, Schema
from webrun_nb.client.transport import ApiTransport
from webrun_nb.common.codes import TaskFailureCode
from webrun_nb.wire.report import PageBody, ReportBody, ReportedColumn, ReportedList, ReportedValue

if TYPE_CHECKING:
    import pandas as pd

_READ_WITHIN_S = 75.0
"""The server's own limit, and the time on the way."""
_URL = re.compile(r"\s*(?:https?://|practice:)[^\s<>]+\s*", re.IGNORECASE)
_A_SESSION = "open it first: `with webrun.start(url=…) as session: webrun.extract(session, schema)`"
_MOST_NEAREST = 4


@dataclass(frozen=True, repr=False)
class PageResult:
    """The records of a page that was read without a task. It is plain data, and can be pickled."""

    url: str
    """The page's URL; empty for HTML that was given without one."""
    title: str
    text: str
    """The answer as JSON text."""
    schema: Schema | None
    captured_at: datetime
    """The time of the answer, UTC."""
    body: Mapping[str, Any]
    """The answer as it came over the wire."""
    frames: ResultAdapter | None = field(default=None, compare=False)
    """Makes tables of it."""

    @property
    def json(self) -> Any:
        """The answer as plain data."""
        return self.body["data"]

    @property
    def df(self) -> pd.DataFrame:
        """The answer as a table, made each time: the dtypes are those of the schema, texts without one."""
        meta = {"url": self.url or None, "captured_at": self.captured_at}
        return self._tables().records_frame(self.json, self.schema, meta, self._report)

    @property
    def provenance(self) -> pd.DataFrame:
        """The source of each value, as a table: row, column, page, element (a CSS selector), text, reading, reason."""
        return self._tables().provenance(self.json, self._report)

    @property
    def raw(self) -> pd.DataFrame:
        """The texts as on the page, in the shape of the answer's table."""
        return self._tables().texts(self.df, self._report)

    @property
    def completeness(self) -> Mapping[str, Any]:
        """The completeness of the answer's table, as plain JSON values; see `TaskResult.completeness`."""
        found: Mapping[str, Any] = self.df.attrs["webrun"]["completeness"]
        return found

    @property
    def _report(self) -> ReportBody:
        """The evidence of the answer, in the form of a task's report."""
        at = round(self.captured_at.timestamp() * 1000)
        lists = [
            ReportedList(
                url=each["url"],
                title=each["title"],
                shown=each["seen"],
                collected=each["returned"],
                stated=None,
                ended="",
                repeated=0,
                assumed=False,
                whole=True,
                enough=False,
            )
            for each in self.body["lists"]
        ]
        return ReportBody(
            session_id="",
            task_id="",
            unused=[],
            pages=[PageBody(url=self.url, status=None, at=at)],
            lists=lists,
            columns=[ReportedColumn.model_validate({"shows": {}, **each}) for each in self.body["columns"]],
            values=[ReportedValue.model_validate({**each, "readings": None}) for each in self.body["values"]],
        )

    def _tables(self) -> ResultAdapter:
        if self.frames is None:
            raise TypeError("this client was made without `frames`: read .json")
        return self.frames

    @property
    def questions(self) -> Mapping[str, Sequence[Mapping[str, str]]]:
        """The columns that several fields answer equally well, with the fields; their values are missing."""
        found: Mapping[str, Sequence[Mapping[str, str]]] = self.body["questions"]
        return found

    def __repr__(self) -> str:
        count = len(self.json) if isinstance(self.json, list) else 1
        return f"<PageResult {self.url or 'HTML'}: {count} {'record' if count == 1 else 'records'}; .df .json>"


@dataclass(frozen=True, slots=True)
class PageSource:
    """A table, list or record of a page, with the way to ask for it."""

    kind: str
    """`table`, `grid`, `list`, `pairs`, `page`, or `embedded`: data that the page has for machines."""
    number: int
    title: str
    rows: int
    stated_rows: int | None
    """The number of rows that the page says it has."""
    columns: str
    """A column list; empty if it can't be asked for by one."""
    text: str
    """A task's text that asks for it."""
    records: tuple[Mapping[str, Any], ...]
    """The first records of the answer to both."""


@dataclass(frozen=True, slots=True)
class PagePeek:
    """The lists and records of a page."""

    url: str
    title: str
    sources: tuple[PageSource, ...]
    why: str | None
    """The kind of a page without content (an error, a login); None for a page like any other."""
    more: int
    """The number of sources that are not in `sources`."""
    is_cut: bool
    """True if the page was too large to be read as a whole."""


async def extract(
    http: ApiTransport,
    page: str | Session,
    schema: Schema | None,
    *,
    text: str,
    url: str | None,
    frames: ResultAdapter | None,
) -> PageResult:
    """Read the records of a page; see `Client.extract`."""
    if isinstance(page, str) and _URL.fullmatch(page):
        raise ArgumentError("extract takes the HTML of a page, or a session, and no URL", _A_SESSION)
    body = {**_page(page, url), "text": text}
    if schema is not None:
        body["schema"] = dict(schema.json_schema)
    answer = await http.control("POST", "extract", body, timeout_s=_READ_WITHIN_S)
    if answer["data"] is None:
        raise _without_records(answer)
    return PageResult(
        url=answer["url"],
        title=answer["title"],
        text=json.dumps(answer["data"], ensure_ascii=False),
        schema=schema,
        captured_at=datetime.now(UTC),
        body=answer,
        frames=frames,
    )


async def peek(http: ApiTransport, page: str | Session) -> PagePeek:
    """Return what is on a page; see `Client.peek`."""
    answer = await http.control("POST", "peek", _page(page, None), timeout_s=_READ_WITHIN_S)
    sources = tuple(
        PageSource(
            kind=each["kind"],
            number=each["number"],
            title=each["title"],
            rows=each["rows"],
            stated_rows=each["statedRows"],
            columns=each["columns"],
            text=each["text"],
            records=tuple(each["records"]),
        )
        for each in answer["sources"]
    )
    return PagePeek(answer["url"], answer["title"], sources, answer["why"], answer["more"], answer["isCut"])


def _page(page: str | Session, url: str | None) -> dict[str, Any]:
    if isinstance(page, Session):
        if url is not None:
            raise ArgumentError("url= belongs to HTML: a session's page has its own", "leave it out")
        return {"sessionId": page.session_id}
    if not isinstance(page, str):
        raise ArgumentError(f"a {type(page).__name__} is no page", "give the HTML as text, or a session")
    return {"html": page} if url is None else {"html": page, "url": url}


def _without_records(answer: Mapping[str, Any]) -> RequestError:
    """Return the error of a page without the records: the reason, and the fields or lists that come nearest."""
    lists = [f'"{each["label"]}"' for each in answer["questions"].get("", ())]
    nearest = [
        f'{column}: "{each["label"]}" ({each["example"]})'
        for column, found in answer["nearest"].items()
        for each in found[:1]
    ]
    hint = ""
    if lists:
        hint = f"name one in text=: {', '.join(lists)}"
    elif nearest:
        hint = f"the nearest fields are {', '.join(nearest[:_MOST_NEAREST])}"
    return RequestError(
        answer["why"] or "the page has no such records",
        code=TaskFailureCode.ELEMENT_NOT_FOUND,
        hint=hint,
        details={"problem": answer["problem"], "nearest": answer["nearest"], "questions": answer["questions"]},
    )
