"""Headings of lists that a page shows beside what it is about: "Customers also bought", "Other items".

Such a list often has the form of the page's own list, and is another one all the same.
"""

from __future__ import annotations

from collections.abc import Set

from webrun_nb.extraction.embedded.comparing import plain_words
from webrun_nb.extraction.naming.names import name_of

_LONGEST_HEADING = 80
_PHRASES = tuple(
    plain_words(phrase)
    for phrase in (
        "also bought", "also viewed", "also like", "also liked", "bought together", "related", "similar",
        "recommended", "recommendations", "recently viewed", "you might like", "you may like", "sponsored",
        "more like this", "andere kauften auch", "kauften auch", "ähnliche", "empfohlen", "empfehlungen",
        "zuletzt angesehen", "gesponsert", "das könnte ihnen auch gefallen", "wird oft zusammen gekauft",
        "vous aimerez aussi", "ont également acheté", "ont aussi acheté", "similaires", "recommandés",
        "récemment consultés", "sponsorisé", "también compraron", "también te puede gustar", "relacionados",
        "similares", "recomendados", "vistos recientemente", "patrocinado", "hanno acquistato anche",
        "potrebbe interessarti anche", "correlati", "simili", "consigliati", "também compraram",
        "você também pode gostar", "kochten ook", "vergelijkbare", "gerelateerde", "aanbevolen", "podobne",
        "polecane", "похожие", "рекомендуемые", "с этим покупают", "вам также может понравиться",
    )
)  # fmt: skip
"""Phrases that say so anywhere in a heading."""
_OTHER = frozenset(
    map(
        plain_words,
        ("other", "andere", "autres", "otros", "otras", "altri", "altre", "outros", "outras", "overige"),
    )
)
"""First words of a heading that say so of what is asked for; "Other" alone is the name of a category."""


def is_of_others(heading: str, subject: Set[str], said: Set[str]) -> bool:
    """Tell whether a heading says that its list is another one than what is asked for.

    Parameters
    ----------
    heading : str
    subject : set of str
        The stems of the words for what is asked for.
    said : set of str
        The stems of all words of the request: what it names itself ("similar items") is asked for.
    """
    text = plain_words(heading[:_LONGEST_HEADING])
    first, _, rest = text.partition(" ")
    padded = f" {text} "
    for phrase in _PHRASES:
        if f" {phrase} " in padded:
            return not {word.stem for word in name_of(phrase).words} <= said
    things = {word.stem for word in name_of(rest).words} if rest else set[str]()
    if first not in _OTHER or not things or {word.stem for word in name_of(first).words} & said:
        return False
    return things <= subject or any("item" in word.concepts for word in name_of(rest).words)
