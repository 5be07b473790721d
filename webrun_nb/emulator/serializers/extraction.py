"""The wire models of what the extraction engine returns."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from webrun_nb.extraction.snapshot import Snapshot
from webrun_nb.wire.extraction import (
    CandidateBody,
    ColumnBody,
    ExtractionBody,
    ListBody,
    PeekBody,
    ReadingBody,
    SourceSeen,
    ValueBody,
)

if TYPE_CHECKING:  # the engine is heavy, and imported where it is used
    from webrun_nb.extraction.assignment.assign import Candidate
    from webrun_nb.extraction.proposals import Overview
    from webrun_nb.extraction.results import Evidence, Extraction


def extraction(page: Snapshot, found: Extraction) -> ExtractionBody:
    """Answer `POST /_emulator/extract`."""
    return ExtractionBody(
        url=page.url,
        title=page.title,
        data=found.data,
        problem=found.problem,
        why=None if found.problem is None else found.problem.explanation,
        questions={each.column: _candidates(each.candidates) for each in found.questions},
        nearest={name: _candidates(candidates) for name, candidates in found.nearest.items()},
        lists=[
            ListBody(
                url=each.url,
                kind=each.kind,
                title=each.title,
                seen=each.seen,
                returned=each.returned,
                totals=each.totals,
                blank=each.blank,
            )
            for each in found.lists
        ],
        columns=[
            ColumnBody(name=each.name, label=each.label, reading=each.reading, nulls=dict(each.nulls))
            for each in found.columns
        ],
        values=[_value(each) for each in found.values],
        is_cut=_is_cut(page),
    )


def to_json(page: Snapshot, found: Extraction) -> str:
    """Return the body of the answer to `POST /_emulator/extract`."""
    return extraction(page, found).model_dump_json(by_alias=True)


def overview(page: Snapshot, seen: Overview) -> PeekBody:
    """Answer `POST /_emulator/peek`."""
    return PeekBody(
        url=page.url,
        title=page.title,
        problem=seen.problem,
        why=None if seen.problem is None else seen.problem.explanation,
        sources=[
            SourceSeen(
                kind=each.source.kind,
                number=each.source.number,
                title=each.title,
                rows=each.rows,
                stated_rows=each.source.stated_rows,
                columns=each.columns,
                text=each.text,
                records=each.records,
            )
            for each in seen.proposals
        ],
        more=seen.more,
        is_cut=_is_cut(page),
    )


def _is_cut(page: Snapshot) -> bool:
    return page.is_cut or any(frame.is_cut for frame in page.frames)


def _value(evidence: Evidence) -> ValueBody:
    return ValueBody(
        row=evidence.row,
        column=evidence.column,
        url=evidence.url,
        element=evidence.element,
        text=evidence.text,
        value=evidence.value,
        reading=evidence.reading,
        reason=evidence.reason,
        readings=[ReadingBody(value=each.value, how=each.how) for each in evidence.readings],
    )


def _candidates(candidates: Iterable[Candidate]) -> list[CandidateBody]:
    return [CandidateBody(label=each.label, example=each.example) for each in candidates]
