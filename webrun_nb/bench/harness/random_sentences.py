"""Generates instructions at random: words of the local agent's own vocabulary, of a page, and of the world."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence

from webrun_nb.agents.local.language.vocabulary import tables

ODD_WORDS: Sequence[str] = [  # written as sentences: a list of words is hard to read
    *"harbour patient seven cheapest price name title quantity day table list row Ada O'Neill 'single' not or".split(),  # noqa: SIM905
    *"except every each average 2026-01-02 $9 9% +1 -3 ++ ½ 12½ ² Ⅷ ٣ İstanbul ß the a of in on with by".split(),  # noqa: SIM905
    *"%s {x} {} [ ] ( ) (( \\ \\1 | * . .* ? ^ $ : ; , ' ` / // # @ & < > = != ~ 0 00 1e999 1,2,3 .5 -".split(),  # noqa: SIM905
    *("“quoted”", '"', "\u202e\u200b", "\ue000", "\u01c5"),
]
"""Words of a dictionary, numbers in many notations, and signs that mean something to patterns and formats."""
_CLAUSES = (
    "{verbs} {word}", '{verbs} "{word}"', "{verbs} the {word} {roles}", "{verbs} the {ordinals} {qualities} {roles}",
    '{verbs} "{word}" {prepositions} the {word} {roles}', "{verbs} {word} {prepositions} {word}",
    "{verbs} the {superlatives} {roles} {prepositions} {word}", "{verbs} the {roles} {tests} {word}",
    "{verbs} {joins} {roles} {prepositions} the {ordinals} {roles} {tests} {word}", "{verbs} {word} {times}",
    "{verbs} the {units} {prepositions} the {roles} {prepositions} {word}",
    "{verbs} the {results} {prepositions} {word}",
    "if {joins} {word} {roles}, {verbs} {word}, otherwise {verbs} {word}", "{verbs} {word} until {word} {joins}",
    "for each {roles}, {verbs} the {word}", "unless the {roles} {tests} {word}, {verbs} it", "{verbs} {directions}",
    "which {roles} {tests} {superlatives} {word}?", "how many {roles} {tests} {word}?", "is the {word} {qualities}?",
    "press {word} until it is {qualities}", "go back until {joins} is gone",
    "{prepositions} the {roles}, {verbs} {word}", "{verbs} {word} {orders}",
    "{verbs} {word}: {word}, {word} {joins} {word}",
    "{any} {any} {any}", "{any} {any} {any} {any} {any} {any}", "{word} {any} {word} {any} {word} {any} {any} {word}",
)  # fmt: skip
_JOINTS = (", ", " and ", ". ", "; ", "\n", ", then ", " and then ", " ", ", and list ", "\n1. ")
_SLOT = re.compile(r"\{(\w+)\}")


def vocabulary() -> Mapping[str, Sequence[str]]:
    """Return the words of the agent's language by table; `any` has all of them."""
    by_table = {name: [word for words in table.values() for word in words] for name, table in tables().items()}
    return {**by_table, "any": [word for words in by_table.values() for word in words]}


def random_sentence(page_words: Sequence[str], chance: random.Random) -> str:
    """Return an instruction of one to three clauses.

    Parameters
    ----------
    page_words : sequence of str
        Names and words of the page that it is for; may be empty.
    chance : random.Random
    """
    known = {**vocabulary(), "word": [*page_words, *ODD_WORDS]}

    def clause() -> str:
        text = _SLOT.sub(lambda slot: chance.choice(known[slot[1]]), chance.choice(_CLAUSES))
        return (
            text if chance.random() < 0.8 else chance.choice((text.upper(), text.title(), f"{text}!", f"please {text}"))
        )

    return chance.choice(_JOINTS).join(clause() for _ in range(chance.choice((1, 1, 2, 3))))
