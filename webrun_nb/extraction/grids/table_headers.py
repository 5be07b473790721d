"""Headings of a layout: titles above it, the rows of column headings, and the path of labels of each column.

Headings are what is marked as such (`thead`, `th`). Without marks, a first row is taken for headings only where its
form (bold, another class) or its contrast to the columns below (words above numbers) says so.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from webrun_nb.extraction.grids.footnotes import label_without_marks
from webrun_nb.extraction.grids.table_layout import Layout, Line, Slot
from webrun_nb.extraction.grids.text_shapes import is_year, majority, shape_of
from webrun_nb.extraction.naming.names import name_of
from webrun_nb.extraction.snapshot import TEXT, Node

MAX_HEAD_LINES = 12
_MAX_GUESSED = 3
_MAX_PARTS = 100
_SAMPLE = 40
"""Rows below a supposed heading that are compared with it."""
_LONGEST_LABEL = 200
_LONGEST_GUESSED = 80
"""Characters of a label that is not marked as one; a longer text is prose."""
_LONGEST_UNIT = 16
_LONGEST_NAME = 30
_FEWEST_NAMES = 2
_COMPARED_WITH_NAMES = 15
"""Rows below words for what columns are about that are compared with these."""
_SAME_SHAPE = 0.8
_FEWEST_OF_TWO_COLUMNS = 5
"""Numbers below a word that make it a heading where there are only two columns, which may be label and value."""


@dataclass(slots=True)
class Head:
    """The headings of a layout."""

    titles: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    end: int = 0
    """Number of the layout's lines that it takes up."""
    is_guessed: bool = False
    """True where nothing marks its lines as headings."""


def head_of(layout: Layout) -> Head:
    """Return the titles and heading rows at the top of a layout."""
    lines, width = layout.lines, layout.width
    head = Head()
    most = min(len(lines), MAX_HEAD_LINES)
    while head.end < most:
        line = lines[head.end]
        filled = line.filled()
        if not filled:
            head.end += 1
        elif width > 1 and spans_all(line, width):
            if not _is_title(layout, head):
                break
            if title := label_without_marks(filled[0].reading, filled[0].node)[:_LONGEST_LABEL]:
                head.titles.append(title)
            head.end += 1
        elif is_header_line(line):
            head.lines.append(line)
            head.end += 1
        else:
            break
    if head.lines:
        _add_unmarked_second_line(layout, head)
    elif not (_has_row_headers(lines[head.end :]) and width > 1):
        _add_guessed(layout, head)
    head.lines = [line for line in head.lines if not (_is_numbering(line) or _is_filters(line))] or head.lines
    if head.lines and head.end == len(lines) and not any(line.section == "head" for line in head.lines):
        # all rows look like headings: the first one is
        head.lines, head.end = head.lines[:1], lines.index(head.lines[0]) + 1
    return head


def parts_of(layout: Layout, head: Head) -> list[tuple[Layout, Head]]:
    """Split a layout at rows of other headings: tables of other columns may stand below one another in one element."""
    if not head.lines:
        return [(layout, head)]
    sample = layout.lines[head.end : head.end + _SAMPLE]
    usual = [majority(_below(column, sample))[0] for column in range(layout.width)]
    starts = [
        number for number in range(head.end, len(layout.lines)) if _begins_anew(layout.lines[number], head, usual)
    ][:_MAX_PARTS]
    if not starts or 2 * len(starts) > len(layout.lines) - head.end:
        return [(layout, head)]  # none, or all cells are marked as headers
    parts = [(Layout(layout.node, layout.lines[: starts[0]], layout.width), head)]
    for start, end in itertools.pairwise([*starts, len(layout.lines)]):
        part = Layout(layout.node, layout.lines[start:end], layout.width)
        parts.append((part, head_of(part)))
    return parts


def repeated_heading(line: Line, head: Head) -> tuple[bool, Slot | None]:
    """Tell a row that repeats the headings; a first cell that differs from them is the heading of a group."""
    filled = line.filled()
    differing = _differing(line, head)
    if len(filled) < 2 or len(differing) > 1 or (differing and not is_header_line(line)):
        return False, None
    if not differing:
        return True, None
    return differing[0].column == 0, differing[0]


def _differing(line: Line, head: Head) -> list[Slot]:
    """Return the first two cells of a row that say something else than the headings of their columns."""
    found: list[Slot] = []
    for slot in line.filled():
        if not any((above := each.slots[slot.column]) is not None and above.text == slot.text for each in head.lines):
            found.append(slot)
            if len(found) > 1:
                break
    return found


def _begins_anew(line: Line, head: Head, usual: Sequence[str]) -> bool:
    """Tell a row of other headings than those above: headers, or years, dates and bold words above numbers."""
    filled = line.filled()
    first = line.slots[0]
    is_marked = is_header_line(line)
    if not is_marked and first is not None and first.text:
        return False
    if len(filled) < 2 or line in head.lines or len(_differing(line, head)) < 2:
        return False
    for slot in filled:
        shape = shape_of(slot.text)
        if shape not in ("", "text") and not is_year(slot.text) and shape == usual[slot.column]:
            return False  # a value: the row is a total
    return is_marked or all(
        usual[slot.column] not in ("", "text", "date")
        and (is_year(slot.text) or shape_of(slot.text) == "date" or is_bold(slot.node))
        for slot in filled
    )


def spans_all(line: Line, width: int) -> bool:
    """Tell a row of one cell that takes (nearly) all columns from the first one on, or of a single cell."""
    filled = line.filled()
    if len(filled) != 1:
        return False
    return len(line.distinct()) == 1 or (filled[0].column == 0 and filled[0].columns >= max(2, width - 1))


def is_header_line(line: Line) -> bool:
    """Tell a row that is marked as one of column headings."""
    filled = line.filled()
    if not filled:
        return False
    if line.section == "head":
        return not all(slot.is_row_header for slot in filled)
    return all(slot.is_header and not slot.is_row_header for slot in filled) and (
        len(filled) > 1 or len(line.slots) == 1 or all(slot.is_header for slot in line.distinct())
    )


def is_bold(node: Node) -> bool:
    """Tell an element of which all displayed text is bold."""
    found = False
    waiting = [node]
    while waiting:
        each = waiting.pop()
        if each.hidden:
            continue
        if each.tag == TEXT and each.content.strip():
            if each.parent is None or not each.parent.is_bold:
                return False
            found = True
        waiting.extend(each.children)
    return found


def look_of(line: Line) -> tuple[str, ...]:
    """Return what the page says about the form of a row: classes, backgrounds and the tags of its cells."""
    row = line.node.attributes
    cells = {(slot.node.tag, slot.node.attributes.get("class", "")) for slot in line.distinct()[:1]}
    return (row.get("class", ""), row.get("bgcolor", ""), *(part for cell in sorted(cells) for part in cell))


def labels_of(head: Head, layout: Layout) -> list[tuple[str, ...]]:
    """Return the path of headings of each column."""
    lines = head.lines or [line for line in layout.hidden_head if line.distinct()]
    paths = []
    for column in range(layout.width):
        path: list[str] = []
        last: Slot | None = None
        for line in lines:
            slot = line.slots[column]
            if slot is None or slot is last or (layout.width > 1 and spans_all(line, layout.width)):
                continue
            last = slot
            label = _label(slot)
            if label and label not in path[-1:]:
                path.append(label)
        paths.append(tuple(path))
    return paths


def _label(slot: Slot) -> str:
    said = label_without_marks(slot.reading, slot.node) if slot.text else slot.reading.label
    if not said and slot.node.hidden:
        said = " ".join(node.content for node in slot.node.walk() if node.tag == TEXT)
    return " ".join((said or slot.node.attributes.get("abbr", "")).split())[:_LONGEST_LABEL]


def long_names_of(head: Head, column: int) -> frozenset[str]:
    """Return the long names of a column's headings, which are shown to those who point at them or hear them."""
    names: set[str] = set()
    for line in head.lines:
        slot = line.slots[column]
        if slot is not None and slot.columns == 1 and slot.text:
            names.update((slot.reading.label, slot.node.attributes.get("abbr", "")))
            names.discard(slot.text)
    return frozenset(" ".join(name.lower().split())[:_LONGEST_LABEL] for name in names if name)


def own_labels(layout: Layout, body: Sequence[Line]) -> list[tuple[str, ...]]:
    """Return the labels that the cells themselves have with them (`data-label`), by column."""
    paths: list[tuple[str, ...]] = []
    sample = body[:_SAMPLE]
    for column in range(layout.width):
        cells = [line.slots[column] for line in sample]
        said = Counter(
            label
            for cell in cells
            if cell is not None and cell.node.attributes and (label := _data_label(cell.node.attributes))
        )
        label, count = said.most_common(1)[0] if said else ("", 0)
        paths.append((label[:_LONGEST_LABEL],) if 2 * count > len(sample) else ())
    return paths


def _data_label(attributes: Mapping[str, str]) -> str:
    return " ".join((attributes.get("data-label") or attributes.get("data-title") or "").split())


def _is_title(layout: Layout, head: Head) -> bool:
    """Tell whether a row of one cell at the top is a title, not the heading of the first of several groups."""
    line, rest = layout.lines[head.end], layout.lines[head.end + 1 :]
    if line.section == "head":
        return True
    if head.lines or not rest:
        return False
    if is_header_line(rest[0]) or spans_all(rest[0], layout.width):
        return True
    return not any(spans_all(each, layout.width) and look_of(each) == look_of(line) for each in rest[:_SAMPLE])


def _has_row_headers(lines: Sequence[Line]) -> bool:
    """Tell whether the first cells of rows are headers and others are not."""
    sample = [filled for line in lines[:_SAMPLE] if len(filled := line.filled()) > 1]
    headed = [row for row in sample if row[0].is_header and not all(slot.is_header for slot in row)]
    return bool(sample) and 2 * len(headed) > len(sample)


def _is_numbering(line: Line) -> bool:
    """Tell a row that numbers the columns: 1 2 3, (1) (2) (3), A 1 2 3."""
    texts = [re.sub(r"[().\s]", "", slot.text) for slot in line.filled()]
    numbers = [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 4]
    words = [text for text in texts if not text.isdigit()]
    return (
        len(numbers) > 2
        and numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        and numbers[0] < 3
        and all(len(word) == 1 for word in words)
    )


def _is_filters(line: Line) -> bool:
    """Tell a row of fields that filter the columns."""
    filled = [slot for slot in line.filled() if slot.text]
    return all(slot.node.find("input", "select", "textarea") for slot in filled)


def _add_unmarked_second_line(layout: Layout, head: Head) -> None:
    """Take the next row for headings too where it says what the columns under a heading of several are."""
    last = head.lines[-1]
    groups = [slot for slot in last.filled() if 1 < slot.columns < layout.width]
    if groups and head.end < len(layout.lines) - 1:
        line, below = layout.lines[head.end], layout.lines[head.end + 1 : head.end + 1 + _SAMPLE]
        under = [slot for slot in line.filled() if any(last.slots[slot.column] is group for group in groups)]
        if len(under) > 1 and len(under) >= len(line.filled()) - 1 and _contrasts(line, below, layout.width):
            head.lines.append(line)
            head.end += 1
    if head.end < len(layout.lines) - 1 and _is_units(layout.lines[head.end], layout.lines[head.end + 1 :][:_SAMPLE]):
        head.lines.append(layout.lines[head.end])
        head.end += 1
    while head.end < len(layout.lines) - 1 and _numbers_columns(layout, head.end):
        head.end += 1


def _is_units(line: Line, below: Sequence[Line]) -> bool:
    """Tell a row of short words above numbers that is no record: its first cell is empty and those below are not."""
    filled = line.filled()
    first = line.slots[0]
    if not filled or (first is not None and first in filled) or any(len(slot.text) > _LONGEST_UNIT for slot in filled):
        return False
    named = [slot for each in below if (slot := each.slots[0]) is not None and slot.text]
    values = [majority(_below(slot.column, below)) for slot in filled]
    return len(named) == len(below) and all(
        shape_of(slot.text) == "text" and share >= _SAME_SHAPE and usual not in ("text", "tick")
        for slot, (usual, share) in zip(filled, values, strict=True)
    )


def _numbers_columns(layout: Layout, number: int) -> bool:
    """Tell a row below the headings that numbers the columns: in brackets, or above a column of words."""
    line, below = layout.lines[number], layout.lines[number + 1 :][:_SAMPLE]
    if not _is_numbering(line):
        return False
    filled = line.filled()
    if sum(slot.text.startswith("(") for slot in filled) > 2:
        return True
    numbers = [slot for slot in filled if slot.text.isdecimal()] if len(filled) == layout.width else []
    return any(majority(_below(slot.column, below))[0] == "text" for slot in numbers)


def _add_guessed(layout: Layout, head: Head) -> None:
    found: list[Line] = []
    end = head.end
    while end < min(len(layout.lines) - 1, head.end + _MAX_GUESSED):
        line = layout.lines[end]
        below = [each for each in layout.lines[end + 1 : end + 1 + _SAMPLE] if not spans_all(each, layout.width)]
        if line.filled() and not _is_guessed(line, below, layout.width):
            break
        if line.filled():
            found.append(line)
        end += 1
    if found:
        head.lines, head.end, head.is_guessed = found, layout.lines.index(found[-1]) + 1, True


def _is_guessed(line: Line, below: Sequence[Line], width: int) -> bool:
    """Tell whether a row that is not marked as one of headings is one."""
    filled = line.filled()
    texts = [slot.text for slot in filled]
    starts_empty = line.slots[0] is None or not line.slots[0].text
    enough = len(filled) > 1 or (starts_empty and filled and filled[0].columns > 1)
    if width < 2 or not enough or not below or len(set(texts)) < len(texts):
        return False
    if any(not text or len(text) > _LONGEST_GUESSED for text in texts) or _repeats_shapes(line, below):
        return False
    if all(is_bold(slot.node) for slot in filled):
        bold = sum(all(is_bold(slot.node) for slot in each.filled()) for each in below)
        return 2 * bold < len(below) or starts_empty
    looks = Counter(look_of(each) for each in below)
    if len(below) > 1 and look_of(line) not in looks and len(looks) <= 2 and any(look_of(line)[:2]):
        return True
    return _contrasts(line, below, width) or _are_names(texts, below)


def _are_names(texts: Sequence[str], below: Sequence[Line]) -> bool:
    """Tell a row of words for what columns are about ("Name", "City", "Job") above rows of other words."""
    if len(texts) < _FEWEST_NAMES or not all(map(_is_name, texts)):
        return False
    cells = [slot.text for line in below[:_COMPARED_WITH_NAMES] for slot in line.filled()]
    return bool(cells) and sum(map(_is_name, cells)) <= (1 - _SAME_SHAPE) * len(cells)


def _is_name(text: str) -> bool:
    words = name_of(text).words if len(text) <= _LONGEST_NAME else ()
    return bool(words) and all(word.concepts for word in words)


def _below(column: int, below: Sequence[Line]) -> list[str]:
    return [shape_of(slot.text) for line in below if (slot := line.slots[column]) is not None]


def _repeats_shapes(line: Line, below: Sequence[Line]) -> bool:
    """Tell whether a value of the row, a number or a date, has the shape of those below it: then it is data."""
    for slot in line.filled():
        shape = shape_of(slot.text)
        if shape in ("", "text") or is_year(slot.text):
            continue
        usual, share = majority(_below(slot.column, below))
        if usual == shape and share > 1 - _SAME_SHAPE:
            return True
    return False


def _contrasts(line: Line, below: Sequence[Line], width: int) -> bool:
    """Tell whether words, years or nothing stand above columns of numbers, dates or amounts."""
    contrasts = 0
    for slot in line.filled():
        text = slot.text
        shape = shape_of(text)
        wordy = shape in ("text", "date") or is_year(text)
        for column in range(slot.column, min(slot.column + slot.columns, width)):
            shapes = [shape for shape in _below(column, below) if shape]
            usual, share = majority(shapes)
            values = sum(shape not in ("text", "tick") for shape in shapes)
            if not wordy or len(shapes) < 2 or values < _SAME_SHAPE * len(shapes):
                continue
            if shape == "date" and usual == "date":
                continue
            if is_year(text) and all(is_year(each.text) for row in below if (each := row.slots[column]) is not None):
                continue
            if width == 2 and (share < 1 or len(shapes) < _FEWEST_OF_TWO_COLUMNS or usual == "text"):
                continue
            contrasts += 1
    return contrasts > 0
