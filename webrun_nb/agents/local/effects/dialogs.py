"""Native dialogs that an action leads to: a person decides those that ask something, with the page's own words."""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from typing import Protocol, TypeVar

from webrun_nb.agents.base import AgentError, Perform, Performed, Reply, Step
from webrun_nb.browsers.actions import Action
from webrun_nb.browsers.observation import DialogAnswer, NativeDialog
from webrun_nb.common.codes import TaskFailureCode
from webrun_nb.common.text import shortened

T = TypeVar("T")
Work = Generator[Step, Reply | None, T]

OK, CANCEL = "OK", "Cancel"
ACCEPT, DISMISS = "accept", "dismiss"
"""The wishes of a sentence about a dialog that are not the text to answer it with."""
_MAX_QUESTIONS = 3
_SHOWN_CHARS = 300
_YES = re.compile(r"(?:ok(?:ay)?|yes|y|accept|confirm|go ahead|do it|sure|1)[\s.!]*", re.I)


class Asker(Protocol):
    """The operations of a task that are used here."""

    def ask(self, question: str, candidates: Sequence[str] = ()) -> Work[str]:
        """Ask a person."""

    def note(self, text: str) -> Work[None]:
        """Say something."""


def first_answer(wish: str) -> DialogAnswer | None:
    """Return the answer that a sentence's wish gives to the first dialog of its action; None where it gives none.

    Parameters
    ----------
    wish : str
        `accept`, `dismiss`, a text to answer with, or empty.
    """
    if wish in ("", DISMISS):
        return None
    return DialogAnswer(None, "" if wish == ACCEPT else wish)


def answered(
    task: Asker, action: Action, because: str, reply: Performed, remarks: list[str], wish: str = ""
) -> Work[Reply | None]:
    """Have the dialogs of an action answered; return the reply to the action as it was performed last.

    A dialog that asked something was dismissed, unless the sentence says how it is answered. Where a person agrees to
    it, the action is performed again, and this dialog, no other one, is accepted.

    Parameters
    ----------
    task : Asker
    action : Action
        What led to the dialogs.
    because : str
        The sentence that it serves.
    reply : Performed
        The reply to the action.
    remarks : list of str
        What the answer has to say of the dialogs is added to it.
    wish : str, optional
        The answer that the sentence wishes: `accept`, `dismiss`, or a text.

    Raises
    ------
    AgentError
        `AGENT_ERROR`: the page asks again whatever is answered.
    """
    question, given = "", wish
    for _ in range(_MAX_QUESTIONS):
        for dialog in reply.dialogs:
            if dialog.is_accepted:
                yield from _remark(task, remarks, _told(dialog, given))
        asks = next((dialog for dialog in reply.dialogs if not dialog.is_accepted), None)
        if asks is None:
            return reply
        is_prompt = asks.kind == "prompt"
        how = f'Write the text for it, or "{CANCEL}".' if is_prompt else f'"{OK}" or "{CANCEL}"?'
        question = f'"{because}": the page asks {_quoted(asks)}. {how}'
        if wish == DISMISS:
            said = CANCEL
        else:
            said = (yield from task.ask(question, (CANCEL,) if is_prompt else (OK, CANCEL))).strip()
        if said.casefold() == CANCEL.casefold() or not (is_prompt or _YES.fullmatch(said)):
            yield from _remark(task, remarks, f"The page asked {_quoted(asks)} and was answered {CANCEL}.")
            return reply
        given = said if is_prompt else ""
        again = yield Perform(action, because, DialogAnswer(asks.text, given))
        if not isinstance(again, Performed):
            return again
        reply = again
    raise AgentError(TaskFailureCode.AGENT_ERROR, f"The page asks again, whatever is answered. {question}")


def _remark(task: Asker, remarks: list[str], said: str) -> Work[None]:
    if said not in remarks:
        remarks.append(said)
        yield from task.note(said)


def _told(dialog: NativeDialog, given: str) -> str:
    match dialog.kind:
        case "confirm":
            return f"The page asked {_quoted(dialog)} and was answered {OK}."
        case "prompt":
            with_what = f"“{shortened(given, _SHOWN_CHARS)}”" if given not in ("", ACCEPT) else OK
            return f"The page asked {_quoted(dialog)} and was answered {with_what}."
        case "beforeunload":
            return "The page asked whether to leave it, and was left."
        case _:
            return f"The page said {_quoted(dialog)}."


def _quoted(dialog: NativeDialog) -> str:
    return f"“{shortened(dialog.text.strip(), _SHOWN_CHARS)}”" if dialog.text.strip() else "something without words"
