"""Assignment: which field of a source is which column, for all columns at once.

Each pair of a column and a field has a score from 0 to 1, made of what the field is called (headings, markup, words in
its values), compared with what the column is called (its name, and the task's words for it), of how many of the
field's values can be read as the column's type, and of how many rows have a value. The assignment with the highest sum
of scores is taken. A field below `THRESHOLD` is never taken. Where another assignment is as good and gives a column
other values, it is a question (`Ambiguous`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from webrun_nb.common.column_types import Column, ColumnType
from webrun_nb.extraction.assignment.fields import Field, fields_of, key_field
from webrun_nb.extraction.assignment.requested import Requested
from webrun_nb.extraction.embedded.comparing import agrees
from webrun_nb.extraction.naming.concepts import OTHERS
from webrun_nb.extraction.naming.names import KIN, Name, likeness, name_of, path_likeness
from webrun_nb.extraction.schema import Wanted
from webrun_nb.extraction.sources import Cell, Source
from webrun_nb.extraction.values.availability import availability
from webrun_nb.extraction.values.locale import is_day_name, is_territory

Reads = Callable[[Sequence[Cell], Column], float]
"""The share of cells whose text can be read as a column's type."""

THRESHOLD = 0.55
"""The lowest score of a name with which a field is taken."""
_EXACT = 0.9
"""From this score on a field is called as the column, and taken even if none of its values can be read."""
_MARGIN = 0.03
"""Assignments whose sums of scores differ by less are equally good."""
_WEIGHTS = {"label": 1.0, "property": 0.97, "group": 0.9, "markup": 0.8, "words": 0.75}
"""The weight of a field's name by its origin."""
_NESTED = 0.03
"""Taken off the score of a property for each level that it is nested."""
_EMBEDDED = 0.9
"""The weight of data that the page does not display."""
_NOT_DISPLAYED = 0.01
"""Taken off the score of a field that is not displayed: of two that agree, the displayed one is taken."""
_PHRASE, _DESCRIPTION, _LAST_PART = 0.96, 0.85, 0.98
"""The weight of a column's name by its origin: the task's text, the schema's description, the last part of a path."""
_BORNE_OUT = 0.15
"""Added to the score of a name that is only related, where type or place bear it out."""
_BY_TYPE, _BY_PLACE = 0.62, 0.66
"""The score of a field without a name that is the only one of a type, or that says what a row is about."""
_LEAST_FIT = 0.5
"""Share of the values that have to be readable as the column's type, unless the field is called exactly so."""
_LEAST_AVAILABILITY = 0.6
"""Share of the values that have to be words for the availability of goods, to tell a field by them."""
_MOST_CANDIDATES = 12
"""Fields that are considered for one column, and more only where they are equally good."""
_NEAREST = 3
"""Fields of the page that are named for a column that none is taken for."""
_EXAMPLE_CHARS = 60

_ABOUT: Mapping[ColumnType, tuple[str, ...]] = {
    ColumnType.MONEY: ("price", "amount"),
    ColumnType.DATE: ("date", "published"),
    ColumnType.DATETIME: ("date", "time", "published"),
    ColumnType.URL: ("url",),
}
"""The concepts that say no more than the type: the only date of an item is its "date"."""
_NAMES = ("name", "item", "model", "talk", "job", "person", "company", "team", "player")
"""The concepts of what a row is called."""
_THINGS = (*_NAMES, "city", "region", "country", "course", "event")
"""The concepts of headings whose values are the names of things."""
_GROUPINGS = ("category", "region", "department", "party", "session", "section")
"""The concepts of what the rows of lists are grouped by."""
_TEXTS = ("description",)
_NUMBERS = frozenset({ColumnType.INT, ColumnType.FLOAT})
_ANY_NUMBER = frozenset({"number", "amount"})
"""The concepts of columns that say no more than that their values are numbers."""
_DATED = frozenset({ColumnType.STR, ColumnType.DATE, ColumnType.DATETIME})
_NO_COUNTS = frozenset(
    {"year", "date", "month", "season", "time", "identifier", "rank", "postal", "phone", "room", "age"}
)
"""The concepts of numbers that neither count nor measure what the row is about."""
_ADDRESSES = frozenset({ColumnType.URL})


@dataclass(frozen=True, slots=True)
class Candidate:
    """A field of the page, as it is named to a person."""

    label: str
    example: str
    score: float = 0.0
    field: Field | None = None


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """A column for which several fields are equally good; a person has to say which one is meant."""

    column: str
    candidates: tuple[Candidate, ...]


@dataclass(slots=True)
class Assignment:
    """The fields of one source for the columns that are asked for.

    Parameters
    ----------
    source : Source
        The source.
    fields : dict of str to Field
        The field of each column that has one.
    scores : dict of str to float
        The score of each column's field.
    questions : list of Ambiguous
        The columns for which several fields are equally good; they have no field.
    nearest : dict of str to tuple of Candidate
        For each column without a field, those of the source that come nearest.
    beside : dict of str to Field
        For columns of a record: the field of the data that the page embeds for machines, beside the displayed one.
    """

    source: Source
    fields: dict[str, Field] = field(default_factory=dict)
    scores: dict[str, float] = field(default_factory=dict)
    questions: list[Ambiguous] = field(default_factory=list)
    nearest: dict[str, tuple[Candidate, ...]] = field(default_factory=dict)
    beside: dict[str, Field] = field(default_factory=dict)

    @property
    def answered(self) -> int:
        """The number of columns that have a field, or several equally good ones."""
        return len(self.fields) + len(self.questions)

    @property
    def is_named(self) -> bool:
        """True if a field was taken by its name, not by its type or place alone."""
        return any(score > _BY_PLACE for score in self.scores.values()) or bool(self.questions)

    @property
    def total(self) -> float:
        """The sum of the scores."""
        return sum(self.scores.values())


def assign(
    columns: Sequence[Wanted],
    source: Source,
    *,
    reads: Reads,
    phrases: Mapping[str, Sequence[Name]] | None = None,
    requested: Requested | None = None,
    chosen: Mapping[str, str] | None = None,
) -> Assignment:
    """Assign fields of a source to columns.

    Parameters
    ----------
    columns : sequence of Wanted
        The columns that are asked for.
    source : Source
        The list or record.
    reads : callable
        Tells which share of cells can be read as a column's type.
    phrases : mapping of str to sequence of Name, optional
        What the task's text calls the columns.
    requested : Requested, optional
        What the text asks for: a column of the name of what is listed tells which thing a row is about.
    chosen : mapping of str to str, optional
        The label of the field that a person chose for a column.
    """
    fields = fields_of(source)
    scorer = _Scorer(fields, reads, phrases or {}, requested or Requested(), chosen or {})
    assignment = Assignment(source)
    for kind in (False, True):  # an address and the text of its link are one field
        asked = [w for w in columns if (w.type in _ADDRESSES) is kind and w.type is not ColumnType.JSON]
        scores = [_best_few([scorer.score(wanted, each) for each in fields]) for wanted in asked]
        _take_best(assignment, asked, fields, scores, (requested or Requested()).words)
    _take_group(assignment, columns, fields, scorer)
    _take_only_number(assignment, columns, fields, scorer)
    _take_only_date(assignment, columns, fields, scorer)
    for wanted in columns:
        if wanted.name not in assignment.fields:
            assignment.nearest[wanted.name] = _nearest(wanted, fields, scorer)
    return assignment


def _take_group(assignment: Assignment, columns: Sequence[Wanted], fields: Sequence[Field], scorer: _Scorer) -> None:
    """Take the headings above all rows for the only column without a field, if it asks for what rows are grouped by."""
    asked = {question.column for question in assignment.questions}
    lacking = [w for w in columns if w.name not in assignment.fields and w.name not in asked]
    groups = [each for each in fields if each.group is not None and each not in assignment.fields.values()]
    if len(lacking) != 1 or len(groups) != 1 or not assignment.fields or groups[0].coverage < 1:
        return
    (wanted,), (found,) = lacking, groups
    name, is_text = name_of(wanted.last), wanted.type is ColumnType.STR
    language = found.sample[0].node.language if found.sample else ""
    is_day = "date" in name.concepts and (
        all(is_day_name(text, language) for text in found.texts) if is_text else scorer.fit(wanted, found) == 1
    )
    is_country = is_text and "country" in name.concepts and all(is_territory(text, language) for text in found.texts)
    if is_day or is_country or (is_text and name.is_about(*_GROUPINGS)):
        assignment.fields[wanted.name] = found
        assignment.scores[wanted.name] = _BY_PLACE


def _take_only_number(
    assignment: Assignment, columns: Sequence[Wanted], fields: Sequence[Field], scorer: _Scorer
) -> None:
    """Take a table's only column of numbers for "number" or "value", where all of its other columns are taken."""
    asked = {question.column for question in assignment.questions}
    lacking = [w for w in columns if w.name not in assignment.fields and w.name not in asked]
    left = [each for each in fields if each not in assignment.fields.values()]
    if assignment.source.kind != "table" or len(lacking) != 1 or len(left) != 1 or not assignment.is_named:
        return
    (wanted,), (found,) = lacking, left
    words = name_of(wanted.last).words
    is_any_number = wanted.type in _NUMBERS and bool(words) and all(word.concepts & _ANY_NUMBER for word in words)
    label = name_of(found.labels[-1] if found.labels else "")
    is_no_count = any(word.concepts & _NO_COUNTS for word in label.words)
    if is_any_number and not is_no_count and found.group is None and scorer.fit(wanted, found) == 1:
        assignment.fields[wanted.name] = found
        assignment.scores[wanted.name] = _BY_TYPE


def _take_only_date(
    assignment: Assignment, columns: Sequence[Wanted], fields: Sequence[Field], scorer: _Scorer
) -> None:
    """Take the only field of dates for "date", whatever its heading: "Ordered on"."""
    asked = {question.column for question in assignment.questions}
    lacking = [w for w in columns if w.name not in assignment.fields and w.name not in asked]
    lacking = [w for w in lacking if w.type in _DATED and w.last.casefold() == "date"]
    if len(lacking) != 1 or not assignment.is_named:
        return
    (wanted,) = lacking
    as_date = replace(wanted, column=replace(wanted.column, type=ColumnType.DATE))
    dated = [each for each in fields if each.group is None and scorer.fit(as_date, each) == 1]
    if len(dated) == 1 and dated[0].is_displayed and dated[0] not in assignment.fields.values():
        assignment.fields[wanted.name] = dated[0]
        assignment.scores[wanted.name] = _BY_TYPE


_Kind = tuple[ColumnType, tuple[str, ...], ColumnType | None]
"""All of a column that its values' readings depend on."""


def _kind(wanted: Wanted) -> _Kind:
    item = wanted.column.item
    return wanted.type, wanted.column.choices, None if item is None else item.type


class _Scorer:
    """Scores the fields of one source for columns."""

    def __init__(
        self,
        fields: Sequence[Field],
        reads: Reads,
        phrases: Mapping[str, Sequence[Name]],
        requested: Requested,
        chosen: Mapping[str, str],
    ) -> None:
        self._fields = fields
        self._reads = reads
        self._phrases = phrases
        self._subject = requested.subject
        self._said = requested.words
        self._chosen = chosen
        self._key = key_field(fields)
        self._longest = max(fields, key=lambda each: each.words_per_value, default=None)
        self._fits: dict[tuple[_Kind, Field], float] = {}
        self._only: dict[_Kind, Field | None] = {}
        self._of_stock: list[Field] | None = None

    def score(self, wanted: Wanted, found: Field) -> float:
        """Score a pair; 0 where the field may not be taken."""
        if choice := self._chosen.get(wanted.name):
            return float(choice == found.label)
        named = self.name_score(wanted, found)
        if named < THRESHOLD:
            named = self._borne_out(wanted, found, named)
        if named < THRESHOLD:
            return 0.0
        fit = self.fit(wanted, found)
        if fit < _LEAST_FIT and named < _EXACT:
            return 0.0
        shown = 0.0 if found.is_displayed else _NOT_DISPLAYED
        return named * (0.6 + 0.4 * fit) * (0.8 + 0.2 * found.coverage) - shown

    def name_score(self, wanted: Wanted, found: Field) -> float:
        """Compare what the column is called with what the field is called."""
        best = 0.0
        names = self._names(wanted)
        units = frozenset().union(*(name.units for name, _ in names))
        for naming in found.namings:
            said = name_of(" ".join(naming.path)).units
            if units and said and not units & said:
                return 0.0  # the text asks for euros, and the heading says dollars
            for name, weight in names:
                alike = (
                    path_likeness(name, naming.path)
                    if naming.origin == "label"
                    else likeness(name, name_of(naming.path[0]))
                )
                best = max(best, alike * weight * _WEIGHTS[naming.origin] - _NESTED * naming.depth)
        embedded = found.source.kind == "embedded"
        return best * _EMBEDDED if embedded else best

    def _names(self, wanted: Wanted) -> list[tuple[Name, float]]:
        whole, last = name_of(" ".join(wanted.path)), name_of(wanted.last)
        names = [(whole, 1.0)]
        if "." in wanted.name:
            names.append((last, _LAST_PART))
        names += [(phrase, _PHRASE) for phrase in self._phrases.get(wanted.name, ())]
        if wanted.description:
            names.append((name_of(wanted.description), _DESCRIPTION))
        return names

    def _borne_out(self, wanted: Wanted, found: Field, named: float) -> float:
        """Raise a low score where type, place and uniqueness together say what the field is."""
        name = name_of(wanted.last)
        is_key = found is self._key
        if named >= KIN * 0.9 and ((is_key and name.is_about(*_NAMES)) or self._is_only_one(wanted, found)):
            return named + _BORNE_OUT
        if name.is_about("name") and self._is_called_as_listed(found):
            return max(named, _BY_PLACE)
        if is_key and name.is_about("name") and self._is_thing(found):
            return max(named, _BY_PLACE)
        if is_key and wanted.type is ColumnType.URL and "url" in name.concepts and self._is_of_row(name):
            return max(named, _BY_PLACE)
        is_subject = bool(name.words) and likeness(name, self._subject) >= THRESHOLD
        if is_key and is_subject and not any(found.labels):
            return max(named, _BY_PLACE)
        if found.is_named or found.group is not None:
            return named
        if name.is_about("availability") and self._says_availability(found):
            return max(named, _BY_TYPE)
        about_type = _ABOUT.get(wanted.type)
        if about_type and name.is_about(*about_type) and self._is_only_one(wanted, found):
            return max(named, _BY_TYPE)
        is_choice = wanted.type is ColumnType.ENUM or (wanted.type is ColumnType.BOOL and name.is_about("availability"))
        if is_choice and self._is_only_one(wanted, found):
            return max(named, _BY_TYPE)
        if is_key and (name.is_about(*_NAMES) or is_subject):
            return max(named, _BY_PLACE)
        if found is self._longest and name.is_about(*_TEXTS) and found.words_per_value >= 5 and not is_key:
            return max(named, _BY_TYPE)
        return named

    def _says_availability(self, found: Field) -> bool:
        """Tell whether no other field without a name has words for the availability of goods as its values."""
        if self._of_stock is None:
            unnamed = [each for each in self._fields if not each.is_named and each.group is None]
            self._of_stock = [each for each in unnamed if _is_of_stock(each)]
        return self._of_stock == [found]

    def _is_of_row(self, name: Name) -> bool:
        """Tell whether an address is that of the row itself: "url", "product_link", "talk_url" in a list of talks."""
        subject = {word.stem for word in self._subject.words}
        others = [word for word in name.words if "url" not in word.concepts]
        return all(word.concepts & {"item", "name"} or word.stem in subject for word in others)

    def _is_thing(self, found: Field) -> bool:
        """Tell whether a heading says what the rows are ("Dish", in a list of dishes), so that its values name them."""
        label = name_of(found.labels[-1] if found.labels else "")
        return bool(label.words) and (
            label.is_about(*_THINGS)
            or all(word.stem in self._said for word in label.words if not word.concepts & OTHERS)
        )

    def _is_called_as_listed(self, found: Field) -> bool:
        """Tell whether a table's heading is the word for what is listed, whatever its values: "Model", for models."""
        label = name_of(found.labels[-1] if found.labels else "")
        stems = [word.stem for word in label.words]
        return bool(stems) and found.source.kind == "table" and stems == [word.stem for word in self._subject.words]

    def _is_only_one(self, wanted: Wanted, found: Field) -> bool:
        """Tell whether no other field has values of the column's type, which has to be more than text."""
        if wanted.type in (ColumnType.STR, ColumnType.JSON, ColumnType.LIST, ColumnType.INT, ColumnType.FLOAT):
            return False
        kind = _kind(wanted)
        if kind not in self._only:
            fitting = [each for each in self._fields if self.fit(wanted, each) >= _LEAST_FIT]
            self._only[kind] = fitting[0] if len(fitting) == 1 else None
        return self._only[kind] is found

    def fit(self, wanted: Wanted, found: Field) -> float:
        """Return the share of the field's values that can be read as the column's type."""
        key = (_kind(wanted), found)
        if key not in self._fits:
            self._fits[key] = self._reads(found.sample, wanted.column) if found.sample else 0.0
        return self._fits[key]


def _is_of_stock(found: Field) -> bool:
    said = sum(availability(text) is not None for text in found.texts)
    return bool(found.texts) and said >= _LEAST_AVAILABILITY * len(found.texts)


def _best_few(scores: list[float]) -> list[float]:
    """Return the scores of one column without all but the highest, which keeps the problem small."""
    lowest = sorted(scores, reverse=True)[:_MOST_CANDIDATES][-1:]
    return [score if lowest and score >= lowest[0] else 0.0 for score in scores]


def _take_best(
    assignment: Assignment,
    columns: Sequence[Wanted],
    fields: Sequence[Field],
    scores: Sequence[Sequence[float]],
    said: frozenset[str],
) -> None:
    best, pairs = _optimum(scores)
    for row, column in pairs.items():
        wanted, found = columns[row], fields[column]
        rivals = _rivals(scores, row, column, best)
        others = [fields[each] for each in rivals if _values_differ(fields[each], found)]
        if others and (meant := _said_field([found, *others], said)) is not None:
            found, others = meant, []
        if others:
            shown = tuple(_candidate(each, scores[row][column]) for each in (found, *others))
            assignment.questions.append(Ambiguous(wanted.name, shown))
        else:
            assignment.fields[wanted.name] = found
            assignment.scores[wanted.name] = scores[row][column]


def _said_field(fields: Sequence[Field], said: frozenset[str]) -> Field | None:
    """Return the only one of several fields whose headings have a word of the text that the others have not."""
    stems = [{word.stem for word in name_of(" ".join(each.labels)).words} for each in fields]
    shared = set.intersection(*stems)
    meant = [each for each, own in zip(fields, stems, strict=True) if (own - shared) & said]
    return meant[0] if len(meant) == 1 else None


def _optimum(scores: Sequence[Sequence[float]]) -> tuple[float, dict[int, int]]:
    """Return the highest sum of scores in which each field serves one column, and its pairs of indices."""
    rows = [row for row, values in enumerate(scores) if any(values)]
    columns = sorted({column for row in rows for column, value in enumerate(scores[row]) if value})
    if not rows:
        return 0.0, {}
    if len(rows) == 1:
        (row,) = rows
        column = max(columns, key=lambda each: scores[row][each])
        return scores[row][column], {row: column}
    import lap
    import numpy as np

    costs = np.array([[-scores[row][column] for column in columns] for row in rows], dtype=np.float64)
    # A column of zeros for each row: a row may stay without a field.
    costs = np.hstack([costs, np.zeros((len(rows), len(rows)))])
    _, chosen, _ = lap.lapjv(costs, extend_cost=True)
    pairs = {
        row: columns[place]
        for row, place in zip(rows, chosen, strict=True)
        if 0 <= place < len(columns) and scores[row][columns[place]] > 0
    }
    return sum(scores[row][column] for row, column in pairs.items()), pairs


def _rivals(scores: Sequence[Sequence[float]], row: int, column: int, best: float) -> list[int]:
    """Return the other fields that a column has in assignments that are as good as the best one."""
    own = scores[row]
    second = max((score for place, score in enumerate(own) if place != column), default=0.0)
    if second < own[column] - _MARGIN:  # no other assignment can make up for the difference
        return []
    rivals: list[int] = []
    open_scores = [list(values) for values in scores]
    open_scores[row][column] = 0.0
    while any(open_scores[row]):
        total, pairs = _optimum(open_scores)
        if total < best - _MARGIN or row not in pairs or len(rivals) >= _NEAREST:
            break
        rivals.append(pairs[row])
        open_scores[row][pairs[row]] = 0.0
    return rivals


def _values_differ(one: Field, other: Field) -> bool:
    """Tell whether two fields say different things in any row."""
    pairs = zip(one.cells()[:200], other.cells()[:200], strict=False)
    return any(not _same_value(a, b) for a, b in pairs)


def _same_value(one: Cell | None, other: Cell | None) -> bool:
    if one is None or other is None:
        return one is other
    if (one.text, one.exact, one.href) == (other.text, other.exact, other.href):
        return True
    said = other.text or other.exact
    return bool(said) and agrees(one.text or one.exact, said)


def _nearest(wanted: Wanted, fields: Sequence[Field], scorer: _Scorer) -> tuple[Candidate, ...]:
    """Return the fields that come nearest to a column, the likeliest first: by name, otherwise by type."""
    rated = [(scorer.name_score(wanted, each) + 0.2 * scorer.fit(wanted, each), each) for each in fields if each.sample]
    rated = sorted((pair for pair in rated if pair[0] > 0.15 and pair[1].label), key=lambda pair: -pair[0])
    return tuple(_candidate(each, score) for score, each in rated[:_NEAREST])


def _candidate(found: Field, score: float) -> Candidate:
    return Candidate(found.label, found.example[:_EXAMPLE_CHARS], round(score, 3), found)
