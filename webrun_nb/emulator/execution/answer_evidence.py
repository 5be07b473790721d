"""The evidence of an agent's answer as the emulator reports it: within limits, and of the rows that are sent."""

from __future__ import annotations

from webrun_nb.agents.base import Finish, Provenance
from webrun_nb.emulator.domain.evidence import (
    MAX_LISTED,
    MAX_READINGS,
    MAX_TEXT,
    MAX_URL,
    ColumnSource,
    Evidence,
    ListSource,
    Source,
    SourceReading,
    UnusedPart,
    shortened,
    within_limits,
)


def evidence_of(finish: Finish, rows: int | None = None) -> Evidence:
    """Return what an answer rests on.

    Parameters
    ----------
    finish : Finish
        The answer, secrets masked.
    rows : int, optional
        The number of its records that are sent, from the first on; all by default.
    """
    sent = (each for each in finish.provenance if rows is None or each.row < rows)
    values, left_out = within_limits(map(_source, sent))
    return Evidence(
        unused=tuple(
            UnusedPart(shortened(part.text), part.start, part.end, shortened(part.why))
            for part in finish.unused[:MAX_LISTED]
        ),
        lists=tuple(
            ListSource(
                each.url[:MAX_URL],
                shortened(each.title),
                each.shown,
                each.collected,
                each.stated,
                shortened(each.ended),
                each.repeated,
                each.is_assumed,
                each.is_whole,
                each.is_enough,
            )
            for each in finish.lists[:MAX_LISTED]
        ),
        columns=tuple(
            ColumnSource(each.name, shortened(each.label), shortened(each.reading), dict(each.nulls))
            for each in finish.columns[:MAX_LISTED]
        ),
        values=values,
        values_left_out=left_out,
    )


def _source(found: Provenance) -> Source:
    readings = tuple(SourceReading(one.value, one.how, one.assumes) for one in found.readings)
    return Source(
        row=found.row,
        column=found.column,
        url=found.url[:MAX_URL],
        element=found.element if len(found.element) <= MAX_TEXT else "",  # a part of a selector is another selector
        text=shortened(found.text),
        reading=shortened(found.reading),
        reason=found.reason,
        readings=readings if len(readings) <= MAX_READINGS else (),  # some of them could not be decided among
        shows=found.shows,
        at_ms=found.captured_ms,
        box=found.box,
    )
