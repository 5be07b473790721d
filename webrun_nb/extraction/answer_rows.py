"""The rows of an answer: those of all pages, without totals, blank rows and rows that an earlier screen showed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from webrun_nb.extraction.assignment.assign import Assignment
from webrun_nb.extraction.assignment.choose import title_of
from webrun_nb.extraction.continuation.screens import Screens
from webrun_nb.extraction.results import ListReport, Part
from webrun_nb.extraction.schema import Shape
from webrun_nb.extraction.sources import SourceRow


@dataclass(slots=True)
class Kept:
    """A row of the answer before its values are read."""

    part: Part
    row: SourceRow


def rows_of(
    shape: Shape, parts: Sequence[Part], *, keep_totals: bool, screens: bool
) -> tuple[list[Kept], list[ListReport]]:
    """Return the rows of the answer in order, and for each page how completely its list was read.

    Parameters
    ----------
    shape : Shape
        What is asked for.
    parts : sequence of Part
        The pages' sources, in order.
    keep_totals : bool
        True to keep rows that sum others up.
    screens : bool
        True if the pages are screens of one list that was scrolled.
    """
    kept: list[Kept] = []
    lists: list[ListReport] = []
    seen = Screens()
    for part in parts:
        source = part.assignment.source
        counts: Counter[str] = Counter()
        rows: list[SourceRow] = []
        for row in source.rows:
            if row.is_total and not keep_totals and not part.is_record:
                counts["totals"] += 1
            elif shape.columns and not part.is_record and _is_blank(row, part.assignment):
                counts["blank"] += 1
            else:
                rows.append(row)
        if screens:
            new = seen.add(rows)
            counts["repeated"] = len(rows) - len(new)
            rows = new
        is_assumed = screens and bool(kept) and seen.is_assumed
        kept += [Kept(part, row) for row in rows]
        lists.append(
            ListReport(
                part.snapshot.url,
                source.kind,
                title_of(source),
                len(source.rows),
                len(rows),
                counts["totals"],
                counts["blank"],
                counts["repeated"],
                is_assumed,
                tuple(title_of(each) for each in part.sources) if len(part.sources) > 1 and not part.is_record else (),
                part.is_cut,
            )
        )
    if screens and seen.is_by_index:
        kept.sort(key=lambda each: each.row.index or 0)
    return kept, lists


def _is_blank(row: SourceRow, assignment: Assignment) -> bool:
    """Tell whether a row has no text in any field that is taken, the headings above it apart."""
    taken = [each for each in assignment.fields.values() if each.group is None]
    if not taken:
        return False
    cells = [row.cells[each.index] if each.index < len(row.cells) else None for each in taken]
    return not any(cell is not None and (cell.text or cell.exact or cell.label or cell.href) for cell in cells)
