"""Takes the credentials out of a task's text, before the text is stored or shown to anybody (section 6). Pure.

Two texts take its place. In the one that is stored and shown, each secret is `***`. In the one for the agent, each is
the mark of its name in the vault, in quotes: `log in as "ada" with password "⟦password⟧"`. A user name stays as it is,
in quotes for the agent, unless it is the same as a secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from webrun_nb.common.credentials.credential import Credential
from webrun_nb.common.credentials.finding import find_credentials
from webrun_nb.common.credentials.marks import mark_of, without_marks
from webrun_nb.emulator.domain.secrets.redaction import SHOWN, Redactor

MAX_CREDENTIALS = 50
"""The number of credentials that a text may hold."""
_QUOTES = "\"'“”‘’`«»„"
_SAY_NOTHING = frozenset({"password", "passwd", "pass", "secret", "code", "pin", "token", "login", "user", "username"})
"""Values that are words of any form: to mask them everywhere would hide the form and protect nothing."""
_ADDRESS = re.compile(r"\bhttps?://[^\s\"'<>“”]{1,2000}", re.I)
_SHORTEST_BARE = 4
"""The length from which on a value is recognised elsewhere in the text without quotes around it."""


@dataclass(frozen=True, slots=True)
class AgentText:
    """A task's text as its agent gets it, and the relation of its places to the text that is stored."""

    text: str
    names: tuple[str, ...] = ()
    """The secrets that have a mark in it, in their order."""
    page: str | None = None
    """The address in the text that the secrets are for: the last one before the first of them, else the first one."""
    replaced: tuple[tuple[int, int, int, int], ...] = ()
    """For each credential: its start and end in `text`, quotes included, and its start and end in the stored text."""

    def stored_place(self, start: int, end: int) -> tuple[int, int]:
        """Return the place in the stored text of a part of this one."""
        return self._stored(start, is_end=False), self._stored(end, is_end=True)

    def _stored(self, place: int, *, is_end: bool) -> int:
        shift = 0
        for start, end, stored_start, stored_end in self.replaced:
            if place <= start:
                break
            if place < end:
                return stored_end if is_end else stored_start
            shift = stored_end - end
        return place + shift


@dataclass(frozen=True, slots=True)
class TaskText:
    """A task's text without its secrets, and the credentials that it held."""

    stored: str
    for_agent: AgentText
    credentials: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Name in the vault → value; user names included."""
    secret: frozenset[str] = frozenset()
    """The names of those that are masked."""


def read_task_text(text: str, redactor: Redactor) -> TaskText:
    """Take the credentials out of a text, and mask them, and all secrets that are known already, from now on.

    Parameters
    ----------
    text : str
        The text as it came.
    redactor : Redactor
        Knows the session's secrets; the text's own are added.

    Raises
    ------
    ValueError
        It holds too many; the message has none of them, and nothing was kept.
    """
    text = without_marks(text)
    found = find_credentials(text)
    names = _named(found)
    if len(names) > MAX_CREDENTIALS:
        raise ValueError(f"the text holds {len(names)} passwords and codes; at most {MAX_CREDENTIALS} are taken")
    secret = frozenset(names[each.kind, each.value] for each in found if each.is_secret)
    for each in found:
        if each.is_secret and each.value.lower() not in _SAY_NOTHING:
            redactor.add(each.value)
    marked = [*_marked(text, found, names, redactor)]
    for _, _, name in marked:
        if name is not None:
            redactor.add(mark_of(name))
    stored, agent, replaced, place = "", "", [], 0
    for start, end, name in marked:
        piece = redactor.redact_text(text[place:start])
        shown = text[start:end] if name is None else SHOWN
        said = shown if name is None else mark_of(name)
        if not (text[start - 1 : start] in tuple(_QUOTES) and text[end : end + 1] in tuple(_QUOTES)):
            said = f'"{said}"'
        stored, agent = stored + piece, agent + piece
        replaced.append((len(agent), len(agent) + len(said), len(stored), len(stored) + len(shown)))
        stored, agent, place = stored + shown, agent + said, end
    rest = redactor.redact_text(text[place:])
    first = next((place[0] for place, (*_, name) in zip(replaced, marked, strict=True) if name is not None), 0)
    page = _page(agent + rest, first) if secret else None
    for_agent = AgentText(
        agent + rest, tuple(dict.fromkeys(name for *_, name in marked if name is not None)), page, tuple(replaced)
    )
    kinds = {each.kind for each in found}
    logs_in = not kinds & {"new_password"} or bool(kinds & {"password", "pin"})  # with a new password nobody does yet
    credentials = {names[each.kind, each.value]: each.value for each in found if each.is_secret or logs_in}
    return TaskText(stored + rest, for_agent, credentials, secret)


def _named(found: tuple[Credential, ...]) -> dict[tuple[str, str], str]:
    """Name each credential after its kind: `password`, and `password_2` for a second value."""
    names: dict[tuple[str, str], str] = {}
    count: dict[str, int] = {}
    for each in found:
        if (each.kind, each.value) not in names:
            count[each.kind] = number = count.get(each.kind, 0) + 1
            names[each.kind, each.value] = each.kind if number == 1 else f"{each.kind}_{number}"
    return names


def _marked(
    text: str, found: tuple[Credential, ...], names: Mapping[tuple[str, str], str], redactor: Redactor
) -> Iterator[tuple[int, int, str | None]]:
    """Yield the places that the texts differ in, with the name of the mark there; None for a user name.

    They are those of the credentials, and of the same secrets wherever else they stand by themselves.
    """
    place = 0
    hidden = {each.start: each for each in found if each.is_secret or redactor.redact_text(each.value) != each.value}
    values = {
        each.value: names[each.kind, each.value] for each in hidden.values() if each.value.lower() not in _SAY_NOTHING
    }
    again = [place for value in values for place in _places(value, text)]
    for start, end in sorted({*again, *((each.start, each.end) for each in found)}):
        if start < place:
            continue
        exact = hidden.get(start)
        if exact is not None and exact.end == end:
            yield start, end, names[exact.kind, exact.value]
        elif any(each.start == start for each in found):
            yield start, end, None
        elif _stands_alone(text, start, end):
            yield start, end, values[text[start:end]]
        else:
            continue
        place = end


def _places(value: str, text: str) -> Iterator[tuple[int, int]]:
    start = text.find(value)  # without `re`, which would keep a pattern made of it
    while start >= 0:
        yield start, start + len(value)
        start = text.find(value, start + len(value))


def _stands_alone(text: str, start: int, end: int) -> bool:
    before, after = text[start - 1 : start], text[end : end + 1]
    if before and before in _QUOTES and after and after in _QUOTES:
        return True
    return end - start >= _SHORTEST_BARE and not before.strip() and (not after.strip() or after in ".,;:)")


def _page(text: str, secret_start: int) -> str | None:
    addresses = [*_ADDRESS.finditer(text)]
    before = [match for match in addresses if match.start() < secret_start]
    chosen = before[-1] if before else next(iter(addresses), None)
    return None if chosen is None else chosen[0].rstrip(".,;:!?)")
