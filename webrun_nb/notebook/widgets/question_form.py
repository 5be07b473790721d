"""Which controls a guardrail's question is answered with."""

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
    "purchase": "A purchase is to be confirmed",
    "captcha": "A CAPTCHA is to be solved",
    "security": "A security warning",
    "two_factor": "A two-factor code is needed",
    "policy": "A policy asks for approval",
}
_APPROVALS = frozenset({"purchase", "security", "policy"})
_FIELDS: Mapping[str, Field] = {"credentials": "password", "two_factor": "code", **dict.fromkeys(_APPROVALS, "")}
_FIELD_LABELS: Mapping[Field, str] = {
    "text": "Answer",
    "code": "Code (sent once, kept nowhere)",
    "password": "Password (sent once, kept nowhere)",
    "": "",
}
_APPROVE = (("Approve", "approve"), ("Reject", "reject"))
_SOLVED = (("It is solved: go on", "solved"),)


@dataclass(frozen=True, slots=True)
class QuestionForm:
    """The controls.

    `choices` are (label, answer); `at_once`: choosing sends, rather than marks. `field` is what else can be typed, or
    empty. `left_out` says how many candidates are not among the choices.
    """

    title: str
    choices: tuple[tuple[str, str], ...]
    at_once: bool
    field: Field
    left_out: int

    def to_json(self) -> dict[str, Any]:
        """Return what the page needs; the answers behind the choices stay here."""
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

    A kind that is newer than we are gets a line of text.
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
    """Return how a question is answered without a form; the magic refuses secrets (grammar, `answer`)."""
    if form_of(question).field in ("password", "code"):
        return "webrun.on_guardrail(fn)"
    return f"%webrun answer {name} …"
