"""Starts a fresh IPython kernel of this Python, with clean folders."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from queue import Empty
from typing import Any

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager

from webrun_nb import config
from webrun_nb.bench.results import BenchError

_START_WITHIN_S = 60.0
_CELL_WITHIN_S = 60.0
_MARK = "webrun-bench:"


class Kernel:
    """A running kernel that has run a cell before.

    Parameters
    ----------
    client : AsyncKernelClient
    """

    def __init__(self, client: AsyncKernelClient) -> None:
        self._client = client
        self.displayed: set[str] = set()
        """MIME types of all that its cells have displayed."""

    async def run(self, code: str, within_s: float = _CELL_WITHIN_S) -> Any:
        """Run a cell; return what it passed to `tell(…)` (a JSON value), else None.

        Parameters
        ----------
        code : str
        within_s : float
            The longest time that it may take.

        Raises
        ------
        BenchError
            It raised, or did not end.
        """
        told: list[str] = []

        def listen(message: dict[str, Any]) -> None:
            match message["msg_type"]:
                case "stream":
                    told.append(message["content"]["text"])
                case "display_data" | "update_display_data":
                    self.displayed.update(message["content"]["data"])

        try:
            reply = await self._client.execute_interactive(
                code, store_history=False, allow_stdin=True, timeout=within_s, output_hook=listen
            )
        except TimeoutError as error:
            raise BenchError(f"a cell did not end within {within_s:.0f} s") from error
        content = reply["content"]
        if content["status"] != "ok":
            raise BenchError(f"a cell failed: {content.get('ename')}: {content.get('evalue')}")
        marked = [line for line in "".join(told).splitlines() if line.startswith(_MARK)]
        return json.loads(marked[-1].removeprefix(_MARK)) if marked else None

    async def messages(self, seconds: float) -> Counter[str]:
        """Count the messages that the kernel sends to its front ends within a time, by type."""
        counts: Counter[str] = Counter()
        deadline = time.monotonic() + seconds
        while (left_s := deadline - time.monotonic()) > 0:
            try:
                message = await self._client.get_iopub_msg(timeout=left_s)
            except Empty:
                break
            counts[message["msg_type"]] += 1
        return counts


@asynccontextmanager
async def running_kernel(folder: Path) -> AsyncIterator[Kernel]:
    """Start a kernel with its files in `folder`, and end it.

    Raises
    ------
    BenchError
        It does not start.
    """
    manager = AsyncKernelManager()
    # This Python, even if the user has a kernel spec with another one.
    manager._kernel_spec = KernelSpec(argv=[sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"])
    environment = config.child_environment(IPYTHONDIR=str(folder / "ipython"), WEBRUN_DATA_DIR=str(folder / "data"))
    # Its errors come as messages; its stderr is not part of a report.
    await manager.start_kernel(env=environment, cwd=str(folder), stderr=subprocess.DEVNULL)
    client = manager.client()
    try:
        client.start_channels()
        try:
            await client.wait_for_ready(timeout=_START_WITHIN_S)
        except RuntimeError as error:
            raise BenchError(f"the kernel did not start: {error}") from error
        kernel = Kernel(client)
        await kernel.run(f"def tell(value):\n    import json\n    print({_MARK!r} + json.dumps(value))\ntell(1)")
        yield kernel
    finally:
        client.stop_channels()
        await manager.shutdown_kernel(now=True)
