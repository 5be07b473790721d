"""The wire model of a task's report. It may be large: its parts are immutable, so that a thread can make it."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from webrun_nb.emulator.domain.evidence import ColumnSource, Evidence, PictureOfPage, Source, VisitedPage
from webrun_nb.emulator.domain.session import Session
from webrun_nb.emulator.domain.task import Task
from webrun_nb.wire.policies import SourceBody, SourceList
from webrun_nb.wire.report import (
    Condition,
    PageBody,
    ReportBody,
    ReportedColumn,
    ReportedList,
    ReportedPicture,
    ReportedReading,
    ReportedValue,
    ReportedValues,
    UnusedBody,
)


@dataclass(frozen=True, slots=True)
class Report:
    """The contents of a task's report at one moment."""

    session_id: str
    task_id: str
    pages: tuple[VisitedPage, ...]
    evidence: Evidence
    pictures: tuple[PictureOfPage, ...] = ()

    @classmethod
    def of(cls, session: Session, task: Task) -> Report:
        """Return the report of a task as it is now."""
        return cls(session.id, task.id, tuple(task.pages), task.evidence, tuple(task.pictures))

    def to_body(self, values: ReportedValues = "all") -> ReportBody:
        """Answer `GET /_emulator/tasks/:id/report`, with all values or those with a reason."""
        evidence = self.evidence
        shows = _shown(evidence.values)
        return ReportBody(
            session_id=self.session_id,
            task_id=self.task_id,
            unused=[
                UnusedBody(text=part.text, start=part.start, end=part.end, why=part.why) for part in evidence.unused
            ],
            pages=[PageBody(url=page.url, status=page.status, at=round(page.at_ms)) for page in self.pages],
            lists=[
                ReportedList(
                    url=each.url,
                    title=each.title,
                    shown=each.shown,
                    collected=each.collected,
                    stated=each.stated,
                    ended=each.ended,
                    repeated=each.repeated,
                    assumed=each.is_assumed,
                    whole=each.is_whole,
                    enough=each.is_enough,
                )
                for each in evidence.lists
            ],
            columns=[_column(each, shows.get(each.name, {})) for each in evidence.columns],
            values=[_value(each) for each in evidence.values if values == "all" or each.reason],
            pictures=[
                ReportedPicture(at=round(each.at_ms), width=each.width_px, height=each.height_px)
                for each in self.pictures
            ],
            values_left_out=evidence.values_left_out,
        )

    def to_json(self, values: ReportedValues = "all") -> bytes:
        """Return the answer as JSON."""
        return _json(self.to_body(values))


def unpacked(report: bytes, values: ReportedValues = "all") -> bytes:
    """Return a stored report as JSON, with the fields that an earlier version did not have."""
    body = ReportBody.model_validate_json(zlib.decompress(report))
    if values == "odd":
        body = body.model_copy(update={"values": [value for value in body.values if value.reason]})
    return _json(body)


def source_list(report: bytes) -> SourceList:
    """Answer `GET /_emulator/tasks/:id/provenance`, from the answer to `GET /_emulator/tasks/:id/report`."""
    body = ReportBody.model_validate_json(report)
    sources = [
        SourceBody(row=value.row, column=value.column, page=value.url, element=value.element, text=value.text)
        for value in body.values
        if value.element or value.text
    ]
    return SourceList(session_id=body.session_id, task_id=body.task_id, provenance=sources)


def _json(body: ReportBody) -> bytes:
    return body.model_dump_json(by_alias=True).encode()


def _shown(values: Iterable[Source]) -> dict[str, dict[str, list[Condition]]]:
    """Return the conditions that values prove, by column and host."""
    found: dict[str, dict[str, dict[Condition, None]]] = {}
    for value in values:
        if value.shows:
            by_host = found.setdefault(value.column, {})
            by_host.setdefault(_host(value.url), {}).update(dict.fromkeys(value.shows))
    return {column: {host: [*pairs] for host, pairs in by_host.items()} for column, by_host in found.items()}


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _column(column: ColumnSource, shows: dict[str, list[Condition]]) -> ReportedColumn:
    return ReportedColumn(
        name=column.name, label=column.label, reading=column.reading, nulls=dict(column.nulls), shows=shows
    )


def _value(source: Source) -> ReportedValue:
    readings = [ReportedReading(value=one.value, how=one.how, assumes=[*one.assumes]) for one in source.readings]
    x, y, width, height = source.box or (0, 0, 0, 0)
    return ReportedValue(
        row=source.row,
        column=source.column,
        url=source.url,
        element=source.element,
        text=source.text,
        reading=source.reading,
        reason=source.reason or None,
        readings=readings or None,
        at=None if source.at_ms is None else round(source.at_ms),
        box=None if source.box is None else (round(x), round(y), round(width), round(height)),
    )
