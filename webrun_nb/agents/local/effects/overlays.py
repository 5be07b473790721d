"""Layers that a page lays over itself unasked: consent banners, and offers of newsletters and the like.

A layer that covers something is declined or closed before the page is acted on, and this is said. Nothing is ever
consented to without a person: where a layer can only be accepted, the person is asked. A layer that the sentence
speaks of is left alone, and so is every other dialog: it is part of what the page does.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from webrun_nb.browsers.observation import Element, Observation
from webrun_nb.common.text import shortened

_MAX_CHARS = 4_000
_CONSENT = re.compile(
    r"\bcookies?\b|\bconsent\b|\bgdpr\b|\bdata\s+protection\b|\bvalue\s+your\s+privacy\b|\bprivacy\s+(?:choices|preferences"
    r"|settings)\b|\btracking\s+technolog",
    re.I,
)
_OFFER = re.compile(
    r"\bnewsletter\b|\bmailing\s+list\b|\bsubscribe\b|\bsign\s?up\s+(?:for|to|and)\b|\b\d{1,2}\s?%\s+off\b|\bdiscount\b"
    r"|\b(?:push\s+)?notifications\b|\b(?:get|install|download)\s+(?:the|our)\s+app\b|\bquick\s+survey\b|\bspecial\s+offers?\b",
    re.I,
)
_COOKIES = r"(?:\s+(?:optional|non-?essential|unnecessary|additional|other|all|the|third.party))*(?:\s+cookies?)?"
_DECLINES = tuple(
    re.compile(pattern, re.I)
    for pattern in (
        rf"(?:reject|decline|refuse|deny|disallow|opt\s+out\s+of)\s+all{_COOKIES}(?:\s+and\s+close)?",
        r"(?:(?:use|accept|allow|keep|save|continue\s+with)\s+)?(?:only\s+)?(?:the\s+)?(?:strictly\s+)?"
        r"(?:necessary|essential|required|functional)(?:\s+ones)?(?:\s+cookies)?(?:\s+only)?",
        rf"(?:reject|decline|refuse|deny|disagree|opt\s+out){_COOKIES}",
        r"(?:continue|proceed)\s+without\s+(?:accepting|agreeing|consent(?:ing)?)",
        r"(?:i\s+)?(?:do\s+not|don.t)\s+(?:accept|agree|consent|allow)",
        r"no[,.]?\s+thanks?(?:\s+you)?|no|not\s+now|maybe\s+later|later|skip|remind\s+me\s+later|not\s+interested",
        r"close(?:\s+(?:this|the))?(?:\s+(?:dialog|banner|window|modal|pop-?up|message|overlay|notice))?|dismiss|[×✕✖✗x]",
    )
)
"""Names of controls that decline or close a layer, the plainest first."""
_ACCEPTS = re.compile(
    rf"(?:accept|allow|agree(?:\s+to)?|enable)(?:\s+all)?{_COOKIES}(?:\s+and\s+(?:close|continue))?|(?:i\s+)?(?:agree|accept"
    r"|understand|consent)|got\s+it!?|ok(?:ay)?[.!]?|yes|continue",
    re.I,
)
_SPOKEN_OF = re.compile(
    r"\b(?:cookies?|consent|banner|pop-?ups?|overlay|newsletter|modal|dialog|dialogue|privacy|accept|reject|decline|dismiss"
    r"|close|subscribe)\b",
    re.I,
)
_WORD = re.compile(r"[^\W_]+")
_BUTTONS = frozenset({"button", "link", "clickable"})


@dataclass(frozen=True, slots=True)
class Overlay:
    """A layer that stands in the way of the page."""

    kind: str
    """`cookie banner` or `offer`, for people."""
    declines: Element | None
    """The control that declines or closes it."""
    accepts: Element | None
    """The control that accepts it, where there is none that declines it."""

    def told(self, by: Element) -> str:
        """Say in words that a control of it was pressed."""
        what = "declined or closed" if by is self.declines else "accepted, as you said,"
        return f"the {self.kind} was {what} with “{shortened(by.name or by.hint, 60)}”"


def overlay_over(seen: Observation, sentence: str) -> Overlay | None:
    """Find a consent banner or an offer that covers something of the page, and of which a sentence does not speak.

    Parameters
    ----------
    seen : Observation
        The page.
    sentence : str
        The sentence that is followed.
    """
    layers = defaultdict[int, list[Element]](list)
    for thing in (*seen.elements, *seen.texts):
        if thing.layer:
            layers[thing.layer].append(thing)
    covering = {element.layer for element in seen.elements if element.covered}
    if not layers or not covering or _SPOKEN_OF.search(sentence):
        return None
    for number, things in layers.items():
        if covering == {number} or _is_spoken_of(things, sentence):
            continue  # nothing but the layer itself is covered
        words = " ".join(islice(_words(things), _MAX_CHARS // 20))[:_MAX_CHARS]
        is_consent = bool(_CONSENT.search(words))
        if not is_consent and not _OFFER.search(words):
            continue
        controls = [e for e in things if e.role in _BUTTONS and e.enabled and not e.covered]
        declines = next((e for way in _DECLINES for e in controls if _is_called(e, way)), None)
        accepts = None
        if is_consent and declines is None:
            accepts = next((e for e in controls if _is_called(e, _ACCEPTS)), None)
        if declines is not None or accepts is not None:
            return Overlay("cookie banner" if is_consent else "offer", declines, accepts)
    return None


def _words(things: list[Element]) -> Iterator[str]:
    return (shortened(thing.text or thing.name, 300) for thing in things)


def _is_called(element: Element, way: re.Pattern[str]) -> bool:
    return any(way.fullmatch(name.strip()) for name in {element.name[:80], element.text[:80]} if name)


def _is_spoken_of(things: list[Element], sentence: str) -> bool:
    names = (_spaced(thing.name) for thing in things if thing.role not in ("text", "paragraph"))
    return any(len(name) > 4 and name in _spaced(sentence) for name in names)


def _spaced(text: str) -> str:
    """Return the words of a text with a blank before and after each."""
    return f" {' '.join(re.findall(_WORD, text.casefold()))} "
