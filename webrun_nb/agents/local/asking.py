"""Questions of a task to a person, in the words of the open page; asked again if an answer does not help."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Sequence
from typing import TypeVar

from webrun_nb.agents.base import AgentError, Answered, Ask, Reply, SettledByHand, SettledByHandError, Step
from webrun_nb.agents.local.examples import examples_of
from webrun_nb.agents.local.language import plan
from webrun_nb.agents.local.language.intents import Intent, Target, Unclear
from webrun_nb.agents.local.language.words import unclear
from webrun_nb.agents.local.lists.view import View
from webrun_nb.agents.local.matching.wording import describe
from webrun_nb.agents.local.messages import chosen, named_choice
from webrun_nb.browsers.observation import Element, Observation
from webrun_nb.common.codes import TaskFailureCode

T = TypeVar("T")
Work = Generator[Step, Reply | None, T]

MAX_ANSWERS = 3
"""How often one sentence is asked about before the task fails."""
_MOST_CHOICES = 12


class Asking(ABC):
    """The questions of a task."""

    @abstractmethod
    def shown(self) -> Work[Observation | None]:
        """Return what the open page shows, whatever it answered; None where no page is open."""

    @abstractmethod
    def lists(self) -> Work[Sequence[View]]:
        """Return the lists of the open page, whatever it answered."""

    def ask(self, question: str, candidates: Sequence[str] = (), *, is_not_understood: bool = False) -> Work[str]:
        """Ask a person and wait for the answer.

        Parameters
        ----------
        question : str
        candidates : sequence of str
            The choices, where there are any.
        is_not_understood : bool
            A sentence of the task was not understood.

        Raises
        ------
        SettledByHandError
            The person took over instead.
        """
        reply = yield Ask("ambiguous", question, tuple(candidates), is_not_understood=is_not_understood)
        if isinstance(reply, SettledByHand):
            raise SettledByHandError(question)
        if isinstance(reply, Answered):
            return reply.text.strip()
        raise AgentError(TaskFailureCode.AGENT_ERROR, f"Nobody answered: {question}")

    def choice(self, question: str, choices: Sequence[str]) -> Work[int]:
        """Ask which of several is meant; return its position.

        Raises
        ------
        AgentError
            `AGENT_ERROR`: no answer names one.
        """
        for _ in range(MAX_ANSWERS):
            answer = yield from self.ask(f"{question} (a number or its words)", _numbered(choices))
            if (position := named_choice(answer, choices)) is not None:
                return position
        raise AgentError(
            TaskFailureCode.AGENT_ERROR, f"{question} {MAX_ANSWERS} answers named none of: {'; '.join(choices)}."
        )

    def which(self, sentence: str, target: Target, elements: tuple[Element, ...]) -> Work[Element]:
        """Ask which of the elements that fit equally well is meant."""
        names = _numbered([describe(element) for element in elements[:_MOST_CHOICES]])
        question = f'In "{sentence}": {len(elements)} elements match {target}. Which one? (a number or its words)'
        for _ in range(MAX_ANSWERS):
            answer = yield from self.ask(question, names)
            if element := chosen(answer, elements[:_MOST_CHOICES]):
                return element
            question = (
                f'"{answer}" matches none of them, or several. In "{sentence}", which one? (a number or its words)'
            )
        raise AgentError(
            TaskFailureCode.ELEMENT_NOT_FOUND,
            f'"{sentence}": none of the answers named one of the {len(elements)} elements that match.',
        )

    def ask_again(
        self,
        sentence: str,
        understood: str = "",
        about: str = "",
        lists: Sequence[View] | None = None,
        choices: Sequence[str] = (),
        picked: Callable[[int], Intent] | None = None,
    ) -> Work[list[Intent]]:
        """Ask what a sentence means until the answer can be followed; the answer takes the sentence's place.

        Parameters
        ----------
        understood : str
            What of the sentence was understood.
        about : str
            What is wrong with it; empty where it was not understood, or not all of it.
        lists : sequence of View, optional
            The page's lists, for examples; they are read where they are not given.
        choices, picked
            What the answer may name by its number or its words, and what is meant then.
        """
        problem, names = about, choices[:_MOST_CHOICES]
        seen = yield from self.shown()
        if lists is None:
            lists = (yield from self.lists()) if seen is not None else ()
        examples = examples_of(seen, lists)
        for _ in range(MAX_ANSWERS):
            question = f"{unclear(sentence, understood, problem, examples)}; or `skip it` to go on without."
            answer = yield from self.ask(question, _numbered(names), is_not_understood=True)
            if answer.casefold() in ("skip", "skip it", "ignore", "leave it out"):
                return []
            if picked is not None and (position := named_choice(answer, names)) is not None:
                return [picked(position)]
            intents = plan(answer)
            if intents and not any(isinstance(intent, Unclear) for intent in intents):
                return intents
            problem = f'I did not understand the answer "{answer}" either'
        raise AgentError(
            TaskFailureCode.AGENT_ERROR,
            f'The local agent did not understand "{sentence}", and {MAX_ANSWERS} answers did not help.',
        )


def _numbered(choices: Sequence[str]) -> list[str]:
    return [f"{number}. {words}" for number, words in enumerate(choices, 1)]
