"""The choices of a language model, as recordings hold them: which values of which pages make the answer. Plain data.

A choice holds no value of a page that is told in an answer: a replay reads them anew.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field

from webrun_nb.agents.recording.targets import ElementDescription

_STRICT = ConfigDict(extra="forbid")  # recordings are read from files

ListKind = Literal["table", "list", "record"]
Sign = Literal["<", "<=", ">", ">=", "=", "!=", "contains"]


@dataclass(frozen=True, slots=True)
class ColumnDescription:
    """The description of a column of a list."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    name: str
    """The name that it is shown under: its heading, or what its values are."""
    mark: Annotated[tuple[str, ...], Field(min_length=1)]
    """The signs that tell it from the other columns (`extraction.assignment.same_field.mark_of`)."""
    ordinal: Annotated[int, Field(ge=1)] = 1
    """Its place among the columns with the same mark, from 1."""
    count: Annotated[int, Field(ge=1)] = 1
    """The number of these columns."""


@dataclass(frozen=True, slots=True)
class ListChoice:
    """The choice of a table, list or record of a page, and of its columns."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    kind: ListKind
    title: str
    """The caption of the list, or the heading above it; empty where it has none."""
    columns: Annotated[dict[str, ColumnDescription], Field(min_length=1)]
    """The column of the page that holds each column of the answer."""
    compared: dict[str, ColumnDescription] = field(default_factory=dict)
    """Further columns that rows are chosen or ordered by, by the name that the choice of the rows has for them."""
    joined: tuple[str, ...] = ()
    """The titles of the tables with the same headings that it is joined of; empty for a list that stands alone."""
    ordinal: Annotated[int, Field(ge=1)] = 1
    """Its place among the lists of the page with the same kind, title and columns, from 1."""
    count: Annotated[int, Field(ge=1)] = 1
    """The number of these lists."""
    adds: bool = False
    """True if its rows are added to those that were read before: it is a further page of the same list."""
    is_screen: bool = False
    """True if it is a screen of a list that was scrolled, which may have rows of the screen before it."""


@dataclass(frozen=True, slots=True)
class ElementsChoice:
    """The choice of single elements of a page as the values of one record."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    elements: Annotated[dict[str, ElementDescription], Field(min_length=1)]
    """The element that holds each column of the answer."""


@dataclass(frozen=True, slots=True)
class Citation:
    """An element that proves a part of an answer in words."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    cited: ElementDescription
    says: str
    """All that it said."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """A condition on a column of the rows."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    column: str
    sign: Sign
    value: str | int | float | bool


@dataclass(frozen=True, slots=True)
class RowsChoice:
    """The choice of the rows that were read: an answer that consists of them."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    where: tuple[Comparison, ...] = ()
    order_by: str = ""
    descending: bool = False
    limit: Annotated[int, Field(ge=1)] | None = None
    rows: tuple[int, ...] | None = None
    """The numbers of the rows, from 1, where they were chosen one by one; None where all were."""
    saw: tuple[str, ...] = ()
    """The digests of all rows as they were then, where some were chosen one by one: with other rows nothing tells
    which are meant."""


@dataclass(frozen=True, slots=True)
class WordsChoice:
    """An answer in words, which holds as long as all that was cited and read says the same."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    words: Annotated[str, Field(min_length=1)]
    saw: tuple[str, ...] = ()
    """The digests of the rows that were read for it."""


Chosen = ListChoice | ElementsChoice | Citation | RowsChoice | WordsChoice
Conclusion = RowsChoice | WordsChoice
"""The choices that end with an answer."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A choice with its place among the steps of a task."""

    chosen: Chosen
    because: str
    """The part of the task that it serves, as the actions of the model have it."""
    step: int | None
    """The number of the recorded step in which its page was seen; None if that is not recorded."""
