"""Numbers as pages write them: from a text to its possible values, and to the words, signs and units around them.

Nothing is decided here. `1.234` has two values, each under the condition that its dot is a decimal mark or not;
`columns` decides which condition holds. A text that is no single number gives the reason.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from webrun_nb.extraction.reasons import Reason
from webrun_nb.extraction.values.currencies import currency_after, currency_before
from webrun_nb.extraction.values.locale import LETTERS, SPACES, magnitude, plain, region_of, unit, unit_in
from webrun_nb.extraction.values.numerals import NUMERAL, Digits, read_digits
from webrun_nb.extraction.values.vocabulary import (
    about_words,
    bound_words,
    harmless_words,
    is_blank,
    opens_range,
    out_of_words,
    range_words,
    spelled_number,
)

MOST_CHARACTERS = 200
"""Longer texts are no values."""
MINOR = "¢"
"""The unit of amounts in the hundredth part of a currency."""
_NO_CENTS = re.compile(r"[.,:]\s?[-–—]{1,2}(?!\d)")
"""Marks that stand for no cents, after a number: `12.-`, `5,--`, `7:-`."""
_ONLY_CENTS = re.compile(r"(?<![\d.,–—-])(?:[–—]|--)\s?(?P<mark>[.,])(?P<cents>\d\d)(?!\d)")
"""Cents without a whole part: `–,50`."""
_SCIENTIFIC = re.compile(
    r"(?P<sign>-?)(?P<number>\d{1,20}(?:[.,]\d{1,20})?)\s?(?:[eE]|[×x·*]\s?10\^?)(?P<power>[-+⁺]?\d{1,2}|[-⁺]?[⁰¹²³⁴-⁹]{1,2})"
)
"""A number with a power of ten: `1.2e-5`, `1.2 × 10⁶`."""
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺", "0123456789+")
_REFERENCE = re.compile(r"(?<=\S)\s?\[[\w ]{1,3}\]$")
"""The mark of a footnote behind a value: `845[1]`."""
_ORDINAL = re.compile(r"(?:st|nd|rd|th|ST|ND|RD|TH|er|re|ème|e|r|º|ª|°|\.)(?![^\W\d_])")
_WORD = re.compile(
    rf"万亿|万億|[\u3400-\u9fff]|[만억조천](?=\s?[원명개]|\s|$)|{LETTERS}+(?:['’.&/]{LETTERS}+)*\.?|[^\w\s]"
)
"""A word after a number; a Chinese character is a word of its own."""
_WRITTEN_WITHOUT_SPACES = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]")
_MIXED = re.compile(r"(?P<whole>\d{1,6})\s+(?P<top>\d{1,2})\s?[/⁄]\s?(?P<bottom>2|4|5|8|16|32|64)(?![\d/])")
"""A number with a fraction: `1 1/2`."""
_MINOR_UNITS = frozenset({"¢", "p", "c", "ct", "cts", "cent", "cents", "pence", "centimes", "centavos", "céntimos"})
"""Words for the hundredth part of a currency, right after a number."""
_HALVES = frozenset({"half", "halb", "demi", "medio", "mezzo", "meio", "halv", "pół", "половиной"})
_FRACTIONS = {
    "½": "0.5", "¼": "0.25", "¾": "0.75", "⅛": "0.125", "⅜": "0.375", "⅝": "0.625", "⅞": "0.875",
    "⅕": "0.2", "⅖": "0.4", "⅗": "0.6", "⅘": "0.8", "⅒": "0.1",
}  # fmt: skip
_RAISED_OR_FRACTION = re.compile(rf"\s?[⁰¹²³⁴-⁹{''.join(_FRACTIONS)}]")
_ONE_WITH_BRACKETS = re.compile(r"(?P<head>[^()\d]{0,20}\d[\d.,'’\u00a0\u202f]{0,30}[^()\d]{0,12}?)\s?\([^()]{1,60}\)")
_RAISED_MARK = re.compile(r"[¹²³⁴-⁹](?![⁰¹²³⁴-⁹])")
"""What is a footnote mark behind a number of several digits."""
_ALSO_WORDS = frozenset({"in", "a", "at", "are", "bar", "d", "h", "m", "point", "points", "t", "c", "cup", "dot"})
"""Units that are also words, and are units only at the end of a text: `12 in stock`."""
_SI_UNITS = frozenset({"km", "mm", "cm", "kg", "mg", "ml", "kW", "MW", "GB", "MB", "TB", "min", "sec", "hr"})
"""Units that no language takes for a magnitude, whatever its abbreviations are."""
_USUAL = re.compile(r"(?P<sign>-?)(?P<currency>[$€£₹₽₩]?)(?P<numeral>\d+(?:[.,]\d+)*)")
"""A numeral with a sign and a currency at most: most cells of most tables are so, and need no further look."""
_STARS = re.compile(r"(?P<full>[★⭐✭🌟]{1,10})(?P<rest>[☆✩✰]{0,10})")


@dataclass(frozen=True, slots=True)
class NumberText:
    """A text with one number."""

    digits: tuple[Digits, ...]
    """Its possible values, at most two."""
    is_negative: bool = False
    is_bracketed: bool = False
    """Whether brackets make it negative; a count may stand in brackets, too (`(128)`)."""
    scale: int = 1
    """The magnitude that a word after it names."""
    currency: str = ""
    """The currency as it is written (see `currencies`)."""
    unit: str = ""
    """The unit in its short English form, `%` and `‰` included."""
    is_about: bool = False
    bound: str = ""
    """`low` for `from 5`, `high` for `up to 5`, `over`/`under` where the limit itself is excluded."""
    before: str = ""
    """Words before it that are not known to be harmless."""
    after: str = ""
    """Words after it that are none of the above."""
    low: tuple[Digits, ...] = ()
    """Of a range: the possible values of its low end, while `digits` are those of its high end."""
    is_low_negative: bool = False
    """The sign of the low end; `is_negative` is that of the high one."""
    out_of: Digits | None = None
    """Of `4 out of 5` and `4/5`: the number behind."""
    is_slash: bool = False
    """Whether `out_of` stands behind a slash."""

    def value(self, digits: Digits) -> Decimal:
        """Return a value with its sign and its magnitude."""
        number = digits.value * self.scale if self.scale != 1 else digits.value
        return -number if self.is_negative else number


# --- texts --------------------------------------------------------------------------------------------------


@lru_cache(20_000)
def read_number(text: str, language: str = "") -> NumberText | Reason:
    """Return the number that a text says, or the reason why it says no single one.

    >>> found = read_number("ca. 1,2 Mio. €", "de")
    >>> found.digits[0].value, found.scale, found.currency, found.is_about
    (Decimal('1.2'), 1000000, '€', True)
    >>> read_number("PX-201"), read_number("10 × 15 cm")
    (<Reason.NOT_THIS_TYPE: 'not-this-type'>, <Reason.SEVERAL_NUMBERS: 'several-numbers'>)

    Parameters
    ----------
    text : str
        The displayed text of a cell.
    language : str
        The page's language tag, for magnitudes, units and other words.
    """
    if len(text) > MOST_CHARACTERS:
        return Reason.TOO_LONG
    line = plain(text).strip(SPACES + "\t\n")
    if usual := _USUAL.fullmatch(line):
        digits = read_digits(usual["numeral"])
        return (
            NumberText(digits, is_negative=bool(usual["sign"]), currency=usual["currency"])
            if digits
            else Reason.NOT_THIS_TYPE
        )
    if is_blank(line):
        return Reason.BLANK
    if scientific := _SCIENTIFIC.fullmatch(line):
        value = Decimal(scientific["number"].replace(",", ".")).scaleb(int(scientific["power"].translate(_RAISED)))
        return NumberText((Digits(value),), is_negative=bool(scientific["sign"]))
    if stars := _STARS.fullmatch(line.replace(" ", "")):
        full, rest = len(stars["full"]), len(stars["rest"])
        if full + rest == 1:
            return Reason.NOT_THIS_TYPE  # an ornament, or one star
        return NumberText((Digits(Decimal(full)),), out_of=Digits(Decimal(full + rest)) if rest else None)
    line = _REFERENCE.sub("", line)
    if cents := _ONLY_CENTS.search(line):
        if cents["mark"] == "." and region_of(language) not in ("CH", "LI") and "CHF" not in line:
            return Reason.AMBIGUOUS_SIGN  # "–.50" is 0.50 in Switzerland and -0.50 elsewhere
        line = f"{line[: cents.start()]}0{cents['mark']}{cents['cents']}{line[cents.end() :]}"
    if mixed := _MIXED.search(line):
        part = Decimal(mixed["top"]) / Decimal(mixed["bottom"])
        if part < 1:
            line = f"{line[: mixed.start()]}{int(mixed['whole']) + part:f}{line[mixed.end() :]}"
    found = [match for match in NUMERAL.finditer(line) if not _is_part_of_a_word(line, match, language)]
    if len(found) > 2 and (bracketed := _ONE_WITH_BRACKETS.fullmatch(line)):
        line = bracketed["head"]  # "126,949 (31 December 2022)"
        found = [match for match in found if match.end() <= len(line)]
    match found:
        case []:
            return _without_figures(line, language)
        case [one]:
            return _one(line, one, language)
        case [first, second]:
            return _two(line, first, second, language)
        case [first, second, third]:
            return _rating_of_many(line, first, second, third, language)
    return Reason.SEVERAL_NUMBERS


def is_stars(text: str) -> bool:
    """Tell whether a text is a row of stars: a rating that is rounded to what is drawn.

    >>> is_stars("★★★★☆"), is_stars("★ 4.5")
    (True, False)
    """
    return len(text) <= MOST_CHARACTERS and bool(_STARS.fullmatch("".join(text.split())))


def _is_part_of_a_word(line: str, numeral: re.Match[str], language: str) -> bool:
    """Return whether a numeral belongs to a name (`M20`, `PX-201`, `1st Bank 3com`) and is no number of its own."""
    before, after = line[: numeral.start()], line[numeral.end() :]
    if before and (before[-1].isalpha() or before[-1] == "_" or re.search(r"\w-$", before)):
        if _WRITTEN_WITHOUT_SPACES.match(before[-1]):
            return False
        joined = re.search(r"[^\W\d_]+[.']?-?$", before)
        if re.search(r"\d-$", before):
            return False
        return joined is None or not currency_before(joined[0].rstrip("-"), language)[0]
    if after[:1] == "-" and after[1:2].isalpha() and not currency_after(after[1:], language)[0]:
        return True
    if after[:1].isalpha() or after[:1] == "_":
        if _WRITTEN_WITHOUT_SPACES.match(after):
            return False
        word = _WORD.match(after)
        ending = word[0] if word else after[:1]
        if after[len(ending) : len(ending) + 1].isdecimal():
            return True
        known = _ORDINAL.match(after) or magnitude(ending, language)[1] or unit(ending, language)
        is_cents_or_millions = ending in _MINOR_UNITS or (ending in "mb" and bool(before))
        return not (known or is_cents_or_millions or currency_after(ending, language)[0])
    return False


def _without_figures(line: str, language: str) -> NumberText | Reason:
    """Read numbers that are written as a word (`One person`) or as a fraction of one character."""
    parts = line.split()
    if len(parts) >= 1 and parts[0] in _FRACTIONS:
        return NumberText((Digits(Decimal(_FRACTIONS[parts[0]])),), after=" ".join(parts[1:]))
    number = spelled_number(parts[0], language) if parts else None
    if number is not None and len(parts) <= 8:
        return NumberText((Digits(Decimal(number)),), after=" ".join(parts[1:]))
    return Reason.NOT_THIS_TYPE


def _one(line: str, numeral: re.Match[str], language: str) -> NumberText | Reason:
    before, after = line[: numeral.start()], line[numeral.end() :]
    digits = read_digits(numeral[0])
    if not digits:
        return Reason.NOT_THIS_TYPE
    if no_cents := _NO_CENTS.match(after):
        mark = no_cents[0][0]
        fitting = [one for one in digits if not one.decimal and one.group != mark]
        digits = tuple(one._replace(decimal=mark if mark != ":" else ",") for one in fitting)
        after = after[no_cents.end() :]
    elif (part := after.lstrip(SPACES))[:1] in _FRACTIONS and len(digits) == 1 and not digits[0].decimal:
        digits = (Digits(digits[0].value + Decimal(_FRACTIONS[part[0]])),)
        after = part[1:]
    if _RAISED_OR_FRACTION.match(after) and not (len(numeral[0]) > 2 and _RAISED_MARK.match(after)):
        return Reason.SEVERAL_NUMBERS  # a power, or cents
    if not digits:
        return Reason.NOT_THIS_TYPE
    return _around(NumberText(digits), before, after, language)


def _around(number: NumberText, before: str, after: str, language: str) -> NumberText | Reason:
    """Add to a number the signs, units and words before and after it."""
    before, after = before.strip(SPACES), after.rstrip(SPACES)
    negative = number.is_negative
    if before.count("(") > before.count(")"):
        head, _, inner = before.rpartition("(")
        within, closed, tail = after.partition(")")
        if not closed:
            return Reason.AMBIGUOUS_SIGN
        if head.strip(SPACES) and not currency_before(head.strip(SPACES), language)[0]:
            return Reason.WORDS_AROUND  # a number in brackets behind words says something else than the cell
        negative, before, after = True, f"{head} {inner}".strip(SPACES), f"{within} {tail}".strip(SPACES)
        number = replace(number, is_negative=True, is_bracketed=True)
        bare = _words_around(number, before, after, language)
        return bare if isinstance(bare, Reason) or not bare.after else Reason.WORDS_AROUND
    if after.startswith("-") and (len(after) == 1 or currency_after(after[1:].strip(), language)[0]):
        negative, after = True, after[1:]
    sign, before = _taken_sign(before, language)
    if sign == "?" or after.strip(SPACES) in _LOOSE_DASHES:
        return Reason.AMBIGUOUS_SIGN
    negative = negative or sign == "-"
    signed = number if negative == number.is_negative else replace(number, is_negative=negative)
    return _words_around(signed, before, after, language)


_LOOSE_DASHES = frozenset({"-", "–", "—"})
"""After a number, a minus or a separator."""
_SIGN_BEFORE = re.compile(r"(?P<rest>.*?)(?P<sign>[-+–—±▲▼△▽↑↓]+)(?P<space>\s*)(?P<symbol>[^\d\s]{0,4}\s?)", re.DOTALL)


def _taken_sign(before: str, language: str) -> tuple[str, str]:
    """Return the sign at the end of the text before a number (`?` if it is doubtful), and the text without it.

    A currency may stand between sign and number. A dash behind words separates and is no sign.
    """
    if not before or not (set(before) & set("-+–—±▲▼△▽↑↓")):
        return "", before
    found = _SIGN_BEFORE.fullmatch(before)
    if found is None:
        return "", before
    symbol = found["symbol"].strip()
    if symbol and symbol != "%" and not currency_before(symbol, language)[0]:
        return "", before
    rest = found["rest"].rstrip()
    if found["sign"] == "+":
        return "", f"{rest} {symbol}".strip()
    if rest and not currency_before(rest, language)[0]:
        # "Change: -5" and "Balance -5" have a sign, "Price – 5" and "Price - 5" a separator
        if found["sign"] == "-" and not found["space"]:
            return "-", f"{rest} {symbol}".strip()
        return "", f"{rest} {symbol}".strip()
    if found["sign"] == "-" or (found["sign"] == "–" and not found["space"]):
        return "-", f"{rest} {symbol}".strip()
    return "?", before


_PERCENT_WORDS = frozenset({"percent", "prozent", "pct", "procent", "prosent", "percento", "procentów", "процентов"})


def _words_around(number: NumberText, before: str, after: str, language: str) -> NumberText | Reason:
    """Add to a number its currency, magnitude and unit, and sort the words around it."""
    currency, before = currency_before(before, language)
    if before.endswith("%"):  # Turkish and Basque
        number, before = replace(number, unit="%"), before[:-1].rstrip()
    scale, unit_name = number.scale, number.unit
    is_attached = bool(after) and not after[0].isspace()
    after = after.strip(SPACES)
    after = _ORDINAL.sub("", after, 1).strip() if _ORDINAL.match(after) and not after.startswith(".") else after
    for _ in range(3):
        if not after:
            break
        if after[0] in '"″”' and '"' not in before and not unit_name:
            unit_name, after = unit("in", "en"), after[1:].strip()
            continue
        if after[0] in "%‰":
            unit_name, after = after[0], after[1:].strip()
            continue
        if not currency and (found := currency_after(after, language))[0]:
            currency, after = found
            continue
        word = _WORD.match(after)
        if word is None:
            break
        rest = after[word.end() :].strip()
        if scale == 1 and not unit_name:
            factor, is_magnitude = magnitude(word[0], language)
            is_unit = unit_in(word[0], language)
            words = after.split()
            for length in range(min(len(words), 3), 1, -1):  # "mil millones", "milers de milions"
                of_several, is_known = magnitude(" ".join(words[:length]), language)
                if is_known:
                    factor, is_magnitude, rest = of_several, True, " ".join(words[length:])
                    is_unit = False
                    break
            if is_magnitude and is_unit and not currency:
                if word[0] in _SI_UNITS or word[0].casefold().rstrip(".") in _SI_UNITS:
                    is_magnitude = False
                elif not (is_attached and word[0] in "KkMBT"):
                    factor = None  # "5 K" may be kelvin, "5 tn" tons
            elif word[0] in ("m", "b") and is_attached and currency:
                factor, is_magnitude = (10**6 if word[0] == "m" else 10**9), True  # "£5m"
            if is_magnitude:
                if factor is None:
                    return Reason.AMBIGUOUS_MAGNITUDE
                scale, after = factor, rest
                following = _WORD.match(after)
                if following is not None and len(following[0]) > 1 and magnitude(following[0], language)[1]:
                    return Reason.AMBIGUOUS_MAGNITUDE  # "5 hundred thousand"
                continue
        minor = word[0].rstrip(".")
        if (
            (minor if len(minor) < 3 else minor.casefold()) in _MINOR_UNITS
            and not unit_name
            and not currency
            and scale == 1
        ):
            unit_name, after = MINOR, rest
            continue
        if word_is_percent(word[0]):
            unit_name, after = "%", rest
            continue
        measured, length = _unit_at(after, language) if not unit_name else ("", 0)
        if measured:
            unit_name, after = measured, after[length:].strip()
            continue
        break
    if not currency and any(currency_after(word, language)[0] for word in after.split()[:3]):
        return Reason.AMBIGUOUS_MAGNITUDE  # "450 Xyz. €": the word before the currency may be one
    if _HALVES.intersection(after.casefold().split()[:3]):
        return Reason.WORDS_AROUND
    bound, about, before = _known_words(before, language)
    if after[:1] == "+" or bound_words(language).get(after.casefold().strip(" .")):
        bound = "low" if after[:1] == "+" else bound_words(language)[after.casefold().strip(" .")]
        after = after[1:].strip() if after[:1] == "+" else ""
    return replace(
        number, scale=scale, unit=unit_name, currency=currency, bound=bound, is_about=about,
        before=before, after=after,
    )  # fmt: skip


def word_is_percent(word: str) -> bool:
    """Return whether a word means percent."""
    return word.casefold().rstrip(".") in _PERCENT_WORDS


def _unit_at(text: str, language: str) -> tuple[str, int]:
    """Return the unit that a text begins with, of at most three words, and its length."""
    ends = [match.end() for match in re.finditer(r"\S+", text)][:3]
    for end in reversed(ends):
        if end > 30 or (text[:end].casefold() in _ALSO_WORDS and text[end : end + 2].strip()[:1].isalpha()):
            continue
        for word in (text[:end].rstrip(",;)"), text[:end].rstrip(".,;)")):
            if found := unit(word, language):
                return found, end
    return "", 0


def _known_words(before: str, language: str) -> tuple[str, bool, str]:
    """Take the words for limits and estimates off the text before a number."""
    bound, about = "", False
    words = before.replace("≈", " ≈ ").replace("~", " ~ ").replace("≥", " ≥ ").replace("≤", " ≤ ").split()
    while words:
        last = words[-1].casefold().strip(".,")
        pair = f"{words[-2].casefold()} {last}" if len(words) > 1 else ""
        bounds = bound_words(language)
        if (pair and pair in bounds) or last in bounds:
            bound = bounds[pair if pair and pair in bounds else last]
            del words[-2 if pair and pair in bounds else -1 :]
        elif last in about_words(language):
            about = True
            words.pop()
        elif not words[-1].strip(".,;:|·•*#★☆⭐✭✩"):
            words.pop()
        elif words[-1].endswith(":"):
            words.clear()  # a label: "Weight: 5 kg"
        elif last in harmless_words(language):
            words.pop()
        else:
            break
    return bound, about, " ".join(words)


# --- two numbers --------------------------------------------------------------------------------------------

_BEST_FIRST = frozenset({"つ星のうち", "個の星のうち", "개 중", "점 만점에"})
"""Words between the best rating and the rating, in this order."""
_DASH = re.compile(r"[-–—~〜∼‒]|\.\.\.?|…")


def _two(line: str, first: re.Match[str], second: re.Match[str], language: str) -> NumberText | Reason:
    """Read a text with two numerals: a range, `4 out of 5`, a mixed fraction, or a number with another in brackets."""
    between = line[first.end() : second.start()].strip(SPACES)
    before, after = line[: first.start()], line[second.end() :]
    if between.startswith("(") and ")" in after and not before.count("("):
        inside = after.partition(")")
        return _one(f"{line[: first.end()]} {inside[2]}", first, language)
    if "(" in between and ")" in after:
        head, _, _ = between.partition("(")
        return _one(line[: first.end()] + " " + head, first, language)
    low, high = read_digits(first[0]), read_digits(second[0])
    if not low or not high:
        return Reason.NOT_THIS_TYPE
    words = between.casefold().strip(" .")
    if words == "/" or words in out_of_words(language):
        number = _around(NumberText(low, out_of=high[0], is_slash=words == "/"), before, "", language)
        return number if isinstance(number, Reason) else replace(number, after=after.strip())
    if words in _BEST_FIRST:
        number = _around(NumberText(high), "", after, language)
        return number if isinstance(number, Reason) else replace(number, out_of=low[0])
    core, currency, unit_name, factor = _range_core(between, language)
    is_negative = len(core) > 1 and core.endswith(" -")
    core = core.removesuffix(" -")
    if core and (_DASH.fullmatch(core) or core.casefold().strip(" .") in range_words(language)):
        number = _around(NumberText(high, low=low), _without_range_word(before, language), after, language)
        if isinstance(number, Reason):
            return number
        if (currency and number.currency and currency != number.currency) or (
            unit_name and number.unit and unit_name != number.unit
        ):
            return Reason.MIXED_UNITS
        if factor != number.scale and (factor != 1 or currency):
            return Reason.AMBIGUOUS_MAGNITUDE  # "€5 to €10k"
        number = replace(number, is_negative=is_negative, is_low_negative=number.is_negative)
        return replace(number, currency=number.currency or currency, unit=number.unit or unit_name)
    return Reason.SEVERAL_NUMBERS


def _rating_of_many(
    line: str, first: re.Match[str], second: re.Match[str], third: re.Match[str], language: str
) -> NumberText | Reason:
    """Read `4.5/5 (120)` and `4.5 out of 5 based on 120 ratings`: a rating and the number of those who gave it."""
    number = _two(line[: third.start()], first, second, language)
    if isinstance(number, Reason) or number.out_of is None or not (number.after or line[third.start() - 1] == "("):
        return Reason.SEVERAL_NUMBERS
    if number.after.startswith("/"):
        return Reason.SEVERAL_NUMBERS  # "2/5/2019" is a date
    return replace(number, after=number.after.strip("( ") or "")


def _range_core(between: str, language: str) -> tuple[str, str, str, int]:
    """Return the sign or word between the ends of a range, and the currency, unit and magnitude beside it."""
    currency, unit_name, factor = "", "", 1
    found, rest = currency_after(between, language)
    if found:
        currency, between = found, rest
    found, rest = currency_before(between, language)
    if found and rest:
        currency, between = found, rest
    parts = between.split()
    if len(parts) == 2:
        word = parts[0]
        scale, is_magnitude = magnitude(word, language)
        if is_magnitude and scale:
            return parts[1], currency, unit_name, scale
        if word in "%‰":
            return parts[1], currency, word, factor
        if measured := unit(word, language):
            return parts[1], currency, measured, factor
    elif len(parts) == 1 and len(between) > 1 and _DASH.fullmatch(between[-1]):
        scale, is_magnitude = magnitude(between[:-1], language)
        if is_magnitude and scale:
            return between[-1], currency, unit_name, scale
        measured = between[:-1] if between[:-1] in ("%", "‰") else unit(between[:-1], language)
        if measured:
            return between[-1], currency, measured, factor
    return between.strip(SPACES), currency, unit_name, factor


def _without_range_word(before: str, language: str) -> str:
    """Take off the word that opens a range: `from 5 to 10`, `de 5 à 10`, `zwischen 5 und 10`."""
    words = before.split()
    if words and opens_range(words[-1]):
        words.pop()
    return " ".join(words)
