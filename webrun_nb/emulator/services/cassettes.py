"""The cassettes of users: they take the traffic of tasks, or tasks are answered from them. In memory alone."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from webrun_nb.agents.recording.cassette import Addresses, Cassette, CassetteError, TaskAnswer, read_cassette
from webrun_nb.common.codes import ErrorCode
from webrun_nb.emulator.domain.errors import CommandRefusedError
from webrun_nb.emulator.domain.task import Task
from webrun_nb.emulator.services.practice_sites import PracticeSites
from webrun_nb.wire.requests import TaskFields

MOST = 20
"""The number of cassettes that are kept; each may take some ten MB."""


class Cassettes:
    """Keeps the cassettes of all users by name, for as long as the process runs; each user has access to their own.

    Parameters
    ----------
    practice : PracticeSites
        The practice sites, which cassettes have by name.
    """

    def __init__(self, practice: PracticeSites) -> None:
        self._names = Addresses(practice.by_name, practice.by_address)
        self._cassettes: OrderedDict[tuple[str, str], Cassette] = OrderedDict()

    def put(self, user: str, name: str, content: Mapping[str, Any] | None) -> Cassette:
        """Keep a cassette in place of one of the same name: to be played from its beginning, or an empty one (None).

        Raises
        ------
        CommandRefusedError
            `INVALID_PARAMETER`: it is no cassette.
        """
        try:
            cassette = Cassette(names=self._names) if content is None else read_cassette(content, self._names)
        except CassetteError as error:
            raise CommandRefusedError(ErrorCode.INVALID_PARAMETER, f"cassette: {error}", parameter="cassette") from None
        self._keep((user, name), cassette)
        return cassette

    def of_task(self, user: str, fields: TaskFields) -> Cassette | None:
        """Return the cassette that a task names, a new one where there is none of that name; None if it names none."""
        name = fields.emulator.record
        if name is None:
            return None
        if (user, name) not in self._cassettes:
            self._keep((user, name), Cassette(names=self._names))
        return self._cassettes[user, name]

    def of(self, user: str, name: str) -> Cassette:
        """Return a cassette.

        Raises
        ------
        CommandRefusedError
            `NOT_FOUND`: the user has none of that name.
        """
        cassette = self._cassettes.get((user, name))
        if cassette is None:
            message = f"there is no cassette {name[:64]!r}; a task with emulator.record begins one, and {MOST} are kept"
            raise CommandRefusedError(ErrorCode.NOT_FOUND, message)
        return cassette

    def remove(self, user: str, name: str) -> None:
        """Remove a cassette; raises as `of`."""
        self.of(user, name)
        del self._cassettes[user, name]

    def clear(self) -> None:
        """Remove all."""
        self._cassettes.clear()

    def _keep(self, key: tuple[str, str], cassette: Cassette) -> None:
        self._cassettes.pop(key, None)
        self._cassettes[key] = cassette
        while len(self._cassettes) > MOST:
            self._cassettes.popitem(last=False)


def keep_answer(task: Task) -> None:
    """Add the answer of a completed task to its cassette, where it has one that takes traffic."""
    cassette: Cassette | None = task.order.cassette
    if cassette is None or cassette.is_played or task.answer is None:
        return
    fields = task.order.fields
    cassette.add_task(
        TaskAnswer(
            text=fields.prompt,
            starting_url=None if fields.starting_url is None else cassette.names.kept(fields.starting_url),
            output_type=fields.output_type,
            message=task.answer.message,
        )
    )
