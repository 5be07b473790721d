"""An instruction as a list of steps: each clause by the grammar, or by the forms of sentences that read data. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from webrun_nb.agents.local.language import dialog_wishes, entries, errands, flow
from webrun_nb.agents.local.language.addresses import address_of
from webrun_nb.agents.local.language.credentials import plainly
from webrun_nb.agents.local.language.doubts import leaves_out
from webrun_nb.agents.local.language.grammar import readings
from webrun_nb.agents.local.language.intents import (
    Back,
    ClickOn,
    Constraint,
    Copy,
    Either,
    Extract,
    FillForm,
    FilterEntries,
    Find,
    Intent,
    LogIn,
    NamedAction,
    Open,
    Premise,
    Result,
    ScrollPage,
    SearchFor,
    Skip,
    SortBy,
    Target,
    Tell,
    Unclear,
    ValueOf,
    Wait,
)  # fmt: skip
from webrun_nb.agents.local.language.keys import key_press
from webrun_nb.agents.local.language.listing import is_extraction, parse_extraction, parse_order
from webrun_nb.agents.local.language.meaning import alike, intent_of, premise_of
from webrun_nb.agents.local.language.no_instruction import (
    OTHER_LANGUAGE,
    is_in_another_language,
    problem_of,
    problem_of_all,
    without_prohibitions,
)
from webrun_nb.agents.local.language.nouns import thing_of
from webrun_nb.agents.local.language.patterns import VERB
from webrun_nb.agents.local.language.questions import Question, as_listing, as_value, counts_no_rows
from webrun_nb.agents.local.language.rephrasing import rephrased
from webrun_nb.agents.local.language.split import Held, sentences, unquote
from webrun_nb.agents.local.language.vocabulary import key_of

_UNITS_MS = {"ms": 1, "millisecond": 1, "s": 1000, "sec": 1000, "second": 1000, "minute": 60_000, "min": 60_000}
_PAGE = r"(?:(?:the|this)\s+page\s+)?"
_A_BIT = r"(?:\s+(?:a\s+(?:bit|little|page|screen)|one\s+(?:page|screen)|more|the\s+page|once|again))*"
_SCROLLS = tuple(
    (re.compile(_PAGE + words, re.I), screens)
    for words, screens in (
        (r"(?:all\s+the\s+way\s+)?(?:down\s+)?(?:to\s+)?the\s+(?:very\s+)?(?:bottom|end)(?:\s+of\s+.+)?", 100),
        (r"(?:all\s+the\s+way\s+)?(?:back\s+)?(?:up\s+)?(?:to\s+)?the\s+(?:very\s+)?top(?:\s+of\s+.+)?", -100),
        (rf"down(?:wards?)?{_A_BIT}", 1),
        (rf"up(?:wards?)?{_A_BIT}", -1),
    )
)
"""How far the page is scrolled, in screens."""
_TO_THE_END = 100
_OF_BOX = re.compile(r"\s(?:of|in)\s+(?:the\s+)?(?P<box>\S.*)$", re.I)
"""The box that is scrolled: "to the bottom of the text area"."""
_PLACE = re.compile(r"(?:down\s+|up\s+)?to\s+(?P<thing>\S.*)$", re.I)
_STAYS = re.compile(
    r"\s+(?:to\s+(?:appear|load|show(?:\s+up)?|be\s+(?:visible|shown|there|loaded))|appears?|shows?(?:\s+up)?"
    r"|loads?|is\s+(?:visible|shown|there|loaded))$",
    re.I,
)


_STATED = re.compile(
    rf"(?:(?:the|my|our|his|her|their)\s+)?(?P<label>(?!{VERB.pattern[1:]}|(?:what|which|who|how|when|where|why|if)\b)"
    r"[a-z][\w-]*(?:\s+(?!is\b|are\b)[\w-]+){0,4}?)\s*(?:\s(?:is|should\s+be|must\s+be|shall\s+be)\s|[:=](?!//))\s*"
    r"(?P<value>\S.*)$",
    re.I | re.S,
)
"""A sentence that only says what a field holds: "Date of birth is 5 May 1990", "City: Leeds"."""
_MOST_READINGS = 4
_COST_APART = 2.5
"""Trees that cost so much more than the cheapest one are no readings of a clause."""
_QUESTION = re.compile(r"(?:is|are|does|do)\b", re.I)
_DATA = re.compile(
    r"(?:list|extract|collect|scrape|get|fetch|retrieve|tell|give me|show me|how|what|who|whose|which)\b", re.I
)


_TELL_ME = re.compile(
    r"(?:(?:tell|show|give)\s+me|check|find\s+out|say)\s+(?:(?:if|whether)\s+(?=\S)|(?=(?:how|what|which|who)\b))", re.I
)
_WHETHER = re.compile(r"(?:tell\s+me|check|find\s+out|say)\s+(?:if|whether)\b", re.I)


def plan(instruction: str) -> list[Intent]:
    """Read an instruction as a list of steps.

    Sorting and skipping sentences are folded into the extraction they belong to. A sentence that can't be followed is
    an `Unclear`, never left out.
    """
    said = [dialog_wishes.apart(clauses) for clauses in sentences(plainly(instruction))]
    if problem := problem_of_all([clause for clauses in said for clause in clauses]):
        return [Unclear(instruction, problem=problem)]
    steps = _found_for_later(flow.read(said, parse_clause, premise))
    return entries.arranged(dialog_wishes.with_dialogs(_folded(without_prohibitions(steps))))


_FILLERS = re.compile(r"\s+(?:yet|already|still|now|right\s+now|currently|anymore)\b", re.I)


def premise(words: str) -> Premise | None:
    """Read what stands after "if" and "until"; None where it is not understood."""
    said = _FILLERS.sub("", words.strip(" ,.?!"))
    found = (premise_of(reading.tree, said) for reading in readings(said, "premise"))
    return next((each for each in found if each is not None), None)


_BARE_VALUE = re.compile(r"[^\s@\"]+@[^\s\"]+\s+(?:as|in|into|for)\s+\S", re.I)
"""An e-mail address and its field, whose verb is that of the clause before: "and ada@x.org in the e-mail field"."""


def parse_clause(clause: str) -> Intent:
    """Read one clause."""
    if _BARE_VALUE.match(clause):
        return replace(parse_clause(f"type {clause}"), sentence=clause)
    if problem := problem_of(clause):
        return Unclear(clause, problem=problem)
    if (said := rephrased(clause)) != clause:
        return replace(parse_clause(said), sentence=clause)
    if (asked := entries.states_asked(clause)) is not None:
        return replace(asked, otherwise=(_parsed(clause),))
    step = _parsed(clause)
    if isinstance(step, FilterEntries) and not step.field and not step.high:
        return replace(step, otherwise=(_parsed(clause, (*errands.RULES, *_RULES)),))
    return step


def _parsed(clause: str, rules: Sequence[tuple[re.Pattern[str], _Make]] | None = None) -> Intent:
    is_premise = bool(_WHETHER.match(clause))
    clause = _TELL_ME.sub("", clause)
    held = Held(clause)
    for pattern, make in (*entries.RULES, *errands.RULES, *_RULES) if rules is None else rules:
        if match := pattern.match(held.text):
            made = make(clause, match, held)
            if made is not None:
                return made
    if is_premise and (said := premise(clause)):
        return Tell(clause, said)
    if _QUESTION.match(clause) and (asked := _asked(clause)):
        return asked
    if shown := _shown_value(clause):
        return shown
    if counted := _counted(clause):
        return counted
    if counts_no_rows(clause):
        return Unclear(clause)
    is_data = bool(_DATA.match(clause))
    if not is_data and (step := _by_grammar(clause)):
        return step
    if question := as_listing(held.text):
        return _answering(clause, question, held)
    if is_extraction(clause):
        return _extraction(clause)
    if url := address_of(clause):
        return Open(clause, url)
    if value := as_value(held.text):
        return _answering(clause, Question(value), held)
    if (stated := _STATED.match(held.text)) and not key_of("verbs", stated["label"].split()[0]):
        return FillForm(clause, (held.restore(f"{stated['label']}: {stated['value']}"),))
    if (step := _by_grammar(clause, loosely=True)) and not is_data:
        return Unclear(clause, problem=OTHER_LANGUAGE) if is_in_another_language(clause) else step
    return Unclear(clause, _understood(clause))


def _by_grammar(clause: str, *, loosely: bool = False) -> Intent | None:
    """Read a clause by the grammar; `loosely`: its verb may be any word, which a control may be named after."""
    found: list[Intent] = []
    said: set[str] = set()
    cheapest: float | None = None
    for reading in readings(clause):
        step = intent_of(reading.tree, clause)
        is_loose = isinstance(step, NamedAction) and step.verb not in ("close", "submit")
        if is_loose and any(reading.tree.find_data("purpose")):
            continue  # "use the box to enter "x"": what it is for is the step itself
        if step is None or is_loose is not loosely or (key := alike(step)) in said:
            continue
        said.add(key)
        cheapest = reading.cost if cheapest is None else cheapest
        if reading.cost <= cheapest + _COST_APART:
            found.append(step)
    if len(found) > 1:
        return Either(clause, tuple(found[:_MOST_READINGS]))
    return found[0] if found else None


_SHOWN = re.compile(
    r"(?:(?:what\s+(?:is|are|does)|what's|tell\s+me|show\s+me|give\s+me|get|read|return)\s+)"
    r"(?P<value>(?:the\s+)?(?:(?:current\s+)?(?:text|value|contents?)|(?:[\w-]+\s+){1,3}?(?:word|line|sentence|letter|character))\s+"
    r"(?:of|in|from)\s+.+)$",
    re.I | re.S,
)
"""A question for what a part of the page shows: the value of a field, a word of a paragraph."""
_OTHER_WORDS_FOR_TEXT = re.compile(r"^(?:the\s+)?(?:current\s+(?:value|text)|contents?)\b", re.I)
_SHOWING = frozenset({"field", "textarea", "select", "slider", "spinner", "paragraph", "heading", "dialog"})
"""Roles of the parts of a page that show a text or value of their own."""


def _shown_value(clause: str) -> Tell | None:
    """Read "what is the value of the Name field" and "get the third word in the paragraph"."""
    said = _SHOWN.match(clause.strip(" .?!"))
    if said is None:
        return None
    copied = _by_grammar(f"copy {_OTHER_WORDS_FOR_TEXT.sub('the text', said['value'])}")
    if isinstance(copied, Either):
        copied = next((each for each in copied.readings if isinstance(each, Copy)), None)
    if not isinstance(copied, Copy) or not isinstance(copied.value, ValueOf):
        return None
    place = copied.value.target.within
    if copied.value.unit in ("", "number") and (place is None or place.role not in _SHOWING):
        return None
    return Tell(clause, copied.value)


_HOW_MANY = re.compile(
    r"how\s+many\s+(?P<things>.+?)(?:\s+(?:are|is)(?:\s+(?:there|shown|displayed|visible))?)?"
    r"(?:\s+on\s+(?:the|this)\s+page)?$",
    re.I,
)


def _counted(clause: str) -> Tell | None:
    """Read "how many red circles are there": what is drawn is counted as it is seen, not as rows of a list."""
    said = _HOW_MANY.match(clause.strip(" .?!"))
    things = thing_of(said["things"]) if said else None
    if things is None or things.role not in ("graphic", "image", "button", "checkbox"):
        return None
    if things.words or things.conditions:
        return None
    return Tell(clause, Result(clause, "count", replace(things, every=True)))


def _asked(clause: str) -> Intent | None:
    words = clause.strip(" .?!")
    for reading in readings(words, "question"):
        if found := premise_of(reading.tree, words):
            return Tell(clause, found)
    return None


def _found_for_later(intents: Sequence[Intent]) -> list[Intent]:
    """Read "find …" before an action as the thing that it speaks of, and last of all as a question for data."""
    out: list[Intent] = []
    for at, intent in enumerate(intents):
        finds = isinstance(intent, Find) or (isinstance(intent, Either) and isinstance(intent.readings[0], Find))
        if finds and at == len(intents) - 1:
            out.append(_as_data(intent.sentence))
        else:
            out.append(intent)
    return out


def _as_data(clause: str) -> Intent:
    held = Held(clause)
    question = as_listing(held.text)
    return _answering(clause, question, held) if question else _extraction(clause)


_Make = Callable[[str, "re.Match[str]", Held], "Intent | None"]


def _search(clause: str, match: re.Match[str], held: Held) -> Intent | None:
    query = re.sub(
        r"\s+(?:in|with|using|on)\s+the\s+(?:search\s+(?:box|bar|field)|site|page)$", "", match["what"], flags=re.I
    )
    return SearchFor(clause, unquote(held.restore(re.sub(r"^(?:the\s+)(?=\ue000)", "", query))))


def _back(clause: str, match: re.Match[str], held: Held) -> Intent | None:
    return Back(clause)


def _wait(clause: str, match: re.Match[str], held: Held) -> Intent | None:
    what = match["what"]
    if timed := re.fullmatch(
        r"(?P<n>\d+(?:\.\d+)?|a|an|one|two|three|five|ten)\s*(?P<unit>ms|milliseconds?|s|secs?|seconds?|minutes?"
        r"|mins?)(?:\s+more)?",
        what,
        re.I,
    ):
        words = {"a": 1.0, "an": 1.0, "one": 1.0, "two": 2.0, "three": 3.0, "five": 5.0, "ten": 10.0}
        unit = timed["unit"].lower()
        amount = words.get(timed["n"].lower()) or float(timed["n"])
        return Wait(clause, duration_ms=round(amount * (_UNITS_MS.get(unit) or _UNITS_MS[unit.rstrip("s")])))
    words_ = re.sub(
        r"^(?:the\s+)?(?:text|word|words|message|heading)\s+",
        "",
        re.sub(r"^the\s+", "", _STAYS.sub("", what)),
        flags=re.I,
    )
    if re.fullmatch(r"(?:page|results?|it|everything)(?:\s+page)?", words_, re.I):
        return Wait(clause, duration_ms=500)
    return Wait(clause, text=unquote(held.restore(words_)))


def _scroll(clause: str, match: re.Match[str], held: Held) -> Intent | None:
    where = match["where"] or "down"
    for pattern, screens in _SCROLLS:
        if pattern.fullmatch(where):
            box = _OF_BOX.search(where) if abs(screens) == _TO_THE_END else None
            inside = thing_of(held.restore(box["box"])) if box else None
            if inside is not None and not (inside.words or inside.said).casefold().startswith("page"):
                return ScrollPage(clause, screens, inside)
            return ScrollPage(clause, screens)
    place = _PLACE.match(where)
    target = thing_of(held.restore(place["thing"])) if place else None
    return ScrollPage(clause, 0, target) if target is not None else None


def _key(clause: str, match: re.Match[str], held: Held) -> Intent | None:
    return key_press(clause, held.restore(match["what"]))


def _log_in(clause: str, match: re.Match[str], held: Held) -> Intent | None:
    return LogIn(clause)


def _log_out(clause: str, match: re.Match[str], held: Held) -> Intent | None:
    return ClickOn(clause, Target(match[0].strip(), ""))


def _sort(clause: str, match: re.Match[str], held: Held) -> Intent | None:
    order = parse_order(clause)
    return SortBy(clause, order) if order else None


def _skip(clause: str, match: re.Match[str], held: Held) -> Intent | None:
    return Skip(clause, unquote(held.restore(re.sub(r"^(?:all|any|the|every)\s+", "", match["what"]))))


def _extraction(clause: str) -> Extract | Unclear:
    read = parse_extraction(clause)
    if leaves_out(read):
        return Unclear(clause, _known(read))
    if read.leftover or not (
        read.subject or read.wishes or read.constraints or read.order or read.place or read.place_ordinal
    ):
        if not read.leftover and re.fullmatch(
            r"\w+(?:\s+(?:it|them|everything|all|the\s+(?:data|page|records)))?", clause, re.I
        ):
            return read
        return Unclear(clause, _known(read))
    return read


def _known(read: Extract) -> str:
    """Say what of a sentence was understood."""
    about = [f'a list of "{read.subject}"'] if read.subject else []
    return ", ".join([*about, *(f'"{c.words}"' for c in read.constraints)])


def _answering(clause: str, question: Question, held: Held) -> Intent:
    """Read the sentence that lists a question's answer; what is said of it is said of the question."""
    read = _extraction(held.restore(question.text))
    if isinstance(read, Unclear):
        return replace(read, sentence=clause)
    if question.one and read.limit is None:
        read = replace(read, limit=1)
    return replace(read, sentence=clause)


_RULES: tuple[tuple[re.Pattern[str], _Make], ...] = tuple(
    (re.compile(pattern, re.I | re.S), make)
    for pattern, make in (
        (r"go\s+back\b.*$|(?:return|go)\s+to\s+the\s+(?:previous|last)\s+page$|navigate\s+back$", _back),
        (r"(?:search(?:\s+(?:the\s+)?(?:site|page|shop|store))?\s+for|look\s+for|search)\s+(?P<what>.+)$", _search),
        (r"(?:press|hit)\s+(?P<what>.+)$", _key),
        (r"wait(?:\s+(?:for|until|till))?\s+(?P<what>.+)$", _wait),
        (r"scroll(?:\s+(?P<where>.+))?$", _scroll),
        (r"(?:log|sign)\s+(?:out|up)$", _log_out),
        (
            r"(?:log(?:\s*in|\s+me\s+in|\s+on)|sign(?:\s*in|\s+me\s+in|\s+on)|authenticate)"
            r"(?:\s+(?:to|at|on|into)\s+(?:the\s+|my\s+)?(?:site|shop|store|bank|page|account|website|portal|app))?"
            r"(?:\s+(?:as|with|using|through)\s+.+|\s+to\s+my\s+account)?$",
            _log_in,
        ),
        (r"(?:sort|order)\s+(?P<what>.+)$", _sort),
        (r"(?:skip|ignore|exclude|leave\s+out|omit|drop)\s+(?P<what>.+)$", _skip),
    )
)


def _understood(clause: str) -> str:
    order = parse_order(clause)
    return f'the order "{order.words}"' if order else ""


def _folded(intents: list[Intent]) -> list[Intent]:
    """Fold "sort by …" and "skip …" into the extraction they belong to: the one before, else the one after."""
    out: list[Intent] = []
    waiting: SortBy | None = None
    for intent in intents:
        last = out[-1] if out else None
        if isinstance(intent, SortBy):
            if isinstance(last, Extract) and last.order is None:
                out[-1] = replace(last, order=intent.order, sentence=f"{last.sentence}; {intent.sentence}")
            else:
                out.append(intent)
                waiting = intent
        elif isinstance(last, Extract) and isinstance(intent, Extract) and _names_columns_of(last, intent):
            out[-1] = replace(
                last, wishes=intent.wishes, with_name=False, sentence=f"{last.sentence}; {intent.sentence}"
            )
        elif isinstance(intent, Skip) and isinstance(last, Extract):
            out[-1] = _without(last, intent)
        elif isinstance(intent, Skip):
            out.append(Unclear(intent.sentence, f'leave out "{intent.what}", but not from what'))
        elif (
            isinstance(intent, Extract) and waiting is not None and out and out[-1] is waiting and intent.order is None
        ):
            out[-1] = replace(intent, order=waiting.order, sentence=f"{waiting.sentence}; {intent.sentence}")
            waiting = None
        else:
            out.append(intent)
    return out


def _names_columns_of(listed: Extract, said: Extract) -> bool:
    """Tell whether a sentence only names columns ("Give name and price.") of the list of the sentence before."""
    if listed.wishes or listed.one or listed.count or listed.compute or not (listed.subject or listed.place_ordinal):
        return False
    columns = Extract(said.sentence, wishes=said.wishes, with_name=said.with_name, all_pages=said.all_pages)
    return len(said.wishes) > 1 and said == columns


def _without(extract: Extract, skip: Skip) -> Extract:
    sentence = f"{extract.sentence}; {skip.sentence}"
    if re.search(r"\b(?:head(?:ing|er)s?|titles?|sub-?totals?|section|empty|blank)\b", skip.what, re.I):
        return replace(extract, sentence=sentence)  # those are never rows here
    words = re.sub(r"\s*\b(?:items?|rows?|products?|results?|ones|entries)$", "", skip.what, flags=re.I)
    left_out = Constraint(f"skip {skip.what}", "", "lacks", words)
    return replace(extract, sentence=sentence, constraints=(*extract.constraints, left_out))
