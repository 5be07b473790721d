"""The messages between the coordinator of a run and the workers of a Dask cluster: plain values, and no secrets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, get_args

from webrun_nb.batch.options import MapOptions
from webrun_nb.batch.rows import RowAnswer, RowFailure, RowTask
from webrun_nb.batch.runners.base import RunnerState
from webrun_nb.batch.runners.dask.accounts import Entries
from webrun_nb.client.errors import WebRunError
from webrun_nb.client.monitoring.ledger import SessionRecord


@dataclass(frozen=True, slots=True)
class WorkerSetup:
    """The facts that a worker needs of a run. Secrets travel by name; their values are looked up on the worker."""

    run_id: str
    base_url: str | None
    """The server that all workers share; None: each has an emulator of its own."""
    ledger: str | None
    """The place of the coordinator's ledger, as `accounts.place_of` has it; None where it keeps none."""
    options: MapOptions = field(repr=False)

    @property
    def name(self) -> str:
        """The name of the run on the cluster: of its plugin, of its topic, and the start of its keys."""
        return f"webrun-{self.run_id}"


@dataclass(frozen=True, slots=True)
class RowOrder:
    """One attempt at a row. Its repr has no text: Dask logs the arguments of calls."""

    row: RowTask = field(repr=False)
    attempt: int

    @property
    def key(self) -> tuple[int, int]:
        """The row's position and the number of the attempt."""
        return self.row.position, self.attempt


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error that every row on a worker would have, in plain values."""

    code: str
    message: str
    hint: str
    worker: str

    @classmethod
    def of(cls, error: WebRunError, worker: str) -> Refusal:
        """Return an error of the client as it is sent."""
        return cls(error.code, error.message, error.hint, worker)

    def error(self) -> WebRunError:
        """Return the error that names the worker."""
        return WebRunError(f"Dask worker {self.worker}: {self.message}", code=self.code, hint=self.hint)


@dataclass(frozen=True, slots=True)
class RowOutcome:
    """The end of one attempt on a worker; one of the first two, or neither where no one knows how it ended."""

    outcome: RowAnswer | RowFailure | None
    refusal: Refusal | None
    state: RunnerState
    entries: Entries
    """The new entries of the worker's ledger, where that is another one than the coordinator's."""


@dataclass(frozen=True, slots=True)
class WorkerClosed:
    """The end of a run on one worker."""

    state: RunnerState
    entries: Entries


@dataclass(frozen=True, slots=True)
class SlotOpened:
    """A worker has room for one row at a time."""

    slot: str
    worker: str


@dataclass(frozen=True, slots=True)
class IdsKnown:
    """The ids of an attempt's session and task are known."""

    position: int
    attempt: int
    session_id: str
    task_id: str


@dataclass(frozen=True, slots=True)
class SessionOpened:
    """A worker whose ledger is another one than the coordinator's has opened a session."""

    worker: str
    record: Mapping[str, str | int | None]
    """The fields of its `SessionRecord`, without amounts."""

    @classmethod
    def of(cls, worker: str, record: SessionRecord) -> SessionOpened:
        """Return the event of a session's first record."""
        return cls(worker, asdict(replace(record, cost_usd=None, idle_usd=None)))

    def entries(self) -> Entries:
        """Return the record as an entry of the ledger."""
        fields_of_record: Any = self.record
        return Entries((SessionRecord(**fields_of_record),))


@dataclass(frozen=True, slots=True)
class StartWanted:
    """A worker asks whether it may start a session on the server that all share; `DaskRunner` answers it."""

    worker: str
    number: int
    """The number of the question on this worker."""
    refused_for_s: float | None
    """The time for which the server has just refused a start, in seconds."""


Event = SlotOpened | Refusal | IdsKnown | SessionOpened | StartWanted
"""The events that workers send while rows run."""
_KINDS: dict[str, type[Event]] = {kind.__name__: kind for kind in get_args(Event)}


def to_plain(event: Event) -> dict[str, Any]:
    """Return an event as Dask sends it: plain values."""
    return {"kind": type(event).__name__, **asdict(event)}


def from_plain(sent: Mapping[str, Any]) -> Event:
    """Return the event that was sent."""
    return _KINDS[sent["kind"]](**{name: value for name, value in sent.items() if name in _fields(sent["kind"])})


def _fields(kind: str) -> set[str]:
    return {each.name for each in fields(_KINDS[kind])}
