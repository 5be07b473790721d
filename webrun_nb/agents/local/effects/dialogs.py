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
_MAX_QUESTIONS = 3
_SHOWN_CHARS = 300
_YES = re.compile(r"(?:ok(?:ay)?|yes|y|accept|confirm|go ahead|do it|sure|1)[\s.!]*", re.I)


class Asker(Protocol):
    """The operations of a task that are used here."""

    def ask(self, question: str, candidates: Sequence[str] = ()) -> Work[str]:
        """Ask a person."""

    def note(self, text: str) -> Work[None]:
        """Say something."""


def answered(task: Asker, action: Action, because: str, reply: Performed, remarks: list[str]) -> Work[Reply | None]:
    """Have the dialogs of an action answered; return the reply to the action as it was performed last.

    A dialog that asked something was dismissed. Where the person agrees to it, the action is performed again, and this
    dialog, no other one, is accepted.

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

    Raises
    ------
    AgentError
        `AGENT_ERROR`: the page asks again whatever is answered.
    """
    question = ""
    for _ in range(_MAX_QUESTIONS):
        for dialog in reply.dialogs:
            if dialog.is_accepted and dialog.kind != "confirm":
                said = f"The page said {_quoted(dialog)}."
                remarks.append(said)
                yield from task.note(said)
        asks = next((dialog for dialog in reply.dialogs if not dialog.is_accepted), None)
        if asks is None:
            return reply
        is_prompt = asks.kind == "prompt"
        how = f'Write the text for it, or "{CANCEL}".' if is_prompt else f'"{OK}" or "{CANCEL}"?'
        question = f'"{because}": the page asks {_quoted(asks)}. {how}'
        said = (yield from task.ask(question, (CANCEL,) if is_prompt else (OK, CANCEL))).strip()
        if said.casefold() == CANCEL.casefold() or not (is_prompt or _YES.fullmatch(said)):
            remark = f"The page asked {_quoted(asks)} and was answered {CANCEL}."
            remarks.append(remark)
            yield from task.note(remark)
            return reply
        again = yield Perform(action, because, DialogAnswer(asks.text, said if is_prompt else ""))
        if not isinstance(again, Performed):
            return again
        reply = again
    raise AgentError(TaskFailureCode.AGENT_ERROR, f"The page asks again, whatever is answered. {question}")


def _quoted(dialog: NativeDialog) -> str:
    return f"“{shortened(dialog.text.strip(), _SHOWN_CHARS)}”" if dialog.text.strip() else "something without words"
