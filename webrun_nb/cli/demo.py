"""The subcommand `webrun-nb demo`: runs one task in the terminal, and installs a browser first if there is none."""

from __future__ import annotations

import argparse
import shutil
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from webrun_nb.cli.output import pip_command, print_error, printable, program_name

if TYPE_CHECKING:
    import pandas as pd

    from webrun_nb.client.client import Client
    from webrun_nb.client.errors import GuardrailError, ShortTracebackMixin
    from webrun_nb.client.tasks.result import Schema, TaskResult

_ANY_LOCAL_SERVER = "http://127.0.0.1"
"""A placeholder for the emulator's URL in checks that are made before it starts."""
_SHOWN_ROWS = 40
_LONGEST_VALUE = 60


@dataclass(frozen=True, slots=True)
class _Task:
    """A task from the command line, after validation."""

    text: str
    url: str
    schema_text: str | None
    schema: Schema | None


_QUICKSTART = ("List the laptops under $900, cheapest first.", "practice:shop", "name:str, price:float, in_stock:bool")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the subcommand to its parser."""
    parser.add_argument(
        "text", nargs="?", metavar="TEXT", help=f"what to do, in plain English (default: {_QUICKSTART[0]})"
    )
    parser.add_argument("--url", help="page to start from: an http(s) URL, or a practice site such as practice:shop")
    parser.add_argument(
        "--schema", help='columns of the answer, e.g. "name:str, price:float?"; without it, the answer is text'
    )


def run(options: argparse.Namespace) -> int:
    """Run the task and print its result.

    Returns
    -------
    int
        0 on success; 2 for an invalid task, in which case nothing was started; 130 after an interrupt; else 1.
    """
    try:
        from webrun_nb.browsers.install import install_browser
        from webrun_nb.browsers.protocol import InstanceUnavailableError
    except ModuleNotFoundError as error:
        print_error("demo", f"{error.name} is not installed; run: {pip_command('webrun-nb[emulator]')}")
        return 1
    from webrun_nb.client.errors import GuardrailError, WebRunError
    from webrun_nb.notebook.hints import name_options

    try:
        task = _read_task(options)
    except WebRunError as error:
        name_options(error)
        print_error("demo", _one_line(error).replace("--url", f"--url {options.url}", 1))
        return 2
    try:
        install_browser(partial(print, flush=True))
        _show(task, _run_task(task))
    except InstanceUnavailableError as error:
        print_error("demo", error.message)
    except GuardrailError as error:
        print_error("demo", _question(error))
    except WebRunError as error:
        print_error("demo", f"{error.code}: {_one_line(error)}")
    except KeyboardInterrupt:
        print_error("demo", "interrupted; everything was ended")
        return 130
    else:
        return 0
    return 1


# --- reading the command line -----------------------------------------------------------------------------------------


def _read_task(options: argparse.Namespace) -> _Task:
    """Read the command line and validate it with the rules of the service.

    Raises
    ------
    WebRunError
        The task is invalid; the message says why.
    """
    from webrun_nb.client.tasks.options import TaskOptions
    from webrun_nb.client.tasks.request import build_task_request
    from webrun_nb.notebook.display.result_frames import NotebookFrames
    from webrun_nb.notebook.syntax.errors import CommandError

    text, url, schema_text = options.text, options.url, options.schema
    if text is url is schema_text is None:
        text, url, schema_text = _QUICKSTART
    if text is None:
        raise CommandError("no task is given", 'write what to do: webrun-nb demo --url URL "List the …"')
    if url is None:
        raise CommandError("no page to start from", f'give a URL: webrun-nb demo --url URL "{text}"')
    schema = None if schema_text is None else NotebookFrames().read_schema(schema_text)
    build_task_request(text, TaskOptions(url=url, end=True), base_url=_ANY_LOCAL_SERVER, schema=schema)
    return _Task(text, url, schema_text, schema)


# --- running the task -------------------------------------------------------------------------------------------------


def _run_task(task: _Task) -> TaskResult:
    """Run the task on its own emulator, which has ended when this returns or raises."""
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
            ledger=None,  # the session ends with the emulator, so it cannot stay open
        )
        try:
            result = runtime.run(_run_in_session(client, task))
            if task.schema is not None:
                _ = result.df  # made while the emulator can tell how the values were read
            return result
        finally:
            client.close()
    finally:
        emulator.stop()


async def _run_in_session(client: Client, task: _Task) -> TaskResult:
    """Run the task in a session whose events are received from the start, because events are not replayed."""
    from webrun_nb.cli.output import StepPrinter

    session = await client.astart("demo")
    print(f"\n{printable(task.text)}\n{printable(task.url)}", flush=True)
    async with StepPrinter(client.base_url, session.session_id):
        return await session.atask(task.text, url=task.url, schema=task.schema, end=True)


# --- printing the result ----------------------------------------------------------------------------------------------


def _show(task: _Task, result: TaskResult) -> None:
    from webrun_nb.notebook.display.results import summary_line
    from webrun_nb.notebook.text.labels import Cost

    cost = Cost.from_usage(result.usage)
    elapsed_ms = result.elapsed_s * 1000
    if task.schema is None:
        lines = [summary_line(elapsed_ms=elapsed_ms, cost=cost), "", printable(result.text)]
    else:
        frame = result.df
        lines = [summary_line(elapsed_ms=elapsed_ms, cost=cost, shape=frame.shape), "", _table(frame)]
        if len(frame) > _SHOWN_ROWS:
            lines.append(f"(showing {_SHOWN_ROWS} of {len(frame):,} rows)")
    notebook = f"Next: {program_name()} lab   # opens the quickstart in JupyterLab"
    print("\n".join(["", *lines, "", cost.summary(), notebook]))


def _table(frame: pd.DataFrame) -> str:
    head = frame.head(_SHOWN_ROWS)
    if head.empty:
        return str(head)  # pandas shows the names of the columns
    width = shutil.get_terminal_size((100, 24)).columns
    return printable(head.to_string(line_width=width, max_colwidth=_LONGEST_VALUE))


def _one_line(error: ShortTracebackMixin) -> str:
    return " · ".join(part for part in (error.message, error.hint) if part)


def _question(error: GuardrailError) -> str:
    """Return a line with the task's question, its choices, and how to avoid the question."""
    choices = f" Choices: {' | '.join(error.candidates)}." if error.candidates else ""
    return (
        f"the task stopped to ask: {error.question.text}{choices}"
        " · add the answer to the task's text and run it again, or use a notebook, where you can answer: "
        f"{program_name()} lab"
    )
