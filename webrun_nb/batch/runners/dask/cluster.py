"""Connects a run to a Dask cluster: says in one line why there is none, and lets only names of secrets travel."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import distributed

from webrun_nb.batch.options import MapOptions
from webrun_nb.batch.pace import StartPace
from webrun_nb.batch.runners.dask.accounts import WorkersAccounts
from webrun_nb.batch.runners.dask.messages import WorkerSetup
from webrun_nb.batch.runners.dask.runner import DaskRunner
from webrun_nb.client.client import Client
from webrun_nb.client.errors import ArgumentError, ConnectionLostError
from webrun_nb.client.local_emulator import running_emulator
from webrun_nb.common.codes import ToolkitErrorCode
from webrun_nb.tables.schema import Schema

CONNECT_WITHIN_S = 4.0
"""The time that a scheduler has to answer."""


class DaskCluster:
    """A connection of a run's own to a Dask cluster; the user's client stays as it is. Lives on the loop thread."""

    def __init__(self, connected: distributed.Client) -> None:
        self._connected = connected

    @classmethod
    async def connect(cls, options: MapOptions) -> DaskCluster:
        """Connect to the cluster that a map is to run on.

        Raises
        ------
        ArgumentError
            The cluster is no client and no address, or a secret was given by its value.
        ConnectionLostError
            No scheduler answers.
        """
        _check_names(options)
        return cls(await _connect(options.client if options.dask is None else options.dask))

    async def runner(
        self, client: Client, options: MapOptions, schema: Schema | None, run_id: str, pace: StartPace
    ) -> DaskRunner:
        """Return the runner of a run, which has begun; the connection is closed with it.

        Parameters
        ----------
        client : Client
            The client of this process. If its server is this process's emulator, each worker starts one of its own; any
            other server is shared.
        options : MapOptions
            The options of the run.
        schema : Schema or None
            The schema of the answers.
        run_id : str
            The id of the run.
        pace : StartPace
            The pace of the server, where all workers share one.

        Raises
        ------
        WebRunError
            The workers can't import this package.
        """
        emulator = running_emulator()
        own = emulator is not None and emulator.url == client.base_url
        accounts = WorkersAccounts(client)
        setup = WorkerSetup(run_id, None if own else client.base_url, accounts.place, _for_workers(options, schema))
        runner = DaskRunner(self._connected, setup, options.concurrency, pace, accounts)
        await runner.begin()
        return runner

    async def close(self) -> None:
        """Close the connection."""
        await self._connected.close()


def _check_names(options: MapOptions) -> None:
    """Refuse secrets that were given by their values: they would travel through the scheduler.

    Raises
    ------
    ArgumentError
        There is one.
    """
    hint = "name it, and set it on each worker: secrets={host: NAME}, and a proxy as one line"
    if any(not isinstance(name, str) for name in (options.secrets or {}).values()):
        raise ArgumentError("Dask workers take the names of secrets, not their values", hint)
    if options.proxy is not None and not isinstance(options.proxy, str):
        raise ArgumentError("Dask workers take a proxy as one line: its password is looked up on each worker", hint)


def _for_workers(options: MapOptions, schema: Schema | None) -> MapOptions:
    """Return the options as workers need them: what they can't import is resolved here."""
    files = [Path(path).resolve() for path in options.task.files]
    return replace(options, dask=None, client=None, task=replace(options.task, schema=schema, files=files))


async def _connect(given: object) -> distributed.Client:
    """Return a client of its own for a cluster, on the running loop.

    Parameters
    ----------
    given : str or distributed.Client
        The address of the scheduler, or a client of the user's, which stays as it is.

    Raises
    ------
    ArgumentError
        It is neither.
    ConnectionLostError
        No scheduler answers there.
    """
    if isinstance(given, distributed.Client):
        if given.scheduler is None or given.status == "closed":
            raise ArgumentError("the Dask client is closed", "client=distributed.Client(…)")
        address, security = given.scheduler.address, given.security
    elif isinstance(given, str):
        address, security = given, None
    else:
        raise ArgumentError(
            f"client is a distributed.Client, not {type(given).__name__}",
            "client=distributed.Client(…), or dask=ADDRESS",
        )
    connected = distributed.Client(
        address, security=security, asynchronous=True, set_as_default=False, timeout=CONNECT_WITHIN_S
    )
    try:
        await connected
    except (OSError, ValueError) as error:
        raise ConnectionLostError(
            f"no Dask scheduler answers at {address}",
            code=ToolkitErrorCode.CLUSTER,
            hint="nothing was started; `dask scheduler` starts one, and prints its address: tcp://HOST:8786",
        ) from error
    return connected
