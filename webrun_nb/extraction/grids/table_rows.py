"""Rows of a layout below its headings: data, headings of groups, details of the row above, notes; and totals."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from webrun_nb.extraction.grids.cell_texts import Reading
from webrun_nb.extraction.grids.footnotes import label_without_marks
from webrun_nb.extraction.grids.table_headers import Head, is_bold, look_of, repeated_heading, spans_all
from webrun_nb.extraction.grids.table_layout import Layout, Line, Slot
from webrun_nb.extraction.grids.text_shapes import is_absent
from webrun_nb.extraction.snapshot import Node
from webrun_nb.extraction.sources import Cell

_LONGEST_GROUP = 200
"""Characters; a longer text over all columns is prose."""
_DETAILS_SHARE = 0.8
"""Share of rows with a row of one cell behind them from which those are details of the row above."""
_SUMMARIES: frozenset[str] = frozenset(
    word.strip()
    for words in (
        "total, totals, grand total, subtotal, sub-total, sub total, sum, average, mean, median, overall",  # en
        "summe, gesamt, insgesamt, gesamtsumme, zwischensumme, zusammen, durchschnitt, gesamtergebnis",  # de
        "total général, sous-total, moyenne, somme, médiane, ensemble",  # fr
        "total general, subtotal, suma, promedio, totales",  # es
        "total geral, média, soma, totais",  # pt
        "totale, totale generale, totale complessivo, subtotale, somma",  # it
        "totaal, subtotaal, eindtotaal, gemiddelde",  # nl
        "summa, totalt, delsumma, medelvärde, i alt, sum, gjennomsnitt, gennemsnit, yhteensä, keskiarvo, samtals",
        "razem, ogółem, suma, łącznie, średnia, celkem, mezisoučet, průměr, spolu, összesen, átlag, skupaj, ukupno",
        "итого, всего, сумма, среднее, в среднем, разом, усього, всього, общо, вкупно, укупно",
        "toplam, genel toplam, ara toplam, ortalama, σύνολο, γενικό σύνολο, total general, medie, kopā, iš viso, kokku",
        "jumlah, total keseluruhan, rata-rata, tổng, tổng cộng, trung bình, รวม, รวมทั้งหมด, เฉลี่ย",
        "合計, 総計, 小計, 計, 平均, 合计, 总计, 小计, 平均值, 總計, 总数, 합계, 총계, 소계, 평균",
        "المجموع, الإجمالي, المجموع الكلي, إجمالي, المتوسط, סך הכל, סה״כ, סה\"כ, ממוצע, جمع, مجموع, کل, میانگین",
        "कुल, योग, कुल योग, औसत, মোট, மொத்தம், మొత్తం",
    )
    for word in words.split(",")
)  # fmt: skip
"""Words that are the name of a row which sums others up, lower case, in many languages."""
_ALL = frozenset({
    "all", "alle", "alla", "allt", "kaikki", "tous", "toutes", "todos", "todas", "tutti", "tutte", "все", "всі",
    "wszystkie", "wszyscy", "všechny", "tüm", "semua", "όλα", "όλες", "كل", "جميع", "全", "全部",
})  # fmt: skip
"""First words of rows above the others, which sum them up where their numbers prove it: "All regions"."""
_FEWEST_ADDED = 2
"""Rows that a total adds up at least, to be proved by its sum."""
_LONGEST_SUMMARY = max(len(word) for word in _SUMMARIES)


@dataclass(slots=True)
class Body:
    """The rows below the headings."""

    lines: list[Line] = field(default_factory=list)
    groups: list[tuple[str, ...]] = field(default_factory=list)
    """The headings that each row is under, from the outermost."""
    heads: list[tuple[Node, ...]] = field(default_factory=list)
    """The elements of these headings."""
    details: list[Slot | None] = field(default_factory=list)
    """The cell of the row behind each row that says more about it."""
    notes: list[Reading] = field(default_factory=list)
    starts_with_group: bool = False
    """True where the heading of the first column is that of the first group: each group repeats the headings."""


def body_of(layout: Layout, head: Head) -> Body:
    """Tell the rows below the headings apart."""
    lines = [line for line in layout.lines[head.end :] if line.filled()]
    alone = [_is_alone(line, layout.width) for line in lines]
    data = len(lines) - sum(alone)
    has_details = bool(lines) and not alone[0] and data > 1 and _followed(alone) >= _DETAILS_SHARE * data
    single = [_is_single(line) and not alone[number] for number, line in enumerate(lines)]
    groups_by_form = _are_groups(lines, alone, single)
    body = Body()
    stack: list[_Heading] = []
    was_heading = False
    looks = Counter(_look_of_heading(line) for line, is_alone in zip(lines, alone, strict=True) if is_alone)
    last_data = max((number for number, is_alone in enumerate(alone) if not is_alone), default=-1)
    for number, line in enumerate(lines):
        is_heading = alone[number] or (single[number] and groups_by_form and number + 1 < len(lines))
        if alone[number] and has_details and body.lines:
            body.details[-1] = line.filled()[0]
        elif is_heading and number > last_data:
            body.notes.append(line.filled()[0].reading)
        elif is_heading and not (alone[number] and not was_heading and _is_break(line, stack, looks)):
            _enter(stack, line, was_heading=was_heading)
            was_heading = True
        elif is_heading:
            continue
        elif head.lines and (repeated := repeated_heading(line, head))[0]:
            if repeated[1] is not None:
                if not any(body.groups) and (first := head.lines[-1].slots[0]) is not None:
                    body.groups = [(first.text[:_LONGEST_GROUP],)] * len(body.groups)
                    body.heads = [(first.node,)] * len(body.groups)
                    body.starts_with_group = True
                _enter(stack, line, was_heading=was_heading)
        else:
            body.lines.append(line)
            # the rows of a `tfoot` are about the whole table
            above = [] if line.section == "foot" else [each for each in stack if each.text]
            body.groups.append(tuple(each.text for each in above))
            body.heads.append(tuple(each.node for each in above))
            body.details.append(None)
            was_heading = False
    return body


def _is_alone(line: Line, width: int) -> bool:
    filled = line.filled()
    return width > 1 and (spans_all(line, width) or (len(filled) == 1 and filled[0].columns >= max(2, width - 1)))


def _is_single(line: Line) -> bool:
    """Tell a row with a text in its first column alone."""
    filled = line.filled()
    return len(line.slots) > 1 and len(filled) == 1 and filled[0].column == 0


def _followed(alone: Sequence[bool]) -> int:
    return sum(not first and second for first, second in itertools.pairwise(alone))


def _are_groups(lines: Sequence[Line], alone: Sequence[bool], single: Sequence[bool]) -> bool:
    """Tell whether rows with a text in the first column alone are headings of groups, not records without values."""
    found = [line for line, is_single in zip(lines, single, strict=True) if is_single]
    rest = [line for line, is_alone, is_single in zip(lines, alone, single, strict=True) if not (is_alone or is_single)]
    if not found or len(found) > len(rest):
        return False
    if all(line.filled()[0].text.endswith((":", "：")) for line in found):
        return True
    if _are_distinct(found, rest):
        return True
    return len(lines[0].slots) > 3 and 5 * len(found) <= len(lines) and not single[-1]


def _are_distinct(found: Sequence[Line], rest: Sequence[Line]) -> bool:
    """Tell whether rows differ in form from all others: bold, a header cell, or classes."""
    first = [slot for line in rest[:40] if (slot := line.slots[0]) is not None]
    if all(line.filled()[0].is_header for line in found) and not any(slot.is_header for slot in first):
        return True
    if all(is_bold(line.filled()[0].node) for line in found) and not any(is_bold(slot.node) for slot in first):
        return True
    looks = {look_of(line) for line in rest[:400]}
    return all(any(look_of(line)) and look_of(line) not in looks for line in found)


class _Heading(NamedTuple):
    """A heading that the next rows are under."""

    look: tuple[str, ...]
    text: str
    node: Node


def _enter(stack: list[_Heading], line: Line, *, was_heading: bool) -> None:
    """Put a heading on the stack of those that the next rows are under.

    One that looks like an earlier one ends that one and those within it. Of headings right behind one another, the
    later one is within the earlier one.
    """
    slot = line.filled()[0]
    text = label_without_marks(slot.reading, slot.node) if slot.text else slot.reading.label
    look = _look_of_heading(line)
    for level, other in enumerate(stack):
        if other.look == look and not (was_heading and level == len(stack) - 1 and not any(look[:2])):
            del stack[level:]
            break
    else:
        if stack and not was_heading:
            stack.pop()
    stack.append(_Heading(look, text.rstrip(":： ")[:_LONGEST_GROUP], slot.node))


def _look_of_heading(line: Line) -> tuple[str, ...]:
    slot = line.filled()[0]
    return (*look_of(line), slot.scope, str(is_bold(slot.node)))


def _is_break(line: Line, stack: Sequence[_Heading], looks: Mapping[tuple[str, ...], int]) -> bool:
    """Tell a row of one plain cell among headings that are marked as such: a break, not the heading of a group."""
    look = _look_of_heading(line)
    is_marked = any((each.look[-1] == str(True) or "th" in each.look) and looks[each.look] > 1 for each in stack)
    is_plain = look[-1] == str(False) and "th" not in look
    return is_marked and is_plain and not any(each.look == look for each in stack)


def is_summary_name(text: str) -> bool:
    """Tell a text that names a row which sums others up: "Total", "Summe 2023", "合計"."""
    if len(text) > _LONGEST_SUMMARY + 16:
        return False
    words = re.sub(r"[\s\d:：()*./–-]+", " ", text.casefold()).strip()
    return words in _SUMMARIES or text.casefold().strip(" :：*") in _SUMMARIES


def _begins_with_summary(text: str) -> bool:
    words = text.casefold().split()[:3]
    return any(" ".join(words[:count]).strip(":：") in _SUMMARIES for count in range(1, len(words) + 1))


def _ends_with_summary(text: str) -> bool:
    """Tell whether a name such as "Travel subtotal" ends with a word for a sum; the numbers have to prove it."""
    words = text.casefold().strip(" :：").split()[-2:]
    return any(" ".join(words[place:]) in _SUMMARIES for place in range(len(words)))


def _may_sum_below(text: str) -> bool:
    return _begins_with_summary(text) or text.casefold().partition(" ")[0] in _ALL


def totals_of(lines: Sequence[Line], rows: Sequence[Sequence[Cell | None]]) -> list[bool]:
    """Tell for each row whether it sums others up: by its name, by its place and by what its numbers add up to.

    Parameters
    ----------
    lines : sequence of Line
        The rows in the layout, for their place in a `tfoot`.
    rows : sequence of sequence of Cell or None
        Their cells.
    """
    table = [["" if cell is None else cell.text for cell in cells] for cells in rows]
    has_own_foot = any(line.section != "foot" for line in lines)
    sums = _Sums()
    totals = []
    for number, (line, texts) in enumerate(zip(lines, table, strict=True)):
        is_total = False
        if any(char.isdecimal() for text in texts[1:] for char in text):
            is_total = (
                is_summary_name(_name(texts))
                or (line.section == "foot" and has_own_foot)
                or (number >= _FEWEST_ADDED and _is_proved(texts, sums, is_last=number == len(table) - 1))
            )
        totals.append(is_total)
        if not is_total:
            sums.add(texts)
    if len(table) > _FEWEST_ADDED and not totals[0] and _may_sum_below(_name(table[0])):
        below = _Sums()
        for texts, is_total in zip(table[1:], totals[1:], strict=True):
            if not is_total:
                below.add(texts)
        totals[0] = below.prove(table[0]) > 0  # a total above the rows that it adds up
    return totals


def _name(texts: Sequence[str]) -> str:
    return next((text for text in texts if text), "")


def _is_proved(texts: Sequence[str], sums: _Sums, *, is_last: bool) -> bool:
    """Tell whether a row's numbers are sums of those above: one of them where its name says so or is missing."""
    name = _name(texts)
    is_named = _begins_with_summary(name) or _ends_with_summary(name)
    if not (is_last or is_named):
        return False
    is_unnamed = not texts[0] or is_absent(texts[0])
    if not (is_named or is_unnamed) and sums.has_negative:
        return False  # a result, such as a profit: a row of its own
    return sums.prove(texts) > (0 if is_named or is_unnamed else 1)


class _Sums:
    """Running sums of columns, in units of the last digit, to prove that a row adds up those above it."""

    def __init__(self) -> None:
        self.columns: dict[int, tuple[int, int | None]] = {}
        """By column: the sum, and the number of decimals; None where the numbers do not agree in it."""
        self.since: dict[int, int] = {}
        """By column: the sum of the rows since the last proved total."""
        self.has_negative = False
        self.others: set[int] = set()
        """The columns that hold other things than numbers."""

    def add(self, texts: Iterable[str]) -> None:
        for column, text in enumerate(texts):
            if column in self.others or is_absent(text):
                continue
            number = _number(text)
            if number is None:
                self.others.add(column)
                continue
            value, decimals = number
            self.has_negative = self.has_negative or value < 0
            total, known = self.columns.get(column, (0, decimals))
            self.columns[column] = (total + value, known if known == decimals else None)
            self.since[column] = self.since.get(column, 0) + value

    def prove(self, texts: Sequence[str]) -> int:
        """Return how many numbers of a row are sums of those above; 0 where one that can be compared is not."""
        proved = 0
        for column, text in enumerate(texts):
            number = _number(text)
            total, decimals = self.columns.get(column, (0, None))
            if number is None or decimals is None or not total or column in self.others:
                continue
            if number[1] != decimals or number[0] not in (total, self.since.get(column, 0)):
                return 0
            proved += 1
        if proved:
            self.since.clear()
        return proved


def _number(text: str) -> tuple[int, int] | None:
    """Return a plain number in units of its last digit and the number of its decimals, if both are certain."""
    match = re.fullmatch(r"\D{0,4}(\d{1,3}(?:[ .,'’\u00a0\u202f]?\d{3})*)(?:[.,](\d{1,2}))?\D{0,4}", text[:30])
    if match is None or not text.isascii():
        return None
    negative = text.lstrip("$ ").startswith(("-", "("))
    digits = int(re.sub(r"\D", "", match[1]) + (match[2] or ""))
    return (-digits if negative else digits), len(match[2] or "")
