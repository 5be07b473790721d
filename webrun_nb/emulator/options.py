"""The options that the emulator is started with."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from webrun_nb.emulator.http.middleware.body_limits import ClientTimeouts
from webrun_nb.emulator.services.session_factory import Isolation
from webrun_nb.wire.prices import PRICES_2026, Prices


@dataclass(frozen=True, slots=True)
class Options:
    """The options of `webrun-nb emulator`, with their defaults."""

    host: str = "127.0.0.1"
    port: int = 0
    """0: any free port."""
    data_dir: Path | None = None
    """None: the user's own data folder."""
    database: str | None = None
    """URL of another database than the data folder's own."""
    limits: Literal["none", "hosted"] = "none"
    """Request, session and balance limits: none, or those of the hosted service."""
    isolation: Isolation = "auto"
    slots: int | None = None
    """Tasks that run at once; None: as many as the machine has room for."""
    control: bool = False
    """True to serve `/_emulator/…`."""
    lifeline: bool = False
    """End when stdin ends or the parent process is gone."""
    seed: int | None = None
    """Makes ids repeatable."""
    keys: Path | None = None
    """A file of keys and users, beside the key of the environment."""
    tasks_need_key: bool = False
    """A task can be read only with its owner's key."""
    host_names: tuple[str, ...] = ()
    """Further names that this server answers to."""
    prices: Prices = PRICES_2026
    timeouts: ClientTimeouts = field(default_factory=ClientTimeouts)
    """For clients that send slowly."""
    allowed_hosts: tuple[str, ...] = ()
    """Hosts that sessions may reach on private addresses without a task that names them."""
    proxies: Path | None = None
    """A file with the managed proxies."""
