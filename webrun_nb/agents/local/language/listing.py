"""Parses an extraction sentence: subject, requested columns, conditions, order and number of rows.

Each phrase that is understood is taken out of the text; what remains is the subject. What remains after the subject
is kept as `leftover`, so that nothing is silently ignored.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from webrun_nb.agents.local.language import patterns
from webrun_nb.agents.local.language.computing import with_computing
from webrun_nb.agents.local.language.intents import Comparison, Constraint, Extract, Order
from webrun_nb.agents.local.language.split import Held, unquote


@dataclass
class _Reading:
    """The text still to be understood, and what was."""

    text: str
    constraints: list[Constraint] = field(default_factory=list)
    order: Order | None = None
    limit: int | None = None


def is_extraction(clause: str) -> bool:
    """Tell whether a clause begins like an extraction ("list …", "what is …", "From the second table, get …")."""
    return bool(patterns.VERB.match(clause) or patterns.FROM_FIRST.match(clause))


def parse_extraction(clause: str) -> Extract:
    """Understand an extraction clause; what isn't understood is in its `leftover`."""
    held = Held(clause)
    text = held.text
    place, ordinal = "", None
    if first := patterns.FROM_FIRST.match(text):
        text = text[first.end() :]
        place, ordinal = _place_words(first["place"])
    verb = patterns.VERB.match(text)
    count = bool(verb and verb[0].lower().startswith("how many"))
    price_of = bool(verb and re.match(r"how\s+much", verb[0], re.I))
    question = bool(verb and re.match(r"what|who|how\s+much", verb[0], re.I))
    text = text[verb.end() :].strip() if verb else text
    text = (
        re.sub(r"\s+(?:cost|costs|does\s+it\s+cost)\s*$", "", text.rstrip(" ?.!"), flags=re.I)
        if price_of
        else text.rstrip(" ?.!")
    )
    if not place and (numbered := patterns.TABLE_NUMBER.search(text)):
        place, ordinal = numbered["place"], int(numbered["n"])
        text = _cut(text, numbered)
    one_page = bool(patterns.ONE_PAGE.search(text))
    text = patterns.ALL_LISTS.sub("", text)
    text = patterns.FORMAT.sub("", patterns.HERE.sub("", patterns.ONE_PAGE.sub("", text))).strip()
    body, wish_text = patterns.COLON.split(text, maxsplit=1) if patterns.COLON.search(text) else (text, "")
    body = patterns.STOCK_COLUMN.sub(lambda said: f"{said['before'] or said['first']}in_stock", body)
    reading = _Reading(body)
    if wish_text:
        # A condition may stand after the column names: "name, price; under $900".
        after = _Reading(wish_text)
        if not count:
            _take_order(after)
        wish_text, reading.order = after.text, after.order
    if not place and (offer := patterns.OFFER.search(reading.text)):
        place = offer["place"]
        reading.text = _cut(reading.text, offer)
    if not place and (inside := patterns.PLACE.search(reading.text)):
        place, ordinal = _place_words(inside["place"])
        reading.text = (reading.text[: inside.start()] + reading.text[inside.end() :]).strip()
    _take_order(reading)
    _take_limit(reading)
    _take_constraints(reading)
    with_name = bool(patterns.WANT.search(reading.text)) and not wish_text
    subject, wishes, one, leftover = _subject_and_wishes(reading.text, wish_text, question)
    subject, selectors = _selectors(subject, listed=bool(wishes) or count or reading.order is not None)
    row, subject = _nth_row(subject, wishes)
    one = one and row is None
    if not place and patterns.NAMED_TABLE.match(subject):
        (place, ordinal), subject, one = _place_words(subject), "", False
    if price_of:
        subject, wishes = subject or wishes[0] if wishes else subject, ("price",)
    if reading.order is None and (best := patterns.SUPER_SUBJECT.match(subject)):
        # "the price of the cheapest laptop" is one row of a list, not a page about one thing.
        column, descending = _superlative(best["word"])
        reading.order, subject = Order(best["word"], column or "price", descending), best["rest"]
        reading.limit, one = (1 if one else reading.limit), False
    elif reading.order is not None and subject.lower() == reading.order.column and not wishes:
        # "the highest price": of whatever the page lists.
        subject, wishes, with_name = "", (subject,), True
    elif _is_a_field(text, subject, wishes) and not reading.constraints and reading.order is None:
        subject, wishes, one = "", (subject,), True
    if one and not subject and len(wishes) == 1:
        selectors = _phrases(wishes[0])[1:]
    if price_of and reading.order is not None:  # "how much is the cheapest laptop": a row of a list, with its name
        one, price_of, with_name = False, False, True
        reading.limit = reading.limit or 1
    if not one and row is None:
        counted, subject, unread = _counted_noun(subject, limited=reading.limit is not None or count)
        reading.limit, leftover = counted or reading.limit, (*unread, *leftover)
    restore = held.restore
    return with_computing(
        Extract(
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
            row=row,
            selectors=tuple(restore(phrase) for phrase in selectors),
            leftover=tuple(restore(part) for part in leftover),
        )
    )


def _phrases(text: str) -> tuple[str, ...]:
    """Cut "talks in room 5 on day 2" before each phrase that says which are meant."""
    return tuple(part.strip() for part in patterns.SELECTOR.split(text) if part.strip())


def _selectors(subject: str, *, listed: bool) -> tuple[str, tuple[str, ...]]:
    """Take the phrases that say which ones off the name of a list; what is one value of the page keeps them.

    Parameters
    ----------
    listed : bool
        Whether the subject is a list's whatever its noun: columns of it, or their number, are asked for.
    """
    head, *phrases = _phrases(subject) or ("",)
    plural = re.search(r"[^s]s$", head, re.I) is not None
    return (head, tuple(phrases)) if listed or plural else (subject, ())


def _nth_row(subject: str, wishes: tuple[str, ...]) -> tuple[int | None, str]:
    """Read "second product" as the second row of a list; without a column of it, only a noun for rows is read so."""
    nth = patterns.NTH_ROW.match(subject)
    if nth is None or not (wishes or patterns.NOUNS_OF_ROWS.match(nth["rest"])):
        return None, subject
    number = patterns.ORDINALS.get(nth["nth"].lower()) or int(re.sub(r"\D", "", nth["nth"]))
    return number, nth["rest"]


def _is_a_field(text: str, subject: str, wishes: tuple[str, ...]) -> bool:
    """Tell "extract the title" (a value of the page) from "list the laptops" and "get the table"."""
    words = subject.lower().split()
    single = bool(words) and not words[-1].endswith("s") and words[-1] not in patterns.WHOLES
    return single and not wishes and re.match(r"the\s", text, re.I) is not None


def parse_order(clause: str) -> Order | None:
    """Understand "sort by price", "cheapest first"; None where it is neither."""
    reading = _Reading(clause)
    _take_order(reading)
    return reading.order


def _place_words(text: str) -> tuple[str, int | None]:
    if numbered := patterns.TABLE_NUMBER.fullmatch(text.strip()):
        return numbered["place"], int(numbered["n"])
    ordinal: int | None = None
    for match in re.finditer(r"\b(first|second|third|fourth|fifth|last|(\d+)(?:st|nd|rd|th))\b", text, re.I):
        ordinal = int(match[2]) if match[2] else patterns.ORDINALS[match[1].lower()]
    words = re.sub(r"\(.*?\)", " ", text)
    words = re.sub(
        r"\b(?:the|first|second|third|fourth|fifth|last|\d+(?:st|nd|rd|th)|table|list|section|grid|page|this)\b",
        " ",
        words,
        flags=re.I,
    )
    return re.sub(r"^(?:of|on)\b\s*|\s*\b(?:of|on)$", "", " ".join(words.split()), flags=re.I), ordinal


def _take_order(reading: _Reading) -> None:
    if top := patterns.TOP_BY.search(reading.text):  # the top of something has most of it
        reading.order = Order(top["by"].strip(), top["column"], True)
        reading.text = reading.text[: top.start("by")] + reading.text[top.end("by") :]
        return
    if match := patterns.SORT.search(reading.text):
        column = match["column"].strip()
        descending = bool(match["direction"] and patterns.REVERSE.search(match["direction"]))
        if column.lower() in {**patterns.ASCENDING, **patterns.DESCENDING}:
            column, descending = _superlative(column)
        reading.order = Order(match[0].strip(" ,"), column, descending)
    elif (match := patterns.RANGE_SORT.search(reading.text)) or (match := patterns.FIRST.search(reading.text)):
        column, descending = _superlative(match["word"])
        named = (match.groupdict().get("column") or "").strip()
        reading.order = Order(match[0].strip(" ,"), named or column, descending)
    elif match := patterns.ALPHABET.search(reading.text):
        reading.order = Order(match[0].strip(" ,"), match["column"] or "name")
    if match:
        reading.text = _cut(reading.text, match)


def _superlative(word: str) -> tuple[str, bool]:
    key = re.sub(r"[\s-]+", " ", word.lower())
    return (patterns.ASCENDING[key], False) if key in patterns.ASCENDING else (patterns.DESCENDING[key], True)


def _counted_noun(subject: str, *, limited: bool) -> tuple[int | None, str, tuple[str, ...]]:
    """Read "2 funds" as a number of rows and their noun; a number that may belong to the noun is not understood.

    Parameters
    ----------
    subject : str
        The words for what the rows are.
    limited : bool
        Whether a number can't be that of the rows: another one is said, or it is asked for.

    Returns
    -------
    tuple of (int or None, str, tuple of str)
        The number of rows, the words without it, and what is not understood: "5 star hotels" are not five hotels.
    """
    numbered = patterns.NUMBERED.match(subject)
    if numbered is None:
        return None, subject, ()
    count, noun = _number(numbered["n"]), numbered["noun"]
    if limited or not (patterns.PLURAL.fullmatch(noun) or (count == 1 and noun.isalpha())):
        return None, subject, (subject,)
    return count, noun, ()


def _number(word: str) -> int:
    return int(word) if word.isdigit() else patterns.WORDS[word.lower()]


def _take_limit(reading: _Reading) -> None:
    if match := patterns.LIMIT.search(reading.text):
        reading.limit = _number(match["n"] or match["m"])
        rest = reading.text[match.end() :]
        rest = patterns.LIMIT_NOUN.sub("", rest) if match["m"] else rest
        reading.text = (reading.text[: match.start()] + rest).strip(" ,")
    elif match := patterns.COUNTED.match(reading.text):
        column, descending = _superlative(match["word"])
        reading.limit = _number(match["n"])
        reading.order = reading.order or Order(match["word"], column, descending)
        reading.text = reading.text[match.end() :]
    elif match := patterns.SOME.match(reading.text):  # "show me 3 laptops"
        reading.limit = _number(match["n"])
        reading.text = reading.text[match.end() :]
    text = reading.text
    if reading.order is None and (match := patterns.SUPER_SUBJECT.match(re.sub(r"^(?:me|only)\s+", "", text))):
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
        (patterns.DAYS, "between"),
        (patterns.STOCK_COUNT, None),
        (patterns.BETWEEN, "between"),
        (patterns.OR_MORE, None),
        (patterns.COMPARE, None),
        (patterns.DATES, None),
        (patterns.NO_STOCK, "is not"),
        (patterns.STOCK, "is"),
        (patterns.WITH_IN, "contains"),
        (patterns.CONTAINS, None),
        (patterns.TAGGED, "is"),
        (patterns.EQUALS, None),
        (patterns.BY_WHOM, None),
    ]
    for pattern, op in ops:
        while match := pattern.search(reading.text):
            constraint = _constraint(pattern, match, op)
            reading.constraints.append(constraint)
            groups = match.groupdict()
            # A word behind an amount of money is no unit of it: "under $900 cheapest first".
            money = groups.get("low") and re.search(r"[$£€¥₹]", groups["low"])
            reading.text = _cut(reading.text, match, match.start("unit") if money and "unit" in groups else match.end())


def _constraint(pattern: re.Pattern[str], match: re.Match[str], op: Comparison | None) -> Constraint:
    words = match[0].strip(" ,")
    if pattern in (patterns.STOCK, patterns.NO_STOCK):
        return Constraint(words, "in stock", op or "is", "in stock")
    groups = match.groupdict()
    if pattern is patterns.STOCK_COUNT:
        return Constraint(words, "in stock", _comparison(" ".join(groups["op"].lower().split())), groups["low"])
    column = _column_words(groups.get("column") or "")
    if pattern is patterns.TAGGED:
        return Constraint(words, "tags", "is", groups["value"])
    if pattern is patterns.BY_WHOM:
        hint = {"by": "author", "written by": "author", "made by": "brand"}.get(
            " ".join(groups["how"].lower().split()), ""
        )
        return Constraint(words, hint, "is", groups["value"])
    if pattern is patterns.WITH_IN:
        return Constraint(words, column, "contains", groups["value"])
    said = " ".join((groups.get("op") or "").lower().split())
    if pattern is patterns.CONTAINS:
        lacks = said in ("not containing", "without")
        return Constraint(
            words,
            column or ("name" if said in ("named", "called") else ""),
            "lacks" if lacks else "contains",
            groups["value"],
        )
    if pattern is patterns.EQUALS:
        return Constraint(words, column, "is not" if said in ("is not", "isn't", "!=") else "is", groups["value"])
    if pattern is patterns.DAYS:
        return Constraint(words, "date", "between", groups["low"], groups["high"])
    if pattern is patterns.DATES:
        comparison: Comparison = (
            "<" if said == "before" else "<=" if said == "until" else ">=" if said == "since" else ">"
        )
        return Constraint(words, "date", comparison, groups["low"])
    unit = "" if re.search(r"[$£€¥₹]", groups["low"]) else (groups.get("unit") or "").strip()
    column = column or _column_words(groups.get("measure") or "") or _column_of_unit(unit, groups["low"], words)
    if than := patterns.COMPARATIVES.get(said.removesuffix(" than")):
        named, more = than
        return Constraint(words, named, ">" if more else "<", groups["low"].strip())
    if op == "between":
        return Constraint(words, column, "between", groups["low"].strip(), groups["high"].strip())
    return Constraint(words, column, _comparison(said), groups["low"].strip())


def _comparison(said: str) -> Comparison:
    if re.fullmatch(rf"{patterns.LESS}|<", said, re.I):
        return "<"
    if re.fullmatch(rf"{patterns.MOST}", said, re.I) or re.search(r"less|cheaper|below|lower|fewer|under$", said):
        return "<="
    return ">" if re.fullmatch(rf"{patterns.MORE}|>", said, re.I) else ">="


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
    """Return the column that "4 stars", "$900", "100 reviews" are about; empty if only the page can tell."""
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
    text = patterns.AFTER_COMMA.sub(lambda match: " on " if match["bare"] else " ", text.strip(" ,"))
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
    # "name and the number of employees": of two values, the second is not a number of each of the employees.
    beside = r"(?<!\bnumber)" if re.search(r",|\sand\s", text) else ""
    of = re.match(
        rf"^(?:the\s+)?(?P<wishes>[\w ,/-]+?){beside}\s+(?:of|for)\s+(?P<subject>(?:all|every|each|the|this|that"
        r"|both)\s+.+|\ue000.+|[A-Z].+|[a-z-]+s(?:\s.*|,.*)?)$",
        text,
    ) or (question and patterns.OF_NUMBERED.match(text))
    if of and not (re.search(r"[^s]s$", of["wishes"]) and patterns.WANT.search(of["subject"])):
        subject = patterns.GENERIC_ALL.sub("", of["subject"])
        head, *rest = re.split(r"\s*,\s*", subject)
        plural = everything or re.search(r"[^s]s$", head.lower()) is not None
        return (
            head,
            _wish_list(of["wishes"] + ("," + wish_text if wish_text else "")),
            not plural,
            tuple(part for part in rest if part),
        )
    wishes: tuple[str, ...] = _wish_list(wish_text)
    if want := patterns.WANT.search(text):
        wishes += _wish_list(want["wishes"] or want["bare"])
        text = text[: want.start()]
    body = patterns.GENERIC_ALL.sub("", text.strip(" ,"))
    parts = [part.strip() for part in re.split(r"\s*,\s*(?:and\s+)?|\s+and\s+", body) if part.strip()]
    if len(parts) > 1 and not wishes:
        # "last name, first name, email": a list of columns and no subject.
        return "", tuple(_wish_list(body)), question, ()
    subject = parts[0] if parts else ""
    if extra := patterns.BESIDES.search(subject):
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
