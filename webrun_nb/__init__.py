"""Toolkit for browser sessions of AI agents: runs tasks in plain English and returns DataFrames.

`start` opens a session, `Session.task` runs a task in it, and the `TaskResult` has the answer. Without a login,
sessions run on an emulator of the service on this machine, which starts with the first session.

>>> import webrun_nb as webrun
>>> with webrun.start() as session:  # doctest: +SKIP
...     laptops = session.task("List the laptops under $900", url="practice:shop", schema="name:str, price:float").df

In a notebook, `%load_ext webrun_nb` loads the magics; `%webrun help` lists the commands.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from webrun_nb.batch.run import MapRun
    from webrun_nb.client.client import Client
    from webrun_nb.client.errors import (
        AuthenticationError,
        BudgetError,
        ConnectionLostError,
        EmulatorStartError,
        ExpectationError,
        GuardrailError,
        LimitError,
        PaymentError,
        ProtocolError,
        RequestError,
        SessionGoneError,
        TaskFailedError,
        TaskInterruptedError,
        WebRunError,
    )
    from webrun_nb.client.pages import PageResult
    from webrun_nb.client.sessions.session import Session
    from webrun_nb.client.snapshot import Question, SessionSnapshot
    from webrun_nb.client.tasks.handle import TaskHandle
    from webrun_nb.client.tasks.result import TaskResult
    from webrun_nb.common.redacted import Secret
    from webrun_nb.notebook.api import (
        aextract,
        amap,
        aresult,
        arun_task,
        astart,
        asubmit_task,
        environments,
        extract,
        map,
        on_guardrail,
        policies,
        result,
        run_task,
        start,
        submit_task,
    )
    from webrun_nb.notebook.cassettes import record
    from webrun_nb.notebook.past_work import history, plot_usage, usage

    last: TaskResult | MapRun | None

__version__ = "0.2.0"

__all__ = [
    "AuthenticationError",
    "BudgetError",
    "Client",
    "ConnectionLostError",
    "EmulatorStartError",
    "ExpectationError",
    "GuardrailError",
    "LimitError",
    "MapRun",
    "PageResult",
    "PaymentError",
    "ProtocolError",
    "Question",
    "RequestError",
    "Secret",
    "Session",
    "SessionGoneError",
    "SessionSnapshot",
    "TaskFailedError",
    "TaskHandle",
    "TaskInterruptedError",
    "TaskResult",
    "WebRunError",
    "aextract",
    "amap",
    "aresult",
    "arun_task",
    "astart",
    "asubmit_task",
    "environments",
    "extract",
    "history",
    "last",
    "load_ipython_extension",
    "map",
    "on_guardrail",
    "plot_usage",
    "policies",
    "record",
    "result",
    "run_task",
    "start",
    "submit_task",
    "unload_ipython_extension",
    "usage",
]

_ERRORS = "client.errors"
_HOMES = {
    "Client": "client.client",
    "MapRun": "batch.run",
    "PageResult": "client.pages",
    "Question": "client.snapshot",
    "Secret": "common.redacted",
    "Session": "client.sessions.session",
    "SessionSnapshot": "client.snapshot",
    "TaskHandle": "client.tasks.handle",
    "TaskResult": "client.tasks.result",
    "aextract": "notebook.api",
    "amap": "notebook.api",
    "aresult": "notebook.api",
    "arun_task": "notebook.api",
    "astart": "notebook.api",
    "asubmit_task": "notebook.api",
    "environments": "notebook.api",
    "extract": "notebook.api",
    "history": "notebook.past_work",
    "map": "notebook.api",
    "on_guardrail": "notebook.api",
    "plot_usage": "notebook.past_work",
    "policies": "notebook.api",
    "record": "notebook.cassettes",
    "result": "notebook.api",
    "run_task": "notebook.api",
    "start": "notebook.api",
    "submit_task": "notebook.api",
    "usage": "notebook.past_work",
}


def __getattr__(name: str) -> Any:
    """Import a public name on first use, so that `import webrun_nb` stays fast."""
    if name == "last":
        return importlib.import_module("webrun_nb.notebook.api").toolkit.last
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"webrun_nb.{_HOMES.get(name, _ERRORS)}"), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]


def load_ipython_extension(ipython: InteractiveShell) -> None:
    """Load the magics, for `%load_ext webrun_nb`. Mentions sessions that earlier kernels left open; starts nothing."""
    importlib.import_module("webrun_nb.notebook.magics").load(ipython)
    importlib.import_module("webrun_nb.notebook.display.open_sessions").warn()


def unload_ipython_extension(ipython: InteractiveShell) -> None:
    """Remove the magics, for `%unload_ext webrun_nb`. Sessions stay open for a later `%load_ext webrun_nb`."""
    importlib.import_module("webrun_nb.notebook.magics").unload_and_say(ipython)
