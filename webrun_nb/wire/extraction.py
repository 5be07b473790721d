"""The wire models of the page reader: a request for the records of a page, and the answer with all that it rests on."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from webrun_nb.common.json_schema import schema_fault
from webrun_nb.wire.base import Request, Response
from webrun_nb.wire.errors import invalid, missing
from webrun_nb.wire.limits import MAX_HTML_CHARS, MAX_INSTRUCTION_CHARS, MAX_URL_CHARS
from webrun_nb.wire.requests import WebUrl


class PeekPage(Request):
    """`POST /_emulator/peek`: HTML, or a session whose page is looked at."""

    html: Annotated[str, Field(max_length=MAX_HTML_CHARS)] | None = None
    session_id: str | None = None
    url: Annotated[WebUrl, Field(max_length=MAX_URL_CHARS)] | None = None
    """The URL of the HTML."""

    @model_validator(mode="after")
    def _is_one_page(self) -> Self:
        if self.html is None and self.session_id is None:
            raise missing(within=["html"])
        if self.html is not None and self.session_id is not None:
            raise invalid("{parameter} and html are two pages: give one of them", within=["sessionId"])
        if self.url is not None and self.html is None:
            raise invalid("{parameter} belongs to html: a session's page has its own", within=["url"])
        return self


class ExtractPage(PeekPage):
    """`POST /_emulator/extract`: a page, and the JSON Schema of what is wanted.

    Without a schema the answer is the page's list with its own columns.
    """

    wanted: Annotated[dict[str, Any] | None, Field(alias="schema")] = None
    text: Annotated[str, Field(max_length=MAX_INSTRUCTION_CHARS)] = ""
    """The task in plain words."""

    @model_validator(mode="after")
    def _has_a_schema(self) -> Self:
        fault = None if self.wanted is None else schema_fault(self.wanted)
        if fault is not None:
            raise invalid(f"{{parameter}} is not a JSON Schema: {fault}", within=["schema"])
        return self


class ReadingBody(Response):
    """One meaning that a text may have."""

    value: Any
    how: str


class ValueBody(Response):
    """The evidence of one value."""

    row: int
    column: str
    url: str
    element: str
    text: str
    value: Any
    reading: str
    reason: str | None
    """The code of the reason why the value is null."""
    readings: list[ReadingBody]


class ColumnBody(Response):
    """The result of one column."""

    name: str
    label: str
    reading: str
    nulls: dict[str, int]
    """The number of nulls by the code of their reason."""


class ListBody(Response):
    """The completeness of a page's list."""

    url: str
    kind: str
    title: str
    seen: int
    returned: int
    totals: int
    blank: int


class CandidateBody(Response):
    """A field of the page, with a value of it."""

    label: str
    example: str


class ExtractionBody(Response):
    """Answer to `POST /_emulator/extract`."""

    success: Literal[True] = True
    url: str
    title: str
    data: Any
    """In the form that the schema asks for; null if there are no records."""
    problem: str | None
    """The code of the reason why there are none."""
    why: str | None
    """The same in one line for people."""
    questions: dict[str, list[CandidateBody]]
    """The columns that several fields answer equally well; their values are null."""
    nearest: dict[str, list[CandidateBody]]
    """If there are no records: the fields that come nearest, by column."""
    lists: list[ListBody]
    columns: list[ColumnBody]
    values: list[ValueBody]
    is_cut: bool
    """True if the page was too large to be read as a whole."""


class SourceSeen(Response):
    """A table, list or record of the page, with the way to ask for it."""

    kind: str
    """`table`, `grid`, `list`, `pairs`, `page`, or `embedded`: data that the page has for machines."""
    number: int
    """Its number among those of its kind; tables and grids are counted together."""
    title: str
    """The page's own name for it: its caption, otherwise the heading above it."""
    rows: int
    stated_rows: int | None
    """The number of rows that the page says it has."""
    columns: str
    """A column list; empty if the engine would not find the source again by it."""
    text: str
    """A task's text that asks for it."""
    records: list[dict[str, Any]]
    """The first records of the answer to both."""


class PeekBody(Response):
    """Answer to `POST /_emulator/peek`."""

    success: Literal[True] = True
    url: str
    title: str
    problem: str | None
    """The code of what the page is, if it has no content: a login, a picture, an error."""
    why: str | None
    """The same in one line for people."""
    sources: list[SourceSeen]
    more: int
    """The number of further sources, which are not in the answer."""
    is_cut: bool
    """True if the page was too large to be read as a whole."""
