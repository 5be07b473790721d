"""Lists all commands in the order in which help shows them, module by module."""

from __future__ import annotations

from webrun_nb.notebook.commands import (
    account,
    cache,
    emulator,
    environments,
    general,
    history,
    jobs,
    map,
    peek,
    policies,
    proxies,
    session,
    task,
    usage,
    view,
)
from webrun_nb.notebook.syntax.spec import Registry

COMMANDS = Registry(
    (
        session.START,
        task.TASK,
        map.MAP,
        session.STATUS,
        *view.COMMANDS,
        *peek.COMMANDS,
        *session.CONTROL_COMMANDS,
        *usage.COMMANDS,
        *jobs.COMMANDS,
        map.RUNS,
        *history.COMMANDS,
        *cache.COMMANDS,
        *account.COMMANDS,
        *environments.COMMANDS,
        *policies.COMMANDS,
        *proxies.COMMANDS,
        *emulator.COMMANDS,
        *general.COMMANDS,
    )
)
