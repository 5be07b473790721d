"""The form that answers a guardrail's question: its title, its choices and its text field, by the kind of question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from webrun_nb.client.snapshot import Question
from webrun_nb.notebook.text import labels as words

Field = Literal["text", "code", "password", ""]

_TITLES: Mapping[str, str] = {
    "ambiguous": "The instruction is not clear",
    "credentials": "Credentials are needed",
    "purchase": "Confirm a purchase",
    "captcha": "Solve a CAPTCHA",
    "security": "A security warning",
    "two_factor": "A two-factor code is needed",
    "policy": "A policy requires approval",
}
_APPROVALS = frozenset({"purchase", "security", "policy"})
_FIELDS: Mapping[str, Field] = {"credentials": "password", "two_factor": "code", **dict.fromkeys(_APPROVALS, "")}
_FIELD_LABELS: Mapping[Field, str] = {
    "text": "Answer",
    "code": "Code (sent once, not stored)",
    "password": "Password (sent once, not stored)",
    "": "",
}
_APPROVE = (("Approve", "approve"), ("Reject", "reject"))
_SOLVED = (("It is solved: continue", "solved"),)


@dataclass(frozen=True, slots=True)
class QuestionForm:
    """The controls of a form."""

    title: str
    choices: tuple[tuple[str, str], ...]
    """(label, answer) each."""
    at_once: bool
    """A choice is a button that sends its answer, not a radio button."""
    field: Field
    """The kind of text field; empty where there is none."""
    left_out: int
    """The number of candidates that are not among the choices."""

    def to_json(self) -> dict[str, Any]:
        """Return it for the page, without the answers of the choices."""
        label = _FIELD_LABELS[self.field]
        if self.choices and self.field == "text":
            label = "Something else"
        return {
            "title": self.title,
            "choices": [label for label, _ in self.choices],
            "atOnce": self.at_once,
            "field": self.field,
            "fieldLabel": label,
            "leftOut": self.left_out,
        }


def form_of(question: Question) -> QuestionForm:
    """Return the form that fits a question: what the server offers, else what its kind needs.

    A kind that is not known here gets a text field.
    """
    kind = question.kind
    shown = question.candidates[: words.CANDIDATES_SHOWN]
    left_out = len(question.candidates) - len(shown)
    choices = tuple((words.clean(candidate, words.CANDIDATE_CHARACTERS), candidate) for candidate in shown)
    if not choices and kind in _APPROVALS:
        choices = _APPROVE
    if not choices and kind == "captcha":
        choices = _SOLVED
    field = _FIELDS.get(kind, "text")
    return QuestionForm(
        title=_TITLES.get(kind, "The task asks"),
        choices=choices,
        at_once=kind in _APPROVALS or kind == "captcha",
        field="text" if left_out and not field else field,
        left_out=left_out,
    )


def other_way(name: str, question: Question) -> str:
    """Return the command that answers a question without a form; for secrets a function, as the magic refuses them."""
    if form_of(question).field in ("password", "code"):
        return "webrun.on_guardrail(fn)"
    return f"%webrun answer {name} …"
