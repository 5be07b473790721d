"""What an extraction sentence says: subject, columns wished for, conditions, order, how many.

Each phrase that is understood is taken out of the text; what remains is the subject. What remains after the subject
is kept as `leftover`, so that nothing is silently ignored.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from webrun_nb.agents.planner.intents import Comparison, Constraint, Extract, Order
from webrun_nb.agents.planner.split import Held, unquote

_NUMBER = r"[$£€¥₹]?\s?\d(?:[\d.,]*\d)?(?:\s?[km]\b)?%?(?:\s?(?:dollars|usd|euros?|eur|pounds|gbp|[$€£])(?!\w))?"
_UNIT_STOP = (
    r"and|or|with|in|on|by|first|sorted|ordered|from|per|to|made|only|but|that|which|of|a|an|each|as|the|most|least"
    r"|cheapest|lowest|highest|best|newest|oldest|latest|largest|smallest"
)
_UNIT = rf"(?P<unit>(?:\s+(?!(?:{_UNIT_STOP})\b)[a-z]+){{0,2}})"
_LESS = r"under|below|less\s+than|cheaper\s+than|fewer\s+than|lower\s+than|smaller\s+than"
_MOST = r"at\s+most|up\s+to|no\s+more\s+than|not\s+more\s+than|not\s+over|max(?:imum)?(?:\s+of)?|<="
_MORE = r"over|above|more\s+than|greater\s+than|higher\s+than|better\s+than|exceeding"
_LEAST = r"at\s+least|no\s+less\s+than|not\s+under|min(?:imum)?(?:\s+of)?|>="
_MEASURES = (
    r"prices?|ratings?|costs?|scores?|stars?|reviews?|weights?|sizes?|quantity|age|year|amount|population|discount"
)
_COLUMN = (
    r"(?:\b(?:with|where|whose|having|that\s+have|and)\s+(?:(?:a|an|the|its|their)\s+)?"
    r"(?P<column>[a-z_]+(?:\s+[a-z_]+){0,2}?)\s+(?:(?:is|are|of)\s+)?"
    rf"|\b(?:(?:a|an|the|its|their)\s+)?(?P<measure>{_MEASURES})\s+(?:(?:is|are|of)\s+)?"
    r"|(?:\b(?:that|which)\s+(?:(?:are|is)\s+)?)?\b(?:costs?|costing|priced|rated)\s+|\b(?:that|which)\s+(?:are|is)\s+|\bwith\s+|\bfor\s+)?"
)

_BETWEEN = re.compile(
    rf"{_COLUMN}(?:between|from)\s+(?P<low>{_NUMBER})\s*(?:and|to|-|–)\s*(?P<high>{_NUMBER}){_UNIT}", re.I
)
_COMPARE = re.compile(rf"{_COLUMN}(?P<op>{_LESS}|{_MOST}|{_MORE}|{_LEAST}|<|>)\s*(?P<low>{_NUMBER}){_UNIT}", re.I)
_OR_MORE = re.compile(
    rf"{_COLUMN}(?P<low>{_NUMBER}){_UNIT}\s*(?P<op>or\s+(?:more|higher|above|better|up|less|cheaper|below|lower|fewer)|and\s+(?:up|above|below|under)|\+)",
    re.I,
)
_DATES = re.compile(
    r"(?:(?:published|posted|dated|closed|updated|released|created)\s+)?(?P<op>before|after|since|until)\s+(?P<low>(?:[a-z]{3,9}\.?\s+\d{1,2},?\s+\d{4}|\d{1,2}\s+[a-z]{3,9}\.?\s+\d{4}|\d{4}-\d\d-\d\d|[a-z]{3,9}\.?\s+\d{4}|\d{1,2}/\d{1,2}/\d{2,4}|\d{4}))\b",
    re.I,
)
_NO_STOCK = re.compile(
    r"(?:(?:that|which)\s+(?:are|is)\s+)?\b(?:out\s+of\s+stock|not\s+in\s+stock|sold\s+out|unavailable)\b", re.I
)
_STOCK = re.compile(
    r"(?:(?:that|which)\s+(?:are|is)\s+)?(?:currently\s+)?\b(?:in[\s-]stock|available)\b(?:\s+only)?", re.I
)
_CONTAINS = re.compile(
    r"(?:(?:with|where|whose|having)\s+)?(?:(?:the|a|an)\s+)?(?P<column>(?:[a-z_]+\s+){0,2}?)(?P<op>not\s+containing|without|contain(?:s|ing)|that\s+contains?|mention(?:s|ing)|includ(?:es|ing)|named|called)\s+(?P<value>\ue000\d+\ue001)",
    re.I,
)
_WITH_IN = re.compile(
    r"with\s+(?P<value>\ue000\d+\ue001)\s+in\s+(?:the|its|their)\s+(?P<column>[a-z_]+(?:\s[a-z_]+)?)", re.I
)
_EQUALS = re.compile(
    r"\b(?:where|whose|with)\s+(?:the\s+)?(?P<column>[a-z_]+(?:\s+[a-z_]+)?)\s+(?P<op>is\s+not|isn't|is|are|equals?|=|!=|of)\s+(?P<value>\ue000\d+\ue001|[\w.&'-]+(?-i:\s+[A-Z][\w.&'-]*)*)",
    re.I,
)
_BY_WHOM = re.compile(
    r"\b(?P<how>by|made\s+by|written\s+by|from|in)\s+(?P<value>\ue000\d+\ue001|[A-Z][\w.&'-]*(?:\s+(?:[A-Z][\w.&'-]*|of|de|van|von|the))*)(?=\s|,|$)"
)

_ASCENDING = {
    "cheapest": "price",
    "lowest": "",
    "oldest": "date",
    "earliest": "date",
    "smallest": "size",
    "shortest": "length",
    "least": "",
    "worst": "rating",
    "least expensive": "price",
    "lightest": "weight",
    "lowest rated": "rating",
    "worst rated": "rating",
}
_DESCENDING = {
    "most expensive": "price",
    "dearest": "price",
    "priciest": "price",
    "highest": "",
    "newest": "date",
    "latest": "date",
    "most recent": "date",
    "largest": "size",
    "biggest": "size",
    "longest": "length",
    "best": "rating",
    "best rated": "rating",
    "top rated": "rating",
    "highest rated": "rating",
    "heaviest": "weight",
    "most": "",
}
_SUPERLATIVE = "|".join(
    sorted((re.escape(word).replace(r"\ ", r"[\s-]+") for word in {**_ASCENDING, **_DESCENDING}), key=len, reverse=True)
)
_FIRST = re.compile(
    rf"(?:,\s*|\bwith\s+the\s+|\bthe\s+|\bfrom\s+the\s+)?\b(?P<word>{_SUPERLATIVE})(?P<column>(?:\s+[a-z_]+){{0,2}}?)\s+(?:ones?\s+)?first\b",
    re.I,
)
_SORT = re.compile(
    r"(?:,\s*)?\b(?:sort(?:ed)?|order(?:ed)?|rank(?:ed)?)\s+(?:(?:them|it|these|those|the\s+\w+)\s+)?(?:by|on|from)\s+(?:(?:the|their|its)\s+)?(?P<column>[a-z_]+(?:\s+(?!asc|desc|from|high|low|in\b|with\b|descending|ascending|and\b)[a-z_]+){0,2})"
    r"(?P<direction>[\s,(]+(?:in\s+)?(?:asc(?:ending)?|desc(?:ending)?|(?:from\s+)?(?:low(?:est)?|cheap(?:est)?|small(?:est)?|old(?:est)?|a)\s+to\s+\w+(?:\s+expensive)?|(?:from\s+)?(?:high(?:est)?|most|large(?:st)?|new(?:est)?|z)(?:\s+expensive)?\s+to\s+\w+|high(?:est)?\s+first|low(?:est)?\s+first)(?:\s+order)?\)?)?",
    re.I,
)
_RANGE_SORT = re.compile(
    rf"(?:,\s*)?\bfrom\s+(?:the\s+)?(?P<word>{_SUPERLATIVE})\s+to\s+(?:the\s+)?[a-z]+(?:\s+expensive)?", re.I
)
_ALPHABET = re.compile(
    r"(?:,\s*)?\b(?:alphabetically|in\s+alphabetical\s+order|a\s*-\s*z)\b(?:\s+by\s+(?P<column>[a-z_]+))?", re.I
)
_REVERSE = re.compile(r"desc|high\w*\s+to|most.*to|large\w*\s+to|new\w*\s+to|z\s+to|high\w*\s+first", re.I)

_LIMIT = re.compile(
    r"\b(?:only\s+)?(?:the\s+)?(?:top|first|best)\s+(?P<n>\d{1,4}|one|two|three|four|five|six|seven|eight|nine|ten|twenty)\b(?!\s*(?:stars|column))|\b(?:limit(?:ed)?\s+(?:it\s+)?to|no\s+more\s+than|at\s+most|up\s+to)\s+(?P<m>\d{1,4})(?=\s+(?:results|rows|items|records|entries|of\s+them)\b|$)",
    re.I,
)
_LIMIT_NOUN = re.compile(r"^\s*(?:results|rows|items|records|entries|of\s+them)\b", re.I)
_COUNTED = re.compile(
    rf"^(?:the\s+)?(?P<n>\d{{1,4}}|one|two|three|four|five|six|seven|eight|nine|ten|twenty)\s+(?P<word>{_SUPERLATIVE})\s+",
    re.I,
)
_SUPER_SUBJECT = re.compile(rf"^(?P<the>the\s+)?(?P<word>{_SUPERLATIVE})\s+(?P<rest>\S.*)$", re.I)
_WORDS = {
    word: n
    for n, word in enumerate(["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"])
} | {"twenty": 20}

_PLACE = re.compile(
    r"\b(?:from|in|of|on|inside|within)\s+(?P<place>(?:the\s+)?(?:(?P<ordinal>first|second|third|fourth|fifth|last|\d+(?:st|nd|rd|th))\s+)?(?:\ue000\d+\ue001\s+)?(?P<name>[\w-]+(?:\s+[\w-]+){0,3}\s+)?(?:table|list|section|grid)(?:\s+(?:\ue000\d+\ue001|\d+))?)\b",
    re.I,
)
_FROM_FIRST = re.compile(
    r"^(?:from|in|on)\s+(?P<place>[^,:]{1,80}?)\s*,?\s+(?=(?:extract|list|get|collect|scrape|read|show|give|fetch|return|find)\b)",
    re.I,
)
_OFFER = re.compile(r"\s+(?:(?:that|which)\s+(?:are|is)\s+)?(?P<place>on\s+(?:sale|offer))\b", re.I)
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "last": -1}
_HERE = re.compile(
    r"\s*\b(?:(?:on|from|of|in)\s+(?:this|the|that|current)\s+(?:current\s+|whole\s+)?(?:web\s?page|page|site|website|screen|shop|store|catalogue|catalog)|(?:from|on)\s+(?:here|it)|listed|shown(?:\s+here)?|(?:that\s+)?you\s+(?:see|find)|there\s+(?:are|is)|(?:are|is)\s+there)\b",
    re.I,
)
_ONE_PAGE = re.compile(
    r"\s*\b(?:on|from)\s+(?:this|the\s+first|the\s+current)\s+(?:web\s?)?page(?:\s+only)?\b|\b(?:this|one)\s+page\s+only\b",
    re.I,
)
_VERB = re.compile(
    r"^(?:extract|list|get|collect|scrape|read(?:\s+out)?|show(?:\s+me)?|give(?:\s+me)?|fetch|retrieve|return|find(?:\s+me)?|look\s+up|tell\s+me|report|print|output|copy|pull|grab|what(?:'s|\s+is|\s+are|\s+was)|which(?:\s+(?:is|are))?|who\s+(?:is|wrote)|how\s+much\s+(?:is|are|does|do)|how\s+many)\b",
    re.I,
)
_WANT = re.compile(
    r"\s*(?:,\s*)?\b(?:with|including|incl\.?|along\s+with|together\s+with|showing|and)\s+(?:(?:only|also)\s+)?(?:all\s+)?(?:their|its|the|these\s+columns|columns|fields)\s*:?\s+(?P<wishes>.+)$|\s*\bwith\s+(?P<bare>[a-z_][\w ]*(?:\s*,\s*(?:and\s+)?[\w ]+)*(?:\s+and\s+[\w ]+)?)$",
    re.I,
)
_BESIDES = re.compile(
    r"\s+(?:made|that|which|who|whose|where|without|near|like|similar|having|containing|using|about|with|suitable|because|unless|except)\b",
    re.I,
)
_FORMAT = re.compile(
    r"\s*,?\s*\b(?:as|into|in|to)\s+(?:a\s+|an\s+)?(?:json|csv|table|list|data\s?frame|markdown|dataframe)(?:\s+format)?\b",
    re.I,
)
_ANSWERED = re.compile(r"\s*\((?P<note>[^()]*)\)")
_GENERIC_ALL = re.compile(r"^(?:(?:all|every|each|any|of|the|both|out|me|us|full|complete|entire|only)\s+)+", re.I)


@dataclass
class _Reading:
    """The text still to be understood, and what was."""

    text: str
    constraints: list[Constraint] = field(default_factory=list)
    order: Order | None = None
    limit: int | None = None


def is_extraction(clause: str) -> bool:
    """Tell whether a clause begins like an extraction ("list …", "what is …", "From the second table, get …")."""
    return bool(_VERB.match(clause) or _FROM_FIRST.match(clause))


def parse_extraction(clause: str) -> Extract:
    """Understand an extraction clause; what isn't understood is in its `leftover`."""
    held = Held(clause)
    text = held.text
    place, ordinal = "", None
    if first := _FROM_FIRST.match(text):
        text = text[first.end() :]
        place, ordinal = _place_words(first["place"])
    verb = _VERB.match(text)
    count = bool(verb and verb[0].lower().startswith("how many"))
    price_of = bool(verb and re.match(r"how\s+much", verb[0], re.I))
    question = bool(verb and re.match(r"what|who|how\s+much", verb[0], re.I))
    text = text[verb.end() :].strip() if verb else text
    text = (
        re.sub(r"\s+(?:cost|costs|does\s+it\s+cost)\s*$", "", text.rstrip(" ?.!"), flags=re.I)
        if price_of
        else text.rstrip(" ?.!")
    )
    one_page = bool(_ONE_PAGE.search(text))
    text = _FORMAT.sub("", _HERE.sub("", _ONE_PAGE.sub("", text))).strip()
    body, _, wish_text = text.partition(":") if ":" in text else (text, "", "")
    reading = _Reading(body)
    if wish_text:
        # A condition may stand after the column names: "name, price; under $900".
        after = _Reading(wish_text)
        if not count:
            _take_order(after)
        wish_text, reading.order = after.text, after.order
    if not place and (offer := _OFFER.search(reading.text)):
        place = offer["place"]
        reading.text = _cut(reading.text, offer)
    if not place and (inside := _PLACE.search(reading.text)):
        place, ordinal = _place_words(inside["place"])
        reading.text = (reading.text[: inside.start()] + reading.text[inside.end() :]).strip()
    _take_order(reading)
    _take_limit(reading)
    _take_constraints(reading)
    with_name = bool(_WANT.search(reading.text)) and not wish_text
    subject, wishes, one, leftover = _subject_and_wishes(reading.text, wish_text, question)
    if price_of and not wishes:
        wishes = ("price",)
    restore = held.restore
    return Extract(
        sentence=clause,
        subject=unquote(restore(subject)),
        wishes=tuple(unquote(restore(wish)) for wish in wishes),
        constraints=tuple(
            Constraint(restore(c.words).strip(" ,"), c.column, c.op, unquote(restore(c.value)), c.high)
            for c in reading.constraints
        ),
        order=reading.order,
        limit=reading.limit,
        with_name=with_name,
        one=(one or price_of) and not count,
        count=count,
        all_pages=not one_page,
        place=unquote(restore(place)),
        place_ordinal=ordinal,
        leftover=tuple(restore(part) for part in leftover),
    )


def parse_order(clause: str) -> Order | None:
    """Understand "sort by price", "cheapest first"; None where it is neither."""
    reading = _Reading(clause)
    _take_order(reading)
    return reading.order


def _place_words(text: str) -> tuple[str, int | None]:
    ordinal: int | None = None
    for match in re.finditer(r"\b(first|second|third|fourth|fifth|last|(\d+)(?:st|nd|rd|th))\b", text, re.I):
        ordinal = int(match[2]) if match[2] else _ORDINALS[match[1].lower()]
    words = re.sub(r"\(.*?\)", " ", text)
    words = re.sub(
        r"\b(?:the|first|second|third|fourth|fifth|last|\d+(?:st|nd|rd|th)|table|list|section|grid|page|this|of|on)\b",
        " ",
        words,
        flags=re.I,
    )
    return " ".join(words.split()), ordinal


def _take_order(reading: _Reading) -> None:
    if match := _SORT.search(reading.text):
        column = match["column"].strip()
        descending = bool(match["direction"] and _REVERSE.search(match["direction"]))
        if column.lower() in {**_ASCENDING, **_DESCENDING}:
            column, descending = _superlative(column)
        reading.order = Order(match[0].strip(" ,"), column, descending)
    elif (match := _RANGE_SORT.search(reading.text)) or (match := _FIRST.search(reading.text)):
        column, descending = _superlative(match["word"])
        named = (match.groupdict().get("column") or "").strip()
        reading.order = Order(match[0].strip(" ,"), named or column, descending)
    elif match := _ALPHABET.search(reading.text):
        reading.order = Order(match[0].strip(" ,"), match["column"] or "name")
    if match:
        reading.text = _cut(reading.text, match)


def _superlative(word: str) -> tuple[str, bool]:
    key = re.sub(r"[\s-]+", " ", word.lower())
    return (_ASCENDING[key], False) if key in _ASCENDING else (_DESCENDING[key], True)


def _take_limit(reading: _Reading) -> None:
    def number(word: str) -> int:
        return int(word) if word.isdigit() else _WORDS[word.lower()]

    if match := _LIMIT.search(reading.text):
        reading.limit = number(match["n"] or match["m"])
        rest = reading.text[match.end() :]
        rest = _LIMIT_NOUN.sub("", rest) if match["m"] else rest
        reading.text = (reading.text[: match.start()] + rest).strip(" ,")
    elif match := _COUNTED.match(reading.text):
        column, descending = _superlative(match["word"])
        reading.limit = number(match["n"])
        reading.order = reading.order or Order(match["word"], column, descending)
        reading.text = reading.text[match.end() :]
    text = reading.text
    if reading.order is None and (match := _SUPER_SUBJECT.match(re.sub(r"^(?:me|only)\s+", "", text))):
        column, descending = _superlative(match["word"])
        words = match["rest"].split()
        if reading.limit is None and words[0].isdigit() and len(words) > 1:
            reading.limit, words = int(words[0]), words[1:]
        if column == "" and words:
            # "the highest price", "the lowest rated": the column is the next word.
            column = words[0]
        reading.order = Order(match["word"], column, descending)
        reading.text = " ".join(words)
        if reading.limit is None and match["the"] and not words[-1].lower().endswith("s"):
            reading.limit = 1


def _take_constraints(reading: _Reading) -> None:
    ops: list[tuple[re.Pattern[str], Comparison | None]] = [
        (_BETWEEN, "between"), (_OR_MORE, None), (_COMPARE, None), (_DATES, None), (_NO_STOCK, "is not"), (_STOCK, "is"),
        (_WITH_IN, "contains"), (_CONTAINS, None), (_EQUALS, None), (_BY_WHOM, None),
    ]  # fmt: skip
    for pattern, op in ops:
        while match := pattern.search(reading.text):
            constraint = _constraint(pattern, match, op)
            reading.constraints.append(constraint)
            groups = match.groupdict()
            # What follows an amount of money is no unit of it: "under $900 cheapest first".
            money = groups.get("low") and re.search(r"[$£€¥₹]", groups["low"])
            reading.text = _cut(reading.text, match, match.start("unit") if money and "unit" in groups else match.end())


def _constraint(pattern: re.Pattern[str], match: re.Match[str], op: Comparison | None) -> Constraint:
    words = match[0].strip(" ,")
    if pattern in (_STOCK, _NO_STOCK):
        return Constraint(words, "in stock", op or "is", "in stock")
    groups = match.groupdict()
    column = _column_words(groups.get("column") or "")
    if pattern is _BY_WHOM:
        hint = {"by": "author", "written by": "author", "made by": "brand"}.get(
            " ".join(groups["how"].lower().split()), ""
        )
        return Constraint(words, hint, "is", groups["value"])
    if pattern is _WITH_IN:
        return Constraint(words, column, "contains", groups["value"])
    said = " ".join((groups.get("op") or "").lower().split())
    if pattern is _CONTAINS:
        lacks = said in ("not containing", "without")
        return Constraint(
            words,
            column or ("name" if said in ("named", "called") else ""),
            "lacks" if lacks else "contains",
            groups["value"],
        )
    if pattern is _EQUALS:
        return Constraint(words, column, "is not" if said in ("is not", "isn't", "!=") else "is", groups["value"])
    if pattern is _DATES:
        comparison: Comparison = (
            "<" if said == "before" else "<=" if said == "until" else ">=" if said == "since" else ">"
        )
        return Constraint(words, "date", comparison, groups["low"])
    unit = "" if re.search(r"[$£€¥₹]", groups["low"]) else (groups.get("unit") or "").strip()
    column = column or _column_words(groups.get("measure") or "") or _column_of_unit(unit, groups["low"], words)
    if op == "between":
        return Constraint(words, column, "between", groups["low"].strip(), groups["high"].strip())
    return Constraint(words, column, _comparison(said), groups["low"].strip())


def _comparison(said: str) -> Comparison:
    if re.fullmatch(rf"{_LESS}|<", said, re.I):
        return "<"
    if re.fullmatch(rf"{_MOST}", said, re.I) or re.search(r"less|cheaper|below|lower|fewer|under$", said):
        return "<="
    return ">" if re.fullmatch(rf"{_MORE}|>", said, re.I) else ">="


def _column_words(text: str) -> str:
    words = [
        w
        for w in text.lower().split()
        if w
        not in {
            "with",
            "where",
            "whose",
            "having",
            "that",
            "is",
            "are",
            "a",
            "an",
            "the",
            "and",
            "or",
            "of",
            "all",
            "every",
            "each",
            "any",
        }
    ]
    return " ".join(words)


def _column_of_unit(unit: str, value: str, words: str) -> str:
    """Which column "4 stars", "$900", "100 reviews" speak of; empty where only the page can tell."""
    if re.search(r"[$£€¥₹]|dollars|usd|eur|pounds|gbp", value, re.I) or re.search(r"cheaper|cost|priced", words, re.I):
        return "price"
    if re.match(r"stars?\b", unit, re.I) or re.search(r"\brated\b", words, re.I):
        return "rating"
    return unit.lower()


def _cut(text: str, match: re.Match[str], end: int | None = None) -> str:
    before, after = text[: match.start()].rstrip(" ,"), text[match.end() if end is None else end :].lstrip(" ")
    before = re.sub(r"\s+(?:and|but|that|which|with|only)$", "", before)
    after = re.sub(r"^(?:,\s*)?(?:and|but)\s+", ", ", after)
    return f"{before} {after}".strip(" ,") if not after.startswith(",") else f"{before}{after}".strip(" ,")


def _subject_and_wishes(
    text: str, wish_text: str, question: bool
) -> tuple[str, tuple[str, ...], bool, tuple[str, ...]]:
    """Split what is left into subject and wishes; also whether one record is meant, and what fits neither."""
    text = text.strip(" ,")
    everything = bool(
        re.match(r"^(?:me\s+)?(?:all|every|each|both)\b", text, re.I)
        or re.search(r"\b(?:all|every|each)\b", text, re.I)
    )
    if possessive := re.match(
        r"^(?:the\s+|this\s+|each\s+|every\s+)?(?P<subject>[\w -]+?)(?:'s|s'|’s)\s+(?P<wishes>.+)$", text
    ):
        each = everything or text.split("'")[0].split("’")[0].endswith("s")
        return (
            possessive["subject"],
            _wish_list(possessive["wishes"] + ("," + wish_text if wish_text else "")),
            not each,
            (),
        )
    if of := re.match(
        r"^(?:the\s+)?(?P<wishes>[\w ,/-]+?)\s+(?:of|for)\s+(?P<subject>(?:all|every|each|the|this|that|both)\s+.+|\ue000.+|[A-Z].+|[a-z-]+s(?:\s.*|,.*)?)$",
        text,
    ):
        subject = _GENERIC_ALL.sub("", of["subject"])
        head, *rest = re.split(r"\s*,\s*", subject)
        plural = everything or re.search(r"[^s]s$", head.lower()) is not None
        return head, _wish_list(of["wishes"]), not plural, tuple(part for part in rest if part)
    wishes: tuple[str, ...] = _wish_list(wish_text)
    if want := _WANT.search(text):
        wishes += _wish_list(want["wishes"] or want["bare"])
        text = text[: want.start()]
    body = _GENERIC_ALL.sub("", text.strip(" ,"))
    parts = [part.strip() for part in re.split(r"\s*,\s*(?:and\s+)?|\s+and\s+", body) if part.strip()]
    if len(parts) > 1 and not wishes:
        # "last name, first name, email": a list of columns and no subject.
        return "", tuple(_wish_list(body)), question, ()
    subject = parts[0] if parts else ""
    if extra := _BESIDES.search(subject):
        # "laptops made of gold": a condition nobody here understands, so it must not become part of a name.
        parts[1:1] = [subject[extra.start() :].strip()]
        subject = subject[: extra.start()].strip()
    if question and not wishes and subject:
        return "", (subject,), True, ()
    return subject, wishes, False, tuple(parts[1:])


def _wish_list(text: str) -> tuple[str, ...]:
    text = re.sub(r"\s*(?:,|;)?\s+(?:and|plus|as\s+well\s+as|&)\s+", ",", " " + text.strip() + " ")
    wishes = []
    for part in re.split(r"[,;](?![^()]*\))", text):
        wish = re.sub(r"^(?:the|their|its|an?|also|only|columns?|fields?)\s+", "", part.strip(" .:"), flags=re.I)
        if wish:
            wishes.append(wish)
    return tuple(wishes)
