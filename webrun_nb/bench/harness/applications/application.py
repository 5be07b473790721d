"""The parts that every application has: tasks with a check each, and how the application starts, resets and stops."""

from __future__ import annotations

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer of a task that ended as done."""

    message: str

    @property
    def records(self) -> list[dict[str, Any]]:
        """The records of a structured answer; empty where it is none."""
        try:
            read = json.loads(self.message)
        except ValueError:
            return []
        return [each for each in read if isinstance(each, dict)] if isinstance(read, list) else []

    def says(self, *words: str, but_not: Sequence[str] = ()) -> bool:
        """Return whether the answer has all these words, whole and in any order, and none of the others.

        A number matches however its thousands are set apart and with any zeros after the decimal point: "1,204" is
        1204, and 9.5 is "9.50".
        """
        return all(self._has(each) for each in words) and not any(self._has(each) for each in but_not)

    def says_in_order(self, *words: str) -> bool:
        """Return whether the answer has all these words, one after the other."""
        text, at = self.message.casefold(), 0
        for word in words:
            found = text.find(word.casefold(), at)
            if found < 0:
                return False
            at = found + len(word)
        return True

    def _has(self, word: str) -> bool:
        if re.fullmatch(r"-?\d+(\.\d+)?", word):
            numbers = re.findall(r"-?\d+(?:\.\d+)?", re.sub(r"(?<=\d)[,   ](?=\d{3}(?!\d))", "", self.message))
            return any(float(each) == float(word) for each in numbers)
        return re.search(rf"(?<!\w){re.escape(word.casefold())}(?!\w)", self.message.casefold()) is not None


State = TypeVar("State")


@dataclass(frozen=True, slots=True)
class ApplicationTask(Generic[State]):
    """A sentence as a user would type it, and the check of what came of it.

    Parameters
    ----------
    text : str
        The sentence.
    done : callable
        Takes the application's state after the task and the answer; True if the task was really done.
    approved : bool
        The sentence deletes something: a question for an approval is answered with yes. Any other question, and any
        question of another task, counts as not done.
    signed_in : bool
        The session is signed in before the task starts; otherwise the sentence has the user name and password.
    path : str
        The page the task starts on, below the application's address.
    columns : mapping of str to str
        The columns of a structured answer, each with its JSON type; empty for an answer in words.
    """

    text: str
    done: Callable[[State, Answered], bool]
    approved: bool = False
    signed_in: bool = True
    path: str = "/"
    columns: Mapping[str, str] = field(default_factory=dict)

    @property
    def schema(self) -> dict[str, Any] | None:
        """The JSON Schema of a structured answer, or None."""
        if not self.columns:
            return None
        properties = {name: {"type": kind} for name, kind in self.columns.items()}
        return {"type": "array", "items": {"type": "object", "properties": properties, "required": list(properties)}}


class Application(ABC, Generic[State]):
    """A running application on a port of 127.0.0.1; use it as a context manager."""

    name: str
    tasks: Sequence[ApplicationTask[State]]
    sign_in_path: str | None = None
    """A page that signs the browser in when it is opened, where the application has accounts."""

    @abstractmethod
    def __enter__(self) -> str:
        """Start it and return its address, without a slash at the end.

        Raises
        ------
        NotAvailableError
            It is not installed; the line says how to install it.
        BenchError
            It does not start.
        """

    @abstractmethod
    def __exit__(self, *error: object) -> None:
        """Stop it and remove its files."""

    @abstractmethod
    def reset(self, number: int) -> None:
        """Restore the state that the task with this number (from 1) expects."""

    @abstractmethod
    def state(self) -> State:
        """Return the state to check."""
