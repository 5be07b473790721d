"""`webrun-nb demo`: one task in the terminal, from a machine without a browser to a DataFrame."""

from __future__ import annotations

import argparse
import shutil
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from webrun_nb.cli.output import called_as, complain, pip_line, printable

if TYPE_CHECKING:
    import pandas as pd

    from webrun_nb.client.client import Client
    from webrun_nb.client.errors import GuardrailError, ShortTracebackMixin
    from webrun_nb.client.result import Schema, TaskResult

_ANY_LOCAL_SERVER = "http://127.0.0.1"
"""Stands for the emulator in checks that come before it is started."""
_SHOWN_ROWS = 40
_LONGEST_VALUE = 60


@dataclass(frozen=True, slots=True)
class _Order:
    """The task, checked."""

    text: str
    url: str
    schema_text: str | None
    schema: Schema | None


_QUICKSTART = ("List the laptops under $900, cheapest first.", "practice:shop", "name:str, price:float, in_stock:bool")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "text", nargs="?", metavar="TEXT", help=f"what to do, in plain English (else: {_QUICKSTART[0]})"
    )
    parser.add_argument("--url", help="where to begin: an http(s) address, or a practice site such as practice:shop")
    parser.add_argument("--schema", help='columns of the answer, e.g. "name:str, price:float?"; else it is a text')


def run(options: argparse.Namespace) -> int:
    """Do the task.

    Returns
    -------
    int
        0 only if it worked; 2 where what was asked for can't be asked for: then nothing was started.
    """
    try:
        from webrun_nb.browsers.install import install_browser
        from webrun_nb.browsers.protocol import InstanceUnavailableError
    except ModuleNotFoundError as error:
        complain("demo", f"{error.name} is not installed; run: {pip_line('webrun-nb[emulator]')}")
        return 1
    from webrun_nb.client.errors import GuardrailError, WebRunError

    try:
        order = _order(options)
    except WebRunError as error:
        complain("demo", _in_a_line(error).replace("--url", f"--url {options.url}", 1))
        return 2
    try:
        install_browser(partial(print, flush=True))
        _show(order, _perform(order))
    except InstanceUnavailableError as error:
        complain("demo", error.message)
    except GuardrailError as error:
        complain("demo", _question(error))
    except WebRunError as error:
        complain("demo", f"{error.code}: {_in_a_line(error)}")
    except KeyboardInterrupt:
        complain("demo", "interrupted; nothing is left running")
        return 130
    else:
        return 0
    return 1


# --- what is asked for ------------------------------------------------------------------------------------------------


def _order(options: argparse.Namespace) -> _Order:
    """Read the command line, and check it as the service would.

    Raises
    ------
    WebRunError
        It can't be asked for; the line says why.
    """
    from webrun_nb.client.task_options import make_ask
    from webrun_nb.notebook.display.result_frames import NotebookFrames
    from webrun_nb.notebook.syntax.errors import CommandError

    text, url, schema_text = options.text, options.url, options.schema
    if text is url is schema_text is None:
        text, url, schema_text = _QUICKSTART
    if text is None:
        raise CommandError("there is no task", 'say what to do: webrun-nb demo --url URL "List the …"')
    if url is None:
        raise CommandError("there is no place to begin", f'say where: webrun-nb demo --url URL "{text}"')
    schema = None if schema_text is None else NotebookFrames().read_schema(schema_text)
    make_ask(
        text,
        base_url=_ANY_LOCAL_SERVER,
        url=url,
        schema=schema,
        end=True,
        timeout_ms=None,
        avoid_domains=(),
        max_input_tokens=None,
        max_output_tokens=None,
    )
    return _Order(text, url, schema_text, schema)


# --- doing it ---------------------------------------------------------------------------------------------------------


def _perform(order: _Order) -> TaskResult:
    """Do the task on an emulator of its own, which is gone when this returns or raises."""
    from webrun_nb.client._sync import runtime
    from webrun_nb.client.client import Client
    from webrun_nb.client.local_emulator import LocalEmulator
    from webrun_nb.notebook.display.result_frames import NotebookFrames

    emulator = runtime.run(LocalEmulator.start("--limits", "none", "--isolation", "context"))
    try:
        print(f"The emulator runs at {emulator.url}: no key, no account, no cost", flush=True)
        client = Client(
            emulator.url,
            key=emulator.key,
            frames=NotebookFrames(),
            explain_loss=emulator.explain_loss,
            ledger=None,  # the session ends with the emulator: nothing can be left open
        )
        try:
            return runtime.run(_in_a_session(client, order))
        finally:
            client.close()
    finally:
        emulator.stop()


async def _in_a_session(client: Client, order: _Order) -> TaskResult:
    """Do the task in a session that is listened to before the task begins: events are not replayed."""
    from webrun_nb.cli.output import StepPrinter

    session = await client.astart("demo")
    print(f"\n{printable(order.text)}\n{printable(order.url)}", flush=True)
    async with StepPrinter(client.base_url, session.session_id):
        return await session.atask(order.text, url=order.url, schema=order.schema, end=True)


# --- showing it -------------------------------------------------------------------------------------------------------


def _show(order: _Order, result: TaskResult) -> None:
    from webrun_nb.notebook.display.results import summary_line
    from webrun_nb.notebook.text.labels import Cost

    cost = Cost.from_usage(result.usage.model_dump())
    elapsed_ms = result.elapsed_s * 1000
    if order.schema is None:
        lines = [summary_line(elapsed_ms=elapsed_ms, cost=cost), "", printable(result.text)]
    else:
        frame = result.df
        lines = [summary_line(elapsed_ms=elapsed_ms, cost=cost, shape=frame.shape), "", _table(frame)]
        if len(frame) > _SHOWN_ROWS:
            lines.append(f"(the first {_SHOWN_ROWS} of {len(frame):,} rows)")
    notebook = f"next: {called_as()} lab   # the same in a notebook: opens the quickstart in JupyterLab"
    print("\n".join(["", *lines, "", cost.summary(), notebook]))


def _table(frame: pd.DataFrame) -> str:
    head = frame.head(_SHOWN_ROWS)
    if head.empty:
        return str(head)  # the columns' names alone
    width = shutil.get_terminal_size((100, 24)).columns
    return printable(head.to_string(line_width=width, max_colwidth=_LONGEST_VALUE))


def _in_a_line(error: ShortTracebackMixin) -> str:
    return " · ".join(part for part in (error.message, error.hint) if part)


def _question(error: GuardrailError) -> str:
    """Say what the task asked, what there is to choose from, and how to answer without being asked."""
    choices = f" Choices: {' | '.join(error.candidates)}." if error.candidates else ""
    return (
        f"the task stopped to ask: {error.question.text}{choices}"
        " · say it in the task's words and run it again, or use a notebook, where you can answer: "
        f"{called_as()} lab"
    )
