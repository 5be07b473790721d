"""Sentences for a whole errand on a site: the cart, the checkout, a transfer, a download, a form, deleting."""

from __future__ import annotations

import re
from collections.abc import Callable

from webrun_nb.agents.local.language.intents import (
    AddToCart,
    Attach,
    CheckOut,
    ClickOn,
    Download,
    FillForm,
    Intent,
    Target,
    Transfer,
)
from webrun_nb.agents.local.language.split import Held, unquote

Make = Callable[[str, "re.Match[str]", Held], "Intent | None"]

_AMOUNT = r"(?P<amount>[$£€]?\s?\d[\d,]*(?:\.\d{1,2})?)\s*(?:dollars?|usd|euros?|eur|pounds?|gbp|bucks)?"
_PAY = r"(?:transfer|send|wire|pay)"
_TO = r"(?P<to>.+?)"
_FROM = r"(?:\s+from\s+(?:my\s+|the\s+)?(?P<source>.+?))?"
_ABOUT = r"(?:,?\s+(?:with\s+(?:the\s+)?(?:reference|note|message)|for|as)\s+(?P<about>.+?))?"
_KINDS = r"(?:as|in|into|to)\s+(?:an?\s+)?(?P<kind>csv|pdf|excel|xlsx|json|zip|txt)(?:\s+(?:file|format))?"
_CART = r"(?P<where>cart|basket|bag|wish\s?list)"
_BARE = re.compile(r"(?:the|an?|my|this|that|all|these)\s+", re.I)


def _bare(words: str) -> str:
    return _BARE.sub("", words, count=1) if _BARE.match(words) else words


def _add(clause: str, match: re.Match[str], held: Held) -> Intent | None:
    what = _bare(match["what"])
    if re.fullmatch(r"it|this|product|item", what, re.I):
        what = ""
    return AddToCart(clause, unquote(held.restore(what)), match["where"].lower())


def _check_out(clause: str, match: re.Match[str], held: Held) -> Intent | None:
    return CheckOut(clause)


def _final(clause: str, match: re.Match[str], held: Held) -> Intent | None:
    return ClickOn(clause, Target(f"{match['verb']} {match['what']}", "button"))


def _transfer(clause: str, match: re.Match[str], held: Held) -> Intent | None:
    def part(name: str) -> str:
        return unquote(held.restore(match[name] or ""))

    source = re.sub(r"\s+account$", "", part("source"), flags=re.I)
    return Transfer(clause, re.sub(r"\s", "", part("amount")), _bare(part("to")), source, part("about"))


def _download(clause: str, match: re.Match[str], held: Held) -> Intent | None:
    words = match.groupdict()
    what = unquote(held.restore(_bare(words["what"].strip())))
    return Download(clause, re.sub(r"\s+file$", "", what, flags=re.I), (words.get("kind") or "").lower())


def _attach(clause: str, match: re.Match[str], held: Held) -> Intent | None:
    what = unquote(held.restore(_bare(match["what"].strip())))
    what = re.sub(r"^files?\s+(?=\S+\.\w+$)", "", what, flags=re.I)
    if re.fullmatch(r"(?:files?|attachments?|documents?|it|them)", what, re.I):
        what = ""
    return Attach(clause, what, unquote(held.restore(_bare(match["where"] or ""))))


def _form(clause: str, match: re.Match[str], held: Held) -> Intent | None:
    parts = re.split(r"\s*[,;\n]\s*(?:and\s+)?|\s+and\s+", match["values"])
    return FillForm(clause, tuple(held.restore(part).strip() for part in parts if part.strip()))


RULES: tuple[tuple[re.Pattern[str], Make], ...] = tuple(
    (re.compile(pattern, re.I | re.S), make)
    for pattern, make in (
        (rf"(?:add|put)\s+(?P<what>.+?)\s+(?:to|in|into)\s+(?:the|my|your)\s+{_CART}$", _add),
        (r"check\s?out(?:\s+(?:now|(?:with\s+)?(?:the|my)\s+(?:cart|basket|bag|order)))?$", _check_out),
        (r"(?P<verb>place|submit|confirm|complete)\s+(?:the|my|this)\s+(?P<what>order|purchase)$", _final),
        (r"(?P<verb>confirm|approve|authori[sz]e)\s+(?:the|my|this)\s+(?P<what>transfer|payment)$", _final),
        (rf"{_PAY}\s+{_AMOUNT}\s+from\s+(?:my\s+|the\s+)?(?P<source>.+?)\s+to\s+{_TO}{_ABOUT}$", _transfer),
        (rf"{_PAY}\s+{_AMOUNT}\s+to\s+{_TO}{_FROM}{_ABOUT}$", _transfer),
        (r"(?:upload|attach)\s+(?P<what>.+?)(?:\s+(?:to|as|into|in|for|under)\s+(?P<where>.+?))?$", _attach),
        (rf"(?:download|export)\s+(?P<what>.+?)\s+{_KINDS}$", _download),
        (r"(?:download|export)\s+(?P<what>.+)$", _download),
        (
            r"(?:fill|enter|type|put)(?:\s+(?:in|out))?(?:\s+(?:this|these|the\s+following))?\s*:\s*(?P<values>.+)$",
            _form,
        ),
        (r"fill\s+(?:in|out)\s+(?P<values>(?!.*\swith\s)(?!.*\b(?:form|fields?|questionnaire)\b)\S+\s+\S.*)$", _form),
        (
            r"(?:fill|complete)\s+(?:in\s+|out\s+)?(?:the\s+|this\s+)?(?:\w+\s+)?(?:form|fields|registration|it)"
            r"(?:\s+(?:in|out))?\s*(?:with|:|using)\s+(?P<values>.+)$",
            _form,
        ),
    )
)
