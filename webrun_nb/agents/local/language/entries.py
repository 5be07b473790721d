"""Sentences on the entries of a page's lists: adding, removing, renaming, changing and filtering them. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from webrun_nb.agents.local.language.intents import (
    AddEntry,
    ChangeEntry,
    Choose,
    Constraint,
    Either,
    Extract,
    Fill,
    FillForm,
    FilterEntries,
    Intent,
    MostCommon,
    RemoveEntries,
    RenameEntry,
    Result,
    RunText,
    SaveEntry,
    SetChecked,
    Target,
    Tell,
    TellStates,
    Unclear,
)
from webrun_nb.agents.local.language.listing import parse_extraction
from webrun_nb.agents.local.language.split import Held, unquote

Make = Callable[[str, "re.Match[str]", Held], "Intent | None"]

_ADDS = r"(?:add|create|make|insert|record|register|enter|set\s+up)"
_DET = r"(?:the|an?|another|one|my|our|this)"
_NUMBER = r"(?:\d{1,2}|two|three|four|five|six|seven|eight|nine|ten|some|these|the\s+following)"
_NAMED = (
    r"(?:called|named|titled|entitled|that\s+says|saying|that\s+reads|reading|with\s+(?:the\s+)?(?:name|title|text))"
)
_LISTS = r"(?:lists?|to-?dos?|tasks?|notes?|items|entries|boards?|columns?|tables?|agenda|backlog|collection)"
_REMOVES = r"(?:delete|remove|erase|discard|trash|get\s+rid\s+of)"
_EVERY = re.compile(
    r"(?:all|every|each|both)(?:\s+of)?(?:\s+(?:the|my))?(?:\s+(?=\S)|$)|everything\b|(?=(?:them|these|those)$)", re.I
)
_CONTROL = re.compile(
    r"\b(?:button|icon|link|key|symbol)\b|\b(?:from|in)\s+(?:the|my)\s+(?:cart|basket|bag|field)", re.I
)
"""Words that name a control of the page, or none of the things that are listed."""
_TEXT_PART = re.compile(r"\b(?:word|letter|text|sentence|paragraph|line|character)s?\b", re.I)
_PLACE = re.compile(r"\s+(?:on|in|from)\s+(?:the|this|my)\s+(?:[\w-]+\s+)?(?:list|table|page)$", re.I)
_IN_LIST = re.compile(
    r"\s+(?:to|into|in|on|of|from)\s+(?:the|this|my)\s+(?:[\w-]+\s+){0,2}(?:lists?|tables?|board|folder|page)$", re.I
)
"""Where an entry is, behind its name: "of the rooms table"."""
_OF_TYPE = re.compile(r"\s+(?:of|with)\s+(?P<detail>(?:the\s+)?(?:type|kind|category|size|colou?r)\s+\S.*)$", re.I)
_FIRST_WORD = re.compile(r"(?:a|an|the|my|our|this|that|new|another)\s+", re.I)
_JOINED = re.compile(r"\s*(?:,\s*(?:and\s+)?|;\s*|\s+and\s+)", re.I)
_COMMAS = re.compile(r"\s*[,;]\s*(?:and\s+)?|\s+and\s+(?=\S+\s+\S)", re.I)
_FOR_DETAIL = re.compile(r"\s+(?=(?:for|of|by|from|with|at|on)\s+\S)", re.I)


_ONE_CHANGE = re.compile(
    r"(?:,?\s*\band\s+|,\s*)?(?:(?:set|change|update)\s+)?(?:the\s+)?(?P<field>[\w -]{2,40}?)\s+to\s+"
    r"(?P<value>.+?)(?=(?:,|\s+and)\s+(?:(?:set|change|update)\s+)?(?:the\s+)?[\w -]{2,40}?\s+to\s|$)",
    re.I,
)
"""One of "set the capacity to 22 and the weekday to Sunday"."""


_THAT = "that"
"""The subject of a question that counts the rows with the value of the sentence before it."""
_THOSE = "those"
"""The subject of a question that counts what the sentence before it lists."""
_DONE = r"(?:done|completed?|finished|ticked(?:\s+off)?|checked(?:\s+off)?|crossed\s+off)"
_OPEN = (
    r"(?:left|remaining|open|active|unfinished|incomplete|undone|unticked|unchecked|to\s+do|to\s+be\s+done|outstanding)"
)
_NOT_YET = r"(?P<not>not\s+(?:yet\s+)?)?"
_STILL = r"(?:(?:still|already|yet|now)\s+)?"
_STATES_ASKED = tuple(
    re.compile(pattern, re.I)
    for pattern in (
        rf"how\s+many\s+(?P<kind>[\w-]+)\s+(?:(?:are|is)\s+)?{_STILL}{_NOT_YET}(?P<state>{_DONE}|{_OPEN})(?:\s+yet)?$",
        rf"(?:which|what)\s+(?P<kind>[\w-]+)\s+(?:are|is)\s+{_STILL}{_NOT_YET}(?P<state>{_DONE}|{_OPEN})(?:\s+yet)?$",
        rf"(?:list|name|show(?:\s+me)?|tell\s+me|give\s+me)\s+(?:all\s+)?(?:the\s+)?(?P<not>(?!))?(?P<state>{_DONE}|{_OPEN})\s+"
        r"(?P<kind>to-?dos?|tasks?|items?|entries|chores?|errands?)$",
    )
)


def details_of(text: str, held: Held) -> tuple[str, ...]:
    """Return the parts of a list of values: "genre History, 312 pages and in stock"."""
    parts = (part.strip(" .") for part in _COMMAS.split(text))
    return tuple(held.restore(part) for part in parts if part)


def _bare(words: str) -> str:
    while match := _FIRST_WORD.match(words):
        words = words[match.end() :]
    return words.strip()


def _add_named(clause: str, match: re.Match[str], held: Held) -> Intent | None:
    """Read "a book called Emma by Jane Austen: 312 pages, genre Novel"."""
    kind, rest = _bare(match["kind"]), match["rest"]
    name, colon, more = rest.partition(":")
    if not colon:
        name, _, more = rest.partition(",")
    name = _IN_LIST.sub("", name)
    details = list(details_of(more, held))
    if typed := _OF_TYPE.search(name):
        name, details = name[: typed.start()], [held.restore(typed["detail"]), *details]
    quoted = re.match(r"\s*(\ue000\d+\ue001)\s*", name)
    if quoted:
        name, after = quoted[1], name[quoted.end() :].strip()
        details[:0] = [held.restore(after)] if after else []
    elif by := re.search(r"\s+(?=(?:by|with)\s+\S)", name):
        details[:0] = [held.restore(name[by.end() :])]
        name = name[: by.start()]
    return AddEntry(clause, kind, (unquote(held.restore(name)),), tuple(_with_cut(details)))


def _with_cut(details: Sequence[str]) -> list[str]:
    return [re.sub(r"^with\s+(?:(?:the|an?)\s+)?", "", detail, flags=re.I) for detail in details]


def _add_listed(clause: str, match: re.Match[str], held: Held) -> Intent | None:
    """Read "three todos: call Ann, buy milk", and "a new author: Ursula Brandt, country Austria"."""
    kind, more = _bare(match["kind"]), match["rest"]
    if match["many"]:
        names = [unquote(held.restore(part.strip(" ."))) for part in _JOINED.split(more)]
        return AddEntry(clause, kind, tuple(filter(None, names)))
    about = _FOR_DETAIL.split(kind, maxsplit=1)
    before = [held.restore(about[1])] if len(about) > 1 else []
    return AddEntry(clause, about[0], (), (*before, *details_of(more, held)))


def _add_to_list(clause: str, match: re.Match[str], held: Held) -> Intent | None:
    """Read "add "buy milk" to the list", "add milk and eggs to my shopping list"."""
    what = match["what"]
    if re.match(rf"{_DET}\s+(?:new\s+)?\w+$", what, re.I):
        return None  # "add a row to the table": nothing says what is in it
    names = [unquote(held.restore(_bare(part))) for part in _JOINED.split(what)]
    return AddEntry(clause, "", tuple(filter(None, names)))


def _add_into(clause: str, match: re.Match[str], held: Held) -> Intent | None:
    """Read "insert a new row into classes: title Yoga, trainer Ann"."""
    return AddEntry(clause, _bare(match["kind"]), (), details_of(match["rest"], held))


def _remove(clause: str, match: re.Match[str], held: Held) -> Intent | None:
    words = _PLACE.sub("", match["what"])
    if _CONTROL.search(words) or _TEXT_PART.search(words):
        return None
    every = _EVERY.match(words)
    words = words[every.end() :] if every else words
    return RemoveEntries(clause, held.restore(re.sub(r"^the\s+", "", words, flags=re.I)).strip(), every is not None)


def _rename(clause: str, match: re.Match[str], held: Held) -> Intent | None:
    what = _IN_LIST.sub("", match["what"])
    what, name = unquote(held.restore(what)), unquote(held.restore(match["name"]))
    return RenameEntry(clause, re.sub(r"^the\s+", "", what, flags=re.I), name)


def _rename_or_fill(clause: str, match: re.Match[str], held: Held) -> Intent | None:
    """Read 'change "Buy milk" to "Buy oat milk"': the value of a field of that name, or else an entry's name."""
    rename = _rename(clause, match, held)
    quoted = re.search(r"\ue000\d+\ue001", match["what"])
    if not isinstance(rename, RenameEntry) or quoted is None:
        return rename
    field = Target(unquote(held.restore(quoted[0])), "field", is_quoted=True)
    return Either(clause, (Fill(clause, rename.name, field), replace(rename, words=field.words)))


def _change_of(clause: str, match: re.Match[str], held: Held) -> Intent | None:
    """Read "change the due date of Ann's loan to 2026-12-20" and "change Ann's email to …"."""
    words, field, value = (unquote(held.restore(match[name])) for name in ("words", "field", "value"))
    if _CONTROL.search(match["words"]) or _TEXT_PART.search(match["field"]) or field.lower() in ("value", "color"):
        return None
    return ChangeEntry(clause, re.sub(r"^the\s+", "", words, flags=re.I), ((field, value),))


def _edit(clause: str, match: re.Match[str], held: Held) -> Intent | None:
    """Read "edit the bill Groceries", and the changes that may follow: "edit it: set the price to 5 and …"."""
    words, rest = unquote(held.restore(match["words"])), match["rest"] or ""
    changes = tuple(
        (held.restore(change["field"]), unquote(held.restore(change["value"].strip(" ."))))
        for change in _ONE_CHANGE.finditer(rest)
    )
    return None if rest and not changes else ChangeEntry(clause, words, changes)


def _filter(clause: str, match: re.Match[str], held: Held) -> Intent | None:
    field, value = held.restore(match["field"]), unquote(held.restore(match["value"]))
    return FilterEntries(clause, field, value)


def _filter_range(clause: str, match: re.Match[str], held: Held) -> Intent | None:
    low, high = (unquote(held.restore(match[name])) for name in ("low", "high"))
    return FilterEntries(clause, match["field"] or "", low, high)


def _run(clause: str, match: re.Match[str], held: Held) -> Intent | None:
    return RunText(clause, match["what"], unquote(held.restore(match["text"])))


def _show_only(clause: str, match: re.Match[str], held: Held) -> Intent | None:
    return FilterEntries(clause, "", unquote(held.restore(match["value"])))


def _select_ones(clause: str, match: re.Match[str], held: Held) -> Intent | None:
    """Read "select the ones of Ann and Bo": the entries, by their check boxes."""
    names = [unquote(held.restore(part)) for part in _JOINED.split(match["names"]) if part.strip()]
    return Choose(clause, names[0], Target(role="select"), tuple(names[1:])) if names else None


def _most_common(clause: str, match: re.Match[str], held: Held) -> Intent | None:
    return MostCommon(clause, held.restore(match["column"]), match["sup"].lower() == "least")


def _count_of_that(clause: str, match: re.Match[str], held: Held) -> Intent | None:
    return Extract(clause, _THAT, count=True)


def _count_of_those(clause: str, match: re.Match[str], held: Held) -> Intent | None:
    return Extract(clause, _THOSE, count=True)


def states_asked(clause: str) -> TellStates | None:
    """Read a question for the entries that are done or open; None where it is none."""
    for pattern in _STATES_ASKED:
        if match := pattern.match(clause.strip(" .?!")):
            word = " ".join(match["state"].lower().split())
            is_done = bool(re.fullmatch(_DONE, word, re.I)) is not bool(match["not"])
            kind = match["kind"]
            return TellStates(clause, kind, word, is_done, match.re.pattern.startswith("how"))
    return None


RULES: tuple[tuple[re.Pattern[str], Make], ...] = tuple(
    (re.compile(pattern, re.I | re.S), make)
    for pattern, make in (
        (rf"{_ADDS}\s+(?:{_DET}\s+)?(?P<kind>(?:new\s+)?[\w -]{{2,40}}?)\s+{_NAMED}\s+(?P<rest>\S.*)$", _add_named),
        (
            rf"{_ADDS}\s+{_DET}\s+(?P<kind>(?:new\s+)?[\w-]+)\s+(?:to|into|in)\s+(?:the\s+)?[\w -]{{2,40}}?:\s*"
            r"(?P<rest>\S.*)$",
            _add_into,
        ),
        (
            rf"{_ADDS}\s+(?:(?P<many>{_NUMBER})\s+|{_DET}\s+)(?P<kind>(?:new\s+)?[\w \ue000\ue001-]{{2,60}}?):"
            r"(?<!\d:(?=\d))\s*(?P<rest>\S.*)$",
            _add_listed,
        ),
        (
            r"(?:add|create)\s+(?:an?|another|one)\s+(?P<kind>(?:new\s+)?[\w-]+)\s+(?P<rest>\ue000\d+\ue001)$",
            _add_named,
        ),
        (
            r"(?:add|create)\s+(?:(?:the|these|following|new)\s+)*(?P<many>(?P<kind>tasks|to-?dos|items|entries|notes))\s+"
            r"(?!(?:to|from|in|into|for|with|of|on|at|below|above|that|and)\b)(?P<rest>[^:]+)$",
            _add_listed,
        ),
        (rf"add\s+(?P<what>.+?)\s+to\s+(?:the|my|our|this)\s+(?:[\w-]+\s+){{0,3}}?{_LISTS}$", _add_to_list),
        (rf"{_REMOVES}\s+(?P<what>.+)$", _remove),
        (
            r"(?:run|execute|submit)\s+(?:(?:the|this|my)\s+)?(?:following\s+)?(?P<what>(?:[\w-]+\s+)?"
            r"(?:query|statement|command|script|code|expression|sql))\s*:?\s+(?P<text>\S.*)$",
            _run,
        ),
        (
            r"(?:select|tick|check|mark)\s+(?:the\s+|those\s+)?(?:ones|rows|entries|records|lines)\s+(?:of|for|from|by|named|called)\s+"
            r"(?P<names>\S.*)$",
            _select_ones,
        ),
        (
            r"(?:show|display)\s+(?:me\s+)?only\s+(?:the\s+)?(?P<value>[\w-]+|\ue000\d+\ue001)"
            r"(?:\s+(?:ones|items|to-?dos?|tasks|entries|results|rows))$",
            _show_only,
        ),
        (
            r"(?:which|what)\s+(?P<column>[\w-]+(?:\s+[\w-]+)?)\s+(?:is|are|was)\s+(?:the\s+)?(?P<sup>most|least)\s+"
            r"(?:common|frequent|popular)(?:\s+one)?[\s.?!]*$",
            _most_common,
        ),
        (
            r"what(?:'s|’s|\s+is)\s+the\s+(?P<sup>most|least)\s+(?:common|frequent)\s+(?P<column>[\w-]+(?:\s+[\w-]+)?)[\s.?!]*$",
            _most_common,
        ),
        (
            r"how\s+many\s+[\w-]+(?:\s+[\w-]+)?\s+(?:have|has|had)\s+(?:it|that|this)(?:\s+(?:one|value))?[\s.?!]*$",
            _count_of_that,
        ),
        (
            r"how\s+many\s+(?:rows|results|records|entries|ones|matches|hits|of\s+(?:them|those|these))"
            r"(?:\s+(?:are\s+(?:there|those|they|these)|there\s+are))?[\s.?!]*$",
            _count_of_those,
        ),
        (r"rename\s+(?P<what>.+?)\s+(?:to|as|into)\s+(?P<name>.+)$", _rename),
        (
            r"(?:change|set|update|correct|modify)\s+(?:the\s+)?(?P<field>[\w -]{2,40}?)\s+(?:of|for)\s+(?P<words>.+?)"
            r"\s+to\s+(?P<value>.+)$",
            _change_of,
        ),
        (
            r"(?:change|set|update|correct|modify)\s+(?P<words>.{2,80}?)(?:'s|’s)\s+(?P<field>[\w -]{2,40}?)"
            r"\s+to\s+(?P<value>.+)$",
            _change_of,
        ),
        (
            r"(?:edit|change|update|modify)\s+(?P<what>(?:the\s+)?(?:[\w-]+\s+)?\ue000\d+\ue001)\s+to\s+"
            r"(?P<name>\ue000\d+\ue001)$",
            _rename_or_fill,
        ),
        (r"(?:edit|modify)\s+(?:the\s+)?(?P<words>[^:]+?)(?::\s*(?P<rest>.+))?$", _edit),
        (
            r"(?:filter|narrow(?:\s+down)?)\s+(?:(?:it|them|this|(?:the|all|my)\s+[\w -]{2,40}?)\s+)?(?:to|for|by)\s+"
            r"(?:only\s+)?(?:(?:those|the\s+ones|rows|entries|items|[\w-]+)\s+)?(?:whose|where|in\s+which)\s+(?:the\s+)?"
            r"(?P<field>[\w -]{2,40}?)\s*(?:\bis\b|\bequals\b|=)\s*(?P<value>\S.*)$",
            _filter,
        ),
        (
            r"filter\s+(?:(?:the|all|my)\s+)?(?:[\w -]{2,40}?\s+)?(?:by\s+(?:the\s+)?(?P<field>[\w -]{2,40}?)\s+)?"
            r"(?:from|between)\s+(?P<low>\S.*?)\s+(?:to|and|until)\s+(?P<high>\S.*)$",
            _filter_range,
        ),
        (
            r"filter\s+(?:(?:the|all|my)\s+)?(?:[\w -]{2,40}?\s+)?(?:by|for|on)\s+(?P<field>[\w-]+(?:\s+[\w-]+)??)"
            r"(?:\s+(?:is|=|of)\s+|\s*[:=]\s*|\s+)(?P<value>\S.*)$",
            _filter,
        ),
    )
)
"""The forms of sentences, asked in this order."""

_SAVES = re.compile(
    r"(?:save|submit|store|apply)(?:\s+(?:it|them|this|that|the\s+(?:changes?|form|record|entry)|changes))?$", re.I
)
_CHANGES = (ChangeEntry, Choose, Fill, FillForm, SetChecked)
"""The steps that change fields of a form that is open."""


def arranged(steps: Sequence[Intent]) -> list[Intent]:
    """Put together the steps on entries that belong together: changes and their saving, a filter and what is read."""
    return _with_saving(_with_what_was_listed(_with_filters_read(steps)))


def _with_what_was_listed(steps: Sequence[Intent]) -> list[Intent]:
    """Say what is counted or read by a sentence that speaks of the list, or the result, of the sentence before it."""
    found: list[Intent] = []
    for step in steps:
        last = found[-1] if found else None
        if isinstance(step, Extract) and step.count and step.subject == _THOSE:
            if isinstance(last, Extract) and not (last.one or last.count):
                step = Tell(step.sentence, Result("the number of rows", "count"))
            else:
                step = replace(step, subject="rows")
        elif isinstance(step, RemoveEntries) and isinstance(last, FilterEntries):
            step = replace(step, filtered=True)
        elif isinstance(step, Extract) and step.count and step.subject == _THAT:
            if not isinstance(last, MostCommon):
                step = Unclear(step.sentence)
            else:
                step = Tell(step.sentence, Result("the number of rows with it", "count"))
        elif isinstance(step, Extract) and isinstance(last, RunText) and _RESULT.fullmatch(" ".join(step.wishes)):
            step = replace(parse_extraction("list the rows"), sentence=step.sentence)
        found.append(step)
    return found


_RESULT = re.compile(r"(?:results?|output|answer|outcome|rows)", re.I)


def _with_filters_read(steps: Sequence[Intent]) -> list[Intent]:
    """Read a filter before a list as a condition on the list: it holds on all its pages, whatever the page can do."""
    found: list[Intent] = []
    for step in steps:
        if (
            isinstance(step, Extract)
            and found
            and isinstance(filtered := found[-1], FilterEntries)
            and filtered.field + filtered.high
        ):
            found.pop()
            condition = Constraint(
                filtered.sentence,
                filtered.field,
                "between" if filtered.high else "is",
                filtered.value,
                filtered.high,
            )
            sentence = f"{filtered.sentence}; {step.sentence}"
            step = replace(step, sentence=sentence, constraints=(*step.constraints, condition))
        found.append(step)
    return found


def _with_saving(steps: Sequence[Intent]) -> list[Intent]:
    """Say where an entry that is changed is saved: where a clause says so, else after the last of its changes."""
    found: list[Intent] = []
    changed = added = False
    for step in steps:
        saves = _SAVES.fullmatch(step.sentence.strip(" .")) is not None
        if changed and not saves and not isinstance(step, _CHANGES):
            found.append(SaveEntry(found[-1].sentence))
        if saves and added:
            continue  # adding has saved it
        found.append(SaveEntry(step.sentence) if saves and changed else step)
        changed = not saves and (isinstance(step, ChangeEntry) or (changed and isinstance(step, _CHANGES)))
        added = isinstance(step, AddEntry)
    return [*found, SaveEntry(found[-1].sentence)] if changed else found
