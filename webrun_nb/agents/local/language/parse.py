"""Clauses to intents: one small table of patterns per verb, tried in order. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import get_args
from urllib.parse import urlsplit

from webrun_nb.agents.local.language import errands
from webrun_nb.agents.local.language.doubts import leaves_out
from webrun_nb.agents.local.language.intents import (
    Back,
    Choose,
    ClickOn,
    Constraint,
    Extract,
    Fill,
    Intent,
    LogIn,
    Open,
    PressKey,
    ScrollPage,
    SearchFor,
    SetChecked,
    Skip,
    SortBy,
    Target,
    Unclear,
    Wait,
)  # fmt: skip
from webrun_nb.agents.local.language.listing import is_extraction, parse_extraction, parse_order
from webrun_nb.agents.local.language.questions import Question, as_listing, as_value, counts_no_rows
from webrun_nb.agents.local.language.split import CLICK_VERBS, Held, split, unquote
from webrun_nb.browsers.actions import ClickManner

_ROLES = {
    "button": "button", "link": "link", "tab": "tab", "field": "field", "box": "field", "input": "field",
    "textbox": "field", "text box": "field", "text field": "field", "input field": "field", "search box": "field",
    "search field": "field", "search bar": "field", "textarea": "field", "area": "field", "checkbox": "checkbox",
    "check box": "checkbox", "radio button": "radio", "radio": "radio", "option": "", "menu": "menu",
    "dropdown": "select", "drop-down": "select", "drop down": "select", "select": "select", "list": "select",
    "combobox": "select", "menu item": "menuitem", "icon": "button", "switch": "checkbox", "toggle": "checkbox",
    "page": "link", "image": "", "item": "", "element": "", "section": "", "category": "link",
}  # fmt: skip
_ROLE = "|".join(sorted((re.escape(word) for word in _ROLES), key=len, reverse=True))
_NEAR = re.compile(
    r"\s+(?:next\s+to|near(?:\s+to)?|beside|besides|in\s+the\s+(?:row|line|card|section)\s+(?:of|for|with)"
    r"|in\s+the\s+same\s+(?:row|line)\s+as|belonging\s+to|under|for|of)\s+(?:the\s+)?(?P<near>.+)$",
    re.I,
)
_ORDINAL = re.compile(r"^(?:the\s+)?(?P<word>first|second|third|fourth|fifth|last|\d{1,3}(?:st|nd|rd|th))\s+", re.I)
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "last": -1}
_DOMAIN = re.compile(
    r"^(?:https?://\S+|practice:[\w-]+|(?:[a-z0-9-]+\.)+(?:com|org|net|io|dev|gov|edu|ai|app|localhost|info|test"
    r"|example|[a-z]{2})(?::\d+)?(?:/\S*)?|localhost(?::\d+)?(?:/\S*)?)$",
    re.I,
)
_KEYS = {
    "enter": "Enter", "return": "Enter", "escape": "Escape", "esc": "Escape", "tab": "Tab", "space": "Space",
    "spacebar": "Space", "backspace": "Backspace", "delete": "Delete", "del": "Delete", "home": "Home",
    "end": "End", "page down": "PageDown", "pagedown": "PageDown", "page up": "PageUp", "pageup": "PageUp",
    "up": "ArrowUp", "down": "ArrowDown", "left": "ArrowLeft", "right": "ArrowRight", "arrow up": "ArrowUp",
    "arrow down": "ArrowDown", "arrow left": "ArrowLeft", "arrow right": "ArrowRight", "up arrow": "ArrowUp",
    "down arrow": "ArrowDown", "left arrow": "ArrowLeft", "right arrow": "ArrowRight",
}  # fmt: skip
_ONLY_KEYS = frozenset({"Enter", "Escape", "Tab", "Backspace", "PageUp", "PageDown"})
"""Keys whose name a person hardly uses for a control of a page."""
_MODIFIERS = {
    "ctrl": "Control",
    "control": "Control",
    "shift": "Shift",
    "alt": "Alt",
    "option": "Alt",
    "cmd": "Meta",
    "command": "Meta",
    "meta": "Meta",
}
_QUOTE_OR_WORDS = r"(?P<text>\ue000\d+\ue001|.+?)"
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
_STAYS = re.compile(
    r"\s+(?:to\s+(?:appear|load|show(?:\s+up)?|be\s+(?:visible|shown|there|loaded))|appears?|shows?(?:\s+up)?"
    r"|loads?|is\s+(?:visible|shown|there|loaded))$",
    re.I,
)


def plan(instruction: str) -> list[Intent]:
    """Read an instruction as a list of steps.

    Sorting and skipping sentences are folded into the extraction they belong to. A sentence that can't be followed is
    an `Unclear`, never left out.
    """
    return _folded([parse_clause(clause) for clause in split(instruction)])


def parse_clause(clause: str) -> Intent:
    """Read one clause."""
    held = Held(clause)
    for pattern, make in (*errands.RULES, *_RULES):
        if match := pattern.match(held.text):
            made = make(clause, match, held)
            if made is not None:
                return made
    if counts_no_rows(clause):
        return Unclear(clause)
    if question := as_listing(held.text):
        return _answering(clause, question, held)
    if is_extraction(clause):
        return _extraction(clause)
    if _is_address(clause):
        return Open(clause, _url(clause))
    if value := as_value(held.text):
        return _answering(clause, Question(value), held)
    return Unclear(clause, _understood(clause))


def target(words: str, held: Held | None = None) -> Target:
    """Read the words for an element: role, ordinal, what it is near to."""
    text = words.strip(" .,")
    ordinal = None
    if match := _ORDINAL.match(text):
        word = match["word"].lower()
        ordinal = _ORDINALS.get(word) or int(re.sub(r"\D", "", word))
        text = text[match.end() :]
    text = re.sub(r"^(?:on\s+)?(?:the|a|an|my|your|this|that)\s+", "", text, flags=re.I)
    near = ""
    quoted_first = re.match(rf"^(\ue000\d+\ue001)\s*(?:{_ROLE})?", text, re.I)
    match = _NEAR.search(text, quoted_first.end(1) if quoted_first else 0)
    if match and (
        match[0].lstrip().split()[0].lower() not in ("for", "of", "under")
        or re.search(rf"\b(?:{_ROLE})$|\ue001$", text[: match.start()], re.I)
    ):
        near, text = match["near"], text[: match.start()]
    role, said = "", text
    named = re.match(
        rf"^(?P<role>{_ROLE})\s+(?:named|called|labell?ed|titled|that\s+says|with\s+(?:the\s+)?(?:text|label"
        rf"|name)|saying)?\s*(?P<name>.+)$",
        text,
        re.I,
    )
    if match := re.match(rf"^(?P<name>.*?)\s*\b(?P<role>{_ROLE})s?$", text, re.I):
        role, text = _ROLES[match["role"].lower()], match["name"]
    elif named and (
        text.startswith(named["role"] + " \ue000")
        or re.search(r"named|called|labell|titled|says|with|saying", text, re.I)
    ):
        role, text = _ROLES[named["role"].lower()], named["name"]
    if not text and said.lower().startswith("search"):
        text = "search"
    text = re.sub(r"^(?:named|called|labell?ed)\s+", "", text)
    text = re.sub(r"^(?:the|a|an)\s+", "", text, flags=re.I)
    restore = held.restore if held else str
    near = re.sub(r"^(?:the\s+)", "", near)
    return Target(unquote(restore(text)), role, unquote(restore(near)), ordinal, restore(said) if role else "")


def _is_address(text: str) -> bool:
    """Tell whether a text is a web address; one whose host can't be read is none."""
    if not _DOMAIN.match(text):
        return False
    try:
        return bool(urlsplit(_url(text)).netloc) or text.startswith("practice:")
    except ValueError:
        return False


def _url(text: str) -> str:
    text = unquote(text).strip()
    if re.match(r"https?://|practice:", text):
        return text
    return ("http://" if re.match(r"localhost|127\.|[\w-]+\.localhost", text) else "https://") + text


_Make = Callable[[str, "re.Match[str]", Held], "Intent | None"]


def _open(clause: str, match: re.Match[str], held: Held) -> Intent | None:
    words = held.restore(match["what"]).strip()
    bare = unquote(re.sub(r"^(?:the\s+)?(?:page|site|website|url|address)\s+", "", words))
    if _is_address(bare):
        return Open(clause, _url(bare))
    if re.fullmatch(r"(?:the\s+)?(?:previous|last)\s+page", words, re.I):
        return Back(clause)
    read = target(match["what"], held)
    return ClickOn(clause, read, navigates=True) if read.words or read.ordinal else None


def _click(clause: str, match: re.Match[str], held: Held) -> Intent | None:
    read = target(match["what"], held)
    if read.ordinal and re.fullmatch(r"(?:search )?(?:results?|items?|entry|products?|rows?|hits?)", read.words, re.I):
        read = replace(read, words="", role="result")
    if not (read.words or read.role or read.ordinal):
        return None
    return ClickOn(clause, read, _manner(match["verb"]))


def _manner(verb: str) -> ClickManner:
    """Return the way to click that a verb names; taps and pushes are clicks."""
    written = verb.lower().replace(" ", "-")
    manner: ClickManner = next((manner for manner in get_args(ClickManner) if manner == written), "click")
    return manner


def _type(clause: str, match: re.Match[str], held: Held) -> Intent | None:
    where = match["where"] or ""
    submit = bool(re.search(r"\s+and\s+(?:press|hit)\s+(?:enter|return)$", where, re.I))
    where = re.sub(r"\s+and\s+(?:press|hit)\s+(?:enter|return)$", "", where, flags=re.I)
    return Fill(clause, unquote(held.restore(match["text"])), _field(where, held), submit)


def _fill(clause: str, match: re.Match[str], held: Held) -> Intent | None:
    return Fill(clause, unquote(held.restore(match["text"])), _field(match["where"], held))


def _field(words: str, held: Held) -> Target:
    read = target(words, held) if words.strip() else Target()
    return replace(read, role=read.role or "field")


def _choose(clause: str, match: re.Match[str], held: Held) -> Intent | None:
    option = unquote(re.sub(r"^(?:the\s+)?(?:option\s+)?", "", held.restore(match["text"])))
    option = re.sub(r"\s+option$", "", option)
    where = match["where"] or ""
    return Choose(clause, option, replace(target(where, held), role="select") if where else Target(role="select"))


def _check(clause: str, match: re.Match[str], held: Held) -> Intent | None:
    checked = match["verb"].lower() in ("check", "tick")
    read = target(match["what"], held)
    if match["verb"].lower() == "check" and re.match(r"(?:if|whether|that|out)\b", match["what"], re.I):
        return None
    return SetChecked(clause, replace(read, role=read.role or "checkbox"), checked)


def _press(clause: str, match: re.Match[str], held: Held) -> Intent | None:
    """Read "press Enter" as a key, and "press Submit" and "press the Delete button" as a click."""
    words = unquote(held.restore(match["what"])).strip()
    said = re.sub(r"^the\s+|\s+key$", "", words, flags=re.I)
    if re.fullmatch(r"(?:enter|return|esc(?:ape)?)\s+button", said, re.I):
        said = said.split()[0]
    key = _key(said)
    if key is None:
        return _click(clause, match, held)
    sure = "+" in key or key in _ONLY_KEYS or re.search(r"\bkey$", words, re.I)
    return PressKey(clause, key, "" if sure else said)


def _key(words: str) -> str | None:
    """Return a key, with its modifiers, as Playwright names it; None where the words name none."""
    *modifiers, last = re.split(r"\s*\+\s*", words)
    names = [_MODIFIERS.get(m.lower()) for m in modifiers]
    function_key = last.upper() if re.fullmatch(r"f(?:[1-9]|1\d|2[0-4])", last, re.I) else None
    key = _KEYS.get(last.lower()) or function_key or (last if len(last) == 1 else None)
    if key is None or None in names:
        return None
    if modifiers and len(key) == 1:
        key = key.upper()
    return "+".join([*(name for name in names if name), key])


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
            return ScrollPage(clause, screens)
    return None


def _submit(clause: str, match: re.Match[str], held: Held) -> Intent | None:
    return ClickOn(clause, Target("submit", "submit"))


def _cart(clause: str, match: re.Match[str], held: Held) -> Intent | None:
    adds = match["verb"].lower() in ("add", "put")
    words = f"add to {match['where']}" if adds else "remove"
    what = re.sub(r"^(?:the|an?)\s+", "", match["what"])
    near = "" if re.fullmatch(r"it|this|product|item", what, re.I) else unquote(held.restore(what))
    return ClickOn(clause, Target(words, "button", near))


def _log_in(clause: str, match: re.Match[str], held: Held) -> Intent | None:
    return LogIn(clause)


def _log_out(clause: str, match: re.Match[str], held: Held) -> Intent | None:
    return ClickOn(clause, Target(match[0].strip(), ""))


def _sort(clause: str, match: re.Match[str], held: Held) -> Intent | None:
    order = parse_order(clause)
    return SortBy(clause, order) if order else None


def _skip(clause: str, match: re.Match[str], held: Held) -> Intent | None:
    return Skip(clause, unquote(held.restore(re.sub(r"^(?:all|any|the|every)\s+", "", match["what"]))))


def _extract(clause: str, match: re.Match[str], held: Held) -> Intent | None:
    return _extraction(clause)


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
        (r"(?:go|navigate|browse|head|return)\s+to\s+(?P<what>.+)$", _open),
        (r"(?:visit|load)\s+(?P<what>.+)$", _open),
        (r"open\s+(?:up\s+)?(?P<what>.+)$", _open),
        (rf"(?P<verb>{CLICK_VERBS}|tap|hit|push)(?:\s+on)?\s+(?P<what>.+)$", _click),
        (r"(?P<verb>press)\s+(?:on\s+)?(?P<what>.+)$", _press),
        (
            r"(?P<verb>add|put|remove|delete)\s+(?P<what>.+?)\s+(?:to|in|into|from)\s+(?:the|my"
            r"|your)\s+(?P<where>cart|basket|bag|wish\s?list)$",
            _cart,
        ),
        (
            rf"(?:in|into)\s+(?P<where>(?:the\s+)?[^,]+?),?\s+(?:type|enter|write|put)\s+{_QUOTE_OR_WORDS}$",
            _type,
        ),
        (r"(?P<text>\ue000\d+\ue001)\s+(?:in(?:to)?|as|for)\s+(?P<where>.+)$", _type),
        (
            rf"(?:type|enter|input|write|put|key\s+in)\s+(?:in\s+)?{_QUOTE_OR_WORDS}(?:\s+(?:in(?:to|\s+to)?|to"
            rf"|as|for|on)\s+(?P<where>.+))?$",
            _type,
        ),
        (r"set\s+(?P<where>.+?)\s+to\s+(?P<text>.+)$", _fill),
        (r"fill\s+(?:in\s+|out\s+)?(?P<where>.+?)\s+with\s+(?P<text>.+)$", _fill),
        (rf"fill\s+(?:in\s+)?{_QUOTE_OR_WORDS}\s+(?:in(?:to)?|as|for)\s+(?P<where>.+)$", _type),
        (rf"(?:select|choose|pick)\s+{_QUOTE_OR_WORDS}(?:\s+(?:from|in|under|for|as)\s+(?P<where>.+))?$", _choose),
        (r"(?P<verb>check|tick|uncheck|untick)\s+(?:off\s+)?(?P<what>.+)$", _check),
        (r"(?:search(?:\s+(?:the\s+)?(?:site|page|shop|store))?\s+for|look\s+for|search)\s+(?P<what>.+)$", _search),
        (r"wait(?:\s+(?:for|until|till))?\s+(?P<what>.+)$", _wait),
        (r"scroll(?:\s+(?P<where>.+))?$", _scroll),
        (r"submit(?:\s+(?:the\s+)?(?:form|it))?$", _submit),
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
