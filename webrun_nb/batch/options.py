"""Defines the options of a map: one object from the cell, or the call, to the run's record on disk.

A new option is a field here (twice: as a keyword that type checkers see, and with its default). The options of a task
are those of `client.tasks.options`: each row's task gets them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Literal

from webrun_nb.client.arguments import unknown_argument
from webrun_nb.client.errors import ArgumentError
from webrun_nb.client.monitoring.budget import Amount
from webrun_nb.client.proxies import Proxy
from webrun_nb.client.secrets import Secrets
from webrun_nb.client.tasks.options import CommonTaskKeywords, TaskOptions

OnError = Literal["keep", "raise"]
MOST_AT_ONCE = 64


class MapKeywords(CommonTaskKeywords, total=False):
    """The keywords of `map`; `MapOptions` and `TaskOptions` describe them."""

    concurrency: int
    per_host: int
    limit: int | None
    on_error: OnError
    resume: str | None
    new: bool
    keep: bool | Sequence[str]
    status: bool
    with_url: bool
    polite: bool | None
    robots: bool
    dask: str | None
    client: object
    environment_id: str | None
    policy_id: str | None
    proxy: Proxy | None


_OF_THE_MAP = frozenset({"url", "end", "max_cost_usd", "secrets"})
"""Options of a task that mean something else for a map: a template, the whole run's budget, its sessions' secrets."""
TASK_OPTIONS = tuple(each.name for each in fields(TaskOptions) if each.name not in _OF_THE_MAP)
"""The options of a task that apply to each row's."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MapOptions:
    """The options of a map as its caller gave them.

    Parameters
    ----------
    url : str, optional
        The page of each row: a template such as `"{{ row.url }}"`; by default the column `url` of the input.
    concurrency : int
        The most rows that run at once, each in a session of its own, which is used again.
    per_host : int
        The most rows that run at once on one host, where politeness applies.
    limit : int, optional
        Only the first so many rows.
    max_cost_usd : Decimal, float or str, optional
        The limit on the cost of the run, its earlier processes included. At the limit no more rows are started; those
        that run end. The user's own language model has it for itself: the rows share it, and never exceed it.
    on_error : {"keep", "raise"}
        `keep`: a failed row has no values, and `failures` lists it. `raise`: the first failed row ends the run.
    resume : str, optional
        The id of a run to go on with: what is missing runs, what is stored does not.
    new : bool
        Begin a new run, also where an unfinished one of the same rows and text could be resumed.
    keep : bool or sequence of str
        Columns of the input that the answer's table gets, too; True for all.
    status : bool
        Add the columns `_status _error _cost_usd _seconds _task_id _url _captured_at` to the table.
    with_url : bool
        Add the column `source_url` with the page of each row to the table.
    polite : bool, optional
        Limits per host, delays and robots.txt: by default for all hosts but the practice sites and this machine; True
        for all, False for none.
    robots : bool
        Honour robots.txt where politeness applies.
    dask : str, optional
        The address of a Dask scheduler, such as `tcp://10.0.0.5:8786`: the rows run on the workers of its cluster. Each
        worker has an emulator and browsers of its own; if the current client is one of another server, all workers
        share that, and look its key up themselves. `concurrency` counts the rows on all workers together; a worker runs
        as many as it has threads.
    client : distributed.Client, optional
        A client of a Dask cluster, instead of its address.
    environment_id, policy_id : str, optional
        As in `start`: of the sessions that the run opens.
    proxy : mapping or str, optional
        Likewise.
    secrets : mapping, optional
        Logins for the agent by host, as in `Session.task`; given to each session once, which stays logged in.
    task : TaskOptions
        The options of each row's task.
    """

    url: str | None = None
    concurrency: int = 4
    per_host: int = 2
    limit: int | None = None
    max_cost_usd: Amount | None = None
    on_error: OnError = "keep"
    resume: str | None = None
    new: bool = False
    keep: bool | Sequence[str] = False
    status: bool = False
    with_url: bool = False
    polite: bool | None = None
    robots: bool = True
    dask: str | None = None
    client: object = None
    environment_id: str | None = None
    policy_id: str | None = None
    proxy: Proxy | None = None
    secrets: Secrets | None = None
    task: TaskOptions = field(default_factory=TaskOptions)

    def __post_init__(self) -> None:
        for name, most in (("concurrency", MOST_AT_ONCE), ("per_host", MOST_AT_ONCE)):
            _check_count(name, getattr(self, name), most)
        if self.limit is not None:
            _check_count("limit", self.limit, None)
        if self.dask is not None and self.client is not None:
            raise ArgumentError("dask= and client= both name a Dask cluster", "give one of them")
        if self.on_error not in ("keep", "raise"):
            raise ArgumentError(f"on_error={self.on_error!r}: it is 'keep' or 'raise'", "")

    @classmethod
    def of(cls, given: MapKeywords) -> MapOptions:
        """Return the options that keywords stand for.

        Raises
        ------
        ArgumentError
            One is unknown, or out of its range.
        """
        values: dict[str, Any] = dict(given)
        known = [*(each.name for each in fields(cls) if each.name != "task"), *TASK_OPTIONS]
        for name in values:
            if name not in known:
                raise unknown_argument("map", name, known)
        task = TaskOptions(**{name: values.pop(name) for name in TASK_OPTIONS if name in values})
        return cls(**values, task=task)


def _check_count(name: str, value: object, most: int | None) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1 or (most is not None and value > most):
        allowed = "a whole number from 1" if most is None else f"a whole number from 1 to {most}"
        raise ArgumentError(f"{name}={value!r}: it is {allowed}", "")
