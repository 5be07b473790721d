"""Real Jupyter kernels in which tests run cells."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager

IMPORT_WAITING = f"""
import sys
sys.path.append({str(Path(__file__).parents[1])!r})
from helpers.waiting import wait_for_snapshot, wait_until
"""
"""A cell that imports the functions of `helpers.waiting` into the notebook."""


@dataclass(frozen=True, slots=True)
class Ran:
    """The outputs of a cell."""

    status: str
    outputs: tuple[dict[str, Any], ...]
    """Contents of the output messages, each with its `msg_type`."""

    @property
    def text(self) -> str:
        """The printed text."""
        return "".join(output["text"] for output in self.outputs if output["msg_type"] == "stream")

    @property
    def errors(self) -> list[dict[str, Any]]:
        """The errors that were shown."""
        return [output for output in self.outputs if output["msg_type"] == "error"]

    @property
    def one_line(self) -> str:
        """The error, which has to be one line and nothing else."""
        (error,) = self.errors
        (line,) = error["traceback"]
        assert "\n" not in line, line
        return str(line)


def value(ran: Ran) -> Any:
    """Return the value of a cell's last expression, which has to be plain data."""
    assert ran.status == "ok", ran.outputs
    (result,) = [output for output in ran.outputs if output["msg_type"] == "execute_result"]
    return eval(result["data"]["text/plain"], {})


@dataclass(frozen=True, slots=True)
class Kernel:
    """A running kernel."""

    manager: KernelManager
    client: BlockingKernelClient

    def run(
        self, cell: str, timeout_s: float = 120, typed: str | None = None, *, interrupt_prompt: bool = False
    ) -> Ran:
        """Run a cell and wait for it.

        `typed` answers a prompt of the cell; None: the front end has no prompts. With `interrupt_prompt` the kernel is
        interrupted at the prompt instead.
        """
        outputs: list[dict[str, Any]] = []

        def keep(message: dict[str, Any]) -> None:
            if message["msg_type"] in ("stream", "error", "display_data", "execute_result"):
                outputs.append({"msg_type": message["msg_type"], **message["content"]})

        def answer(message: dict[str, Any]) -> None:
            assert message["content"]["password"], "what is typed would be shown"
            if interrupt_prompt:
                self.manager.interrupt_kernel()
            elif typed is not None:
                self.client.input(typed)

        reply = self.client.execute_interactive(
            cell,
            timeout=timeout_s,
            output_hook=keep,
            allow_stdin=typed is not None or interrupt_prompt,
            stdin_hook=answer,
        )
        return Ran(reply["content"]["status"], tuple(outputs))


@contextmanager
def running_kernel(**environment: str) -> Iterator[Kernel]:
    """Start a kernel and shut it down at the end."""
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(env={**os.environ, **environment})
    client = manager.blocking_client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=120)
        yield Kernel(manager, client)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
