"""The reasons for which a value is missing, or records as a whole are: the only tables of their codes."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class _Code(StrEnum):
    """A stable short code. `explanation` is one line for people."""

    explanation: str

    def __new__(cls, code: str, explanation: str) -> Self:
        """Make a member of its code and its explanation."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.explanation = explanation
        return member


class Reason(_Code):
    """The reason why a value is missing, or is not quite as its cell says.

    >>> Reason.RANGE, Reason.RANGE.explanation
    (<Reason.RANGE: 'range'>, 'the text is a range, not one value')
    """

    NO_FIELD = "no-field", "the page has no field for the column"
    SEVERAL_FIELDS = "several-fields", "several fields of the page are equally good for the column"
    NOT_ONE_FIELD = "not-one-field", "the column asks for nested values that are no list of records"
    ABSENT = "absent", "the record has no such element"
    BLANK = "blank", "the cell is empty, or says that there is none"
    TOO_LONG = "too-long", "the text is too long for a value of this type"
    NOT_THIS_TYPE = "not-this-type", "the text says no value of this type"

    AMBIGUOUS_LIST = "ambiguous-list", "nothing proves whether the comma parts two items or two parts of a name"

    # numbers
    SEVERAL_NUMBERS = "several-numbers", "the text has several numbers"
    RANGE = "range", "the text is a range, not one value"
    NOT_A_RANGE = "not-a-range", "the text is no range, or its first end is above the second"
    BOUND = "bound", "the text gives a limit (more than, up to), not a value"
    AMBIGUOUS_MARK = "ambiguous-mark", "nothing proves whether the mark is a decimal or a thousands' mark"
    AMBIGUOUS_SIGN = "ambiguous-sign", "nothing proves whether the sign is a minus"
    AMBIGUOUS_MAGNITUDE = "ambiguous-magnitude", "the word after the number means different magnitudes"
    AMBIGUOUS_FRACTION = "ambiguous-fraction", "the text is a fraction or a rating (4/5)"
    WORDS_AROUND = "words-around", "the words before the number may change its meaning"
    NOT_WHOLE = "not-whole", "the number is not a whole number"
    MIXED_UNITS = "mixed-units", "the column mixes units or currencies, which a plain number can't carry"
    NO_PERCENT_SIGN = "no-percent-sign", "nothing says that the number is a percentage"
    NOT_DISPLAYED = "not-displayed", "only the page's data for machines say it, and the page does not display it"
    EXACT_DIFFERS = "exact-differs", "the element's machine-readable value differs from what it displays"

    # dates
    AMBIGUOUS_DAY_MONTH = "ambiguous-day-month", "nothing proves which number is the day and which the month"
    AMBIGUOUS_CENTURY = "ambiguous-century", "the year has two digits and may be of either century"
    NOT_A_WHOLE_DATE = "not-a-whole-date", "the text lacks a day, a month or a year"
    NO_TIME = "no-time", "the text has a date without a time"
    UNKNOWN_ZONE = "unknown-zone", "the time zone is named by letters that several zones share"
    RELATIVE_DATE = "relative-date", "the date is relative to a day that the page does not say, or is rounded"
    OTHER_CALENDAR = "other-calendar", "the date is of a calendar that is not converted"
    SEVERAL_DATES = "several-dates", "the text has several dates"

    # words
    NOT_ENTAILED = "not-entailed", "the text entails none of the choices"
    SEVERAL_CHOICES = "several-choices", "the text entails several of the choices"


class Problem(_Code):
    """The reason why an extraction has no records."""

    NO_SOURCE = "no-source", "no list or record of the page has enough of the columns"
    NO_SUCH_TABLE = "no-such-table", "the page has no table of that number"
    SEVERAL_SOURCES = "several-sources", "several lists of the page are equally good"
    SEVERAL_ROWS = "several-rows", "one record was asked for, and the list has several"
    HTTP_ERROR = "http-error", "the page came with an error status"
    ERROR_PAGE = "error-page", "the page says that it was not found, or that something failed"
    EMPTY_PAGE = "empty-page", "the page displays nothing"
    LOGIN_PAGE = "login-page", "the page asks for a login"
    PICTURE_PAGE = "picture-page", "the page shows its content as a picture"
