"""Lists all commands, in the order in which help shows them."""

from __future__ import annotations

from webrun_nb.notebook.commands import (
    account,
    emulator,
    environments,
    general,
    history,
    jobs,
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
        session.STATUS,
        view.VIEW,
        session.PAUSE,
        session.RESUME,
        session.STOP,
        session.TERMINATE,
        session.ANSWER,
        usage.USAGE,
        jobs.JOBS,
        jobs.WAIT,
        jobs.CANCEL,
        history.HISTORY,
        history.CODE,
        account.LOGIN,
        account.LOGOUT,
        environments.ENV,
        environments.FILE,
        policies.POLICY,
        proxies.PROXY,
        emulator.EMULATOR,
        general.ASYNCIO,
        general.HELP,
    )
)
