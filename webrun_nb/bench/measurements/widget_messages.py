"""Measures the messages of a ticking card."""

from __future__ import annotations

from collections.abc import Sequence

from webrun_nb.bench.harness.context import BenchContext
from webrun_nb.bench.harness.kernels import Kernel, running_kernel
from webrun_nb.bench.results import BenchError, Sample, Target

_TICKING_S, _QUICK_S = 60.0, 5.0
_QUIET_S = 1.0
_TRIES = 20
_WIDGET_MESSAGES = ("comm_open", "comm_msg", "comm_close", "display_data", "update_display_data")

_VIEW = "application/vnd.jupyter.widget-view+json"
_SHOW = """
%load_ext webrun_nb
%webrun start bench
"""
_STATES = """
table = get_ipython().run_line_magic("webrun", "status --all")
tell(list(table["status"]))
"""


class WidgetMessages:
    """Messages that a kernel sends about the card of an active, idle session: its cost and its countdown tick.

    Counted on the kernel's output channel, after the messages of the start. Whether the card really ticks meanwhile is
    visible only in a page, which the end-to-end tests check.
    """

    name = "widget-messages"
    measures = f"widget messages in {_TICKING_S:.0f} s of a ticking card"
    unit = "messages"
    target = Target("ours", 0)
    rounds = 1

    async def prepare(self, bench: BenchContext) -> None:
        """Nothing to prepare."""

    async def sample(self, bench: BenchContext) -> Sample:
        """Measure once.

        Raises
        ------
        BenchError
            There is no card, or the kernel never comes to rest.
        """
        seconds = _QUICK_S if bench.quick else _TICKING_S
        async with running_kernel(bench.folder) as kernel:
            await kernel.run(_SHOW)
            if _VIEW not in kernel.displayed:
                raise BenchError("%webrun start showed no card")
            await _until_active(kernel)
            counts = await kernel.messages(seconds)
            states = await kernel.run(_STATES)
            await kernel.run("%webrun terminate --all")
        if states != ["active"]:
            raise BenchError(f"the session did not tick to the end: {states}")
        about_the_card = sum(counts[kind] for kind in _WIDGET_MESSAGES)
        return Sample(about_the_card, details={"seconds": seconds, "all_messages": dict(counts)})

    def processes(self, bench: BenchContext) -> tuple[Sequence[str], Sequence[str]]:
        """Return the name of the kernel's process."""
        return ["kernel (python)"], []


async def _until_active(kernel: Kernel) -> None:
    """Wait until the session is active and the card shows it."""
    for _ in range(_TRIES):
        states = await kernel.run(_STATES)
        quiet = not await kernel.messages(_QUIET_S)
        if states == ["active"] and quiet:
            return
    raise BenchError(f"a session with a card never came to rest: {states}")
