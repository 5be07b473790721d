"""Asks a task's question in a terminal, and reads the answer from a line that is typed there."""

from __future__ import annotations

import sys
from getpass import getpass

from webrun_nb.client.monitoring.guardrails import GuardrailHandler
from webrun_nb.client.snapshot import Question
from webrun_nb.notebook.display import terminal_line
from webrun_nb.notebook.text import labels
from webrun_nb.notebook.widgets.front_end import has_front_end
from webrun_nb.notebook.widgets.question_form import QuestionForm, form_of

_ASK = "answer (empty: stop the task): "


def prompt_here() -> GuardrailHandler | None:
    """Return the function that asks in this process's terminal; None if no person can be asked there."""
    if has_front_end() or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return None
    return ask_in_terminal


def ask_in_terminal(question: Question) -> str | None:
    """Print a question with its choices and read the answer; a secret is not shown while it is typed.

    Returns
    -------
    str or None
        The answer; None if nothing was typed: then the task is stopped.
    """
    with terminal_line.held():
        return _ask(form_of(question), question)


def _ask(form: QuestionForm, question: Question) -> str | None:
    print(f"{form.title}: {labels.clean(question.text, labels.QUESTION_CHARACTERS)}")
    for number, (label, _) in enumerate(form.choices, 1):
        numbered = f"{number}. "  # which a choice may begin with by itself
        print(f"  {numbered}{label.removeprefix(numbered)}")
    read = getpass if form.field in ("password", "code") else input
    while True:
        try:
            typed = read(_ASK)
        except EOFError:
            return None
        if not typed.strip():
            return None
        answer = _answer(form, typed)
        if answer is not None:
            return answer
        print(f"type a number from 1 to {len(form.choices)}")


def _answer(form: QuestionForm, typed: str) -> str | None:
    """Return the answer that was typed: a choice by its text or number, or free text if the form takes it."""
    answers = [answer for _, answer in form.choices]
    if typed in answers:
        return typed
    if typed.strip().isdecimal() and 1 <= int(typed) <= len(answers):
        return answers[int(typed) - 1]
    return typed if form.field else None
