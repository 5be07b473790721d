"""Maps the fields of sources to columns. Deterministic: of equal scores, the first on the page wins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from webrun_nb.agents.extract.names import SYNONYM, likeness, singular, tokens
from webrun_nb.agents.extract.schema import Column
from webrun_nb.agents.extract.sources import UNDER, Field, Source
from webrun_nb.agents.extract.values import MISSING, convert

THRESHOLD = 0.42
"""Below this a field is not taken for a column."""

_KIND_EVIDENCE = {
    "price": ("price", "cost", "amount", "pricing", "fee"),
    "rating": ("rating", "star", "score"),
    "stock": ("stock", "availability", "available"),
    "date": ("date", "day", "published", "posted", "when"),
    "email": ("email", "mail"),
    "name": ("name", "title", "headline", "product", "item", "model"),
    "text": ("text", "description", "quote", "summary", "body", "content"),
    "url": ("url", "link", "href", "permalink"),
    "image": ("image", "img", "photo", "picture", "thumbnail"),
}


@dataclass(frozen=True, slots=True)
class Match:
    """A column's field in a source, with how sure it is (0 to 1)."""

    field: Field
    score: float


@dataclass(slots=True)
class Mapping:
    """All columns' fields in one source."""

    source: Source
    matches: dict[str, Match]
    score: float

    @property
    def covered(self) -> int:
        """The number of columns that were found."""
        return len(self.matches)


def name_score(column: Column, field: Field) -> float:
    """Rate how well a field's names fit a column's, by its own name or by the instruction's word for it."""
    wanted = {tokens(column.name)}
    if column.wish:
        wanted |= {tokens(column.wish.split("(")[0]), tokens(column.wish)}
    return max(
        (likeness(want, names) * weight for want in wanted if want for names, weight in field.names), default=0.0
    )


def match_score(column: Column, field: Field, source: Source) -> float:
    """Score a field for a column: its names, what its values look like, and whether they can be converted."""
    if column.field_key:  # a person has said which one it is
        return float(column.field_key == field.key)
    words = set(tokens(column.name)) | set(tokens(column.wish.split("(")[0]))
    score = name_score(column, field)
    head = tokens(column.name)[-1:] or ("",)
    for evidence, about in _KIND_EVIDENCE.items():
        if evidence in field.evidence and (head[0] in about or words & set(about[:2])):
            weak = evidence in ("text", "name", "url")
            score = max(score, 0.5 if "unsure" in field.evidence and weak else 0.6 if weak else 0.72)
            score += 0.05
    if column.kind == "money" and "price" in field.evidence:
        score = max(score, 0.5)
    if score == 0:
        return 0.0
    fit = fit_of(column, field, source)
    if fit == 0:
        return 0.0
    if column.kind == "url" and "url" not in field.evidence and "image" not in field.evidence:
        score *= 0.5
    if words & {"image", "photo", "picture", "thumbnail"} and "image" not in field.evidence:
        score *= 0.5
    plural = (
        tokens(column.name)[-1:] and singular(column.name.lower().split("_")[-1]) != column.name.lower().split("_")[-1]
    )
    if field.many:
        score += 0.15 if plural or column.kind == "list" else -0.15
    if field.attribute or field.wrapper:
        score -= 0.1
    if "button" in field.evidence:
        score -= 0.3
    if field.constant and len(source.rows) > 4:
        score -= 0.05
    return score * (0.4 + 0.6 * fit) * (0.6 + 0.4 * field.coverage)


def fit_of(column: Column, field: Field, source: Source) -> float:
    """Tell the part of the field's values (of the first 30) that can be read as the column's type."""
    seen = fit = 0
    for row in source.rows[:30]:
        if cells := row.cells.get(field.key):
            seen += 1
            fit += convert(cells[0], column, base_url="http://x.invalid/") is not MISSING
    return fit / seen if seen else 0.0


def assign(columns: Sequence[Column], source: Source) -> Mapping:
    """Give each column the field that fits best, the surest first; a field serves one column, links apart."""
    pairs = []
    for i, column in enumerate(columns):
        for field in source.fields:
            score = match_score(column, field, source)
            if score >= THRESHOLD:
                pairs.append((-score, field.order, i, field))
    pairs.sort(key=lambda pair: pair[:3])
    matches: dict[str, Match] = {}
    taken: set[str] = set()
    for negative, _, i, field in pairs:
        column = columns[i]
        if column.name in matches or (field.key in taken and column.kind != "url"):
            continue
        matches[column.name] = Match(field, -negative)
        if column.kind != "url":
            taken.add(field.key)
    for column in columns:
        if column.name not in matches and (fallback := _fallback(column, source, taken)):
            matches[column.name] = fallback
            taken.add(fallback.field.key)
    if not matches:
        return Mapping(source, {}, 0.0)
    filled = sum(m.score * (0.3 + 0.7 * m.field.coverage) for m in matches.values()) / len(columns)
    share = len(matches) / len(columns)
    size = _size(source)
    region = 0.4 if source.region in ("nav", "footer", "header") else 0.9 if source.region == "aside" else 1.0
    real_table = 1.1 if source.kind == "table" and source.header else 1.0
    return Mapping(source, matches, filled * share * size * region * real_table)


def _size(source: Source) -> float:
    """More rows are more likely the list; one row is a list only where nothing longer fits."""
    return 1 - 1 / (1 + len(source.rows)) if len(source.rows) > 1 else 0.25


def _fallback(column: Column, source: Source, taken: set[str]) -> Match | None:
    """Take a row's own link for a "url" column, its name for a column that is named like the rows themselves."""
    words = set(tokens(column.name))
    free = [f for f in source.fields if f.key not in taken]
    if column.kind == "url" or words & {"url", "link", "href"}:
        links = [f for f in source.fields if "url" in f.evidence]
        return Match(links[0], THRESHOLD) if links else None
    titles = set(tokens(source.titles))
    if words & titles or words <= {"item", "product", "thing", "entry"}:
        named = [f for f in free if "name" in f.evidence]
        return Match(named[0], THRESHOLD) if named else None
    return None


def find_field(source: Source, words: str, kind: str = "str", taken: frozenset[str] = frozenset()) -> Field | None:
    """Find the field that the words of a condition or an order speak of; None where none fits, or more than one."""
    column = Column(words, kind)  # type: ignore[arg-type]
    best, best_score = None, 0.5
    for field in source.fields:
        if field.key in taken:
            continue
        score = match_score(column, field, source)
        if score > best_score:
            best, best_score = field, score
    return None if best is None or _has_rival(column, best, best_score, source) else best


def _has_rival(column: Column, best: Field, score: float, source: Source) -> bool:
    """Tell whether another column of a table answers to the words as well ("price": "Unit price", "Pack price").

    Two that are called exactly so are the same to people, and the first is taken.
    """
    named = name_score(column, best)
    if source.kind != "table" or not best.label or named >= 1:
        return False
    others = [f for f in source.fields if f.label and f is not best]
    if named:
        return any(abs(name_score(column, f) - named) < 1e-9 for f in others)
    return any(not name_score(column, f) and match_score(column, f, source) >= score - 0.1 for f in others)


def rank(
    columns: Sequence[Column],
    candidates: Sequence[Source],
    *,
    about: str = "",
    place: str = "",
) -> list[Mapping]:
    """Order the sources by how well they answer.

    Parameters
    ----------
    about : str
        What the rows are ("laptops"); a source that is called so is preferred.
    place : str
        Words for the table or list that was asked for.
    """
    subject, where = tokens(about), tokens(place)
    out = []
    for source in candidates:
        mapping = assign(columns, source) if columns else open_mapping(source)
        if mapping.covered:
            titles = tokens(source.titles)
            mapping.score += 0.12 * (likeness(subject, titles) if subject else 0)
            mapping.score += 0.5 * (_place_likeness(where, titles) if where else 0)
            out.append(mapping)
    out.sort(key=lambda m: (-round(m.score, 6), m.source.kind != "table", m.source.index))
    return out


def _place_likeness(where: tuple[str, ...], titles: tuple[str, ...]) -> float:
    return sum(word in titles for word in where) / len(where)


def open_mapping(source: Source) -> Mapping:
    """Take the page's own columns, for an answer whose columns nobody named."""
    fields = [f for f in source.fields if not f.attribute and "button" not in f.evidence and f.coverage >= 0.3]
    if source.kind == "table":
        fields = [f for f in source.fields if f.key == "section" or (f.coverage > 0 and f.key != UNDER)]
    fields = _without_repeats(source, fields)
    matches: dict[str, Match] = {}
    for field in sorted(fields, key=lambda f: f.order)[:30]:
        label = own_name(field)
        name, n = label, 2
        while name in matches:
            name, n = f"{label} {n}", n + 1
        matches[name] = Match(field, SYNONYM)
    words = sum(min(len(row.text), 200) for row in source.rows)
    size = _size(source)
    region = 0.2 if source.region in ("nav", "footer", "header") else 0.8 if source.region == "aside" else 1.0
    richness = min(len(matches), 6) / 6
    real_table = 1.3 if source.kind == "table" and source.header else 1.0
    return Mapping(source, matches, size * region * real_table * (0.2 + richness) * min(1.0, 0.3 + words / 2000))


def own_name(field: Field) -> str:
    """Tell what the page calls a field: label, itemprop, class, else what its values look like."""
    if field.label:
        return field.label
    if "name" in field.evidence:
        return "name"
    if field.title:
        return field.title
    for evidence in ("name", "price", "rating", "stock", "date", "email", "image", "url", "number", "text"):
        if evidence in field.evidence:
            return {"stock": "availability", "url": "link"}.get(evidence, evidence)
    return f"column {field.order + 1}"


def _named_as_it_looks(field: Field) -> bool:
    words = {word for names, _ in field.names for word in names}
    return any(evidence in field.evidence and words & set(about) for evidence, about in _KIND_EVIDENCE.items())


def _without_repeats(source: Source, fields: list[Field]) -> list[Field]:
    """Leave out fields that say what another one says (wrappers around it), and those without words."""
    out: list[Field] = []
    seen: set[tuple[str, ...]] = set()
    values = {
        f.key: tuple((row.cells[f.key][0].text if f.key in row.cells else "") for row in source.rows[:20])
        for f in fields
    }
    for field in sorted(fields, key=lambda f: (not f.label, not _named_as_it_looks(f), -len(f.names), f.order)):
        own = values[field.key]
        signs_only = not any(char.isalnum() for value in own for char in value)
        if own in seen or not any(own) or (signs_only and not field.label):
            continue
        if source.kind == "group":
            parts = [values[o.key] for o in fields if o is not field and any(values[o.key])]
            inside = sum(
                1
                for part in parts
                if part != own and all(p in v for p, v in zip(part, own, strict=True) if v) and any(part)
            )
            if inside >= 2 or (field.many and not field.names):
                continue
        seen.add(own)
        out.append(field)
    return out
