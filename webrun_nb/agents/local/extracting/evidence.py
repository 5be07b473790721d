"""The evidence of an extraction in the form that an agent's answer carries it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from webrun_nb.agents.base import ColumnRead, ListRead, PossibleReading, Provenance
from webrun_nb.extraction.results import ColumnReport, Evidence, Extraction, ListReport

PAGE_IS_CUT = "the page is larger than what is read of one"
"""The end of a list whose page is over a limit of the engine."""


def provenance_of(extraction: Extraction, rows: Sequence[int] | None = None) -> tuple[Provenance, ...]:
    """Return the origin of each value of an answer.

    Parameters
    ----------
    extraction : Extraction
        The records, with the evidence of each value.
    rows : sequence of int, optional
        The numbers of the records that the answer has, in its order; all of them by default.
    """
    by_row: dict[int, list[Provenance]] = {}
    for each in extraction.values:
        by_row.setdefault(each.row, []).append(_provenance(each))
    chosen = range(len(extraction.records)) if rows is None else rows
    return tuple(replace(each, row=place) for place, row in enumerate(chosen) for each in by_row.get(row, ()))


def columns_of(reports: Sequence[ColumnReport]) -> tuple[ColumnRead, ...]:
    """Return how the columns of an answer were read."""
    return tuple(ColumnRead(each.name, each.label, each.reading, each.nulls) for each in reports)


def lists_of(
    reports: Sequence[ListReport],
    *,
    stated: int | None = None,
    ended: str = "",
    is_whole: bool = True,
    is_enough: bool = False,
) -> tuple[ListRead, ...]:
    """Return how completely a list was read, one for each page; what was seen at one URL is one.

    Parameters
    ----------
    reports : sequence of ListReport
        Those of its pages or screens, in order.
    stated : int, optional
        The number of rows that the pages say the whole list has.
    ended : str, optional
        The way in which its collection ended, for people.
    is_whole : bool, optional
        False if it ended before the list did, or if that is not known. A page that is over a limit makes it so too.
    is_enough : bool, optional
        True if it ended as no more rows were asked for.
    """
    read: list[ListRead] = []
    for each in reports:
        if not read or read[-1].url != each.url:
            read.append(ListRead(each.url, each.title, 0, 0, stated))
        last = read[-1]
        read[-1] = replace(
            last,
            shown=last.shown + each.seen,
            collected=last.collected + each.returned,
            repeated=last.repeated + each.repeated,
            is_assumed=last.is_assumed or each.is_assumed,
            is_whole=last.is_whole and not each.is_cut,
        )
    if read:
        is_whole = is_whole and read[-1].is_whole
        read[-1] = replace(read[-1], ended=ended, is_whole=is_whole, is_enough=is_enough)
    is_cut = {each.url for each in reports if each.is_cut}
    return tuple(_said_to_be_cut(each) if each.url in is_cut else each for each in read)


def _said_to_be_cut(read: ListRead) -> ListRead:
    """Add to how a list ended that rows may be missing; where no more rows were asked for, none are."""
    if read.is_enough or PAGE_IS_CUT in read.ended:
        return read
    return replace(read, ended=f"{read.ended}; {PAGE_IS_CUT}" if read.ended else PAGE_IS_CUT)


def _provenance(evidence: Evidence) -> Provenance:
    return Provenance(
        evidence.row,
        evidence.column,
        evidence.url,
        evidence.element,
        evidence.text,
        evidence.reading,
        evidence.reason or "",
        tuple(PossibleReading(each.value, each.how, each.assumes) for each in evidence.readings),
        evidence.shows,
        evidence.captured_ms,
        evidence.box,
    )
