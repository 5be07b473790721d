"""Measures `%load_ext webrun_nb` in a running kernel."""

from __future__ import annotations

from collections.abc import Sequence

from webrun_nb.bench.harness.context import BenchContext
from webrun_nb.bench.harness.kernels import running_kernel
from webrun_nb.bench.results import Sample, Target

_HEAVY = ("pandas", "socketio")
_LOAD = f"""
import sys, time
began_s, began_cpu_s = time.perf_counter(), time.process_time()
get_ipython().run_line_magic("load_ext", "webrun_nb")
took_ms, cpu_ms = (time.perf_counter() - began_s) * 1000, (time.process_time() - began_cpu_s) * 1000
heavy = [name for name in {_HEAVY} if name in sys.modules]
began_s = time.perf_counter()
get_ipython().run_line_magic("webrun", "help")
first_ms = (time.perf_counter() - began_s) * 1000
tell({{"ms": took_ms, "cpu_ms": cpu_ms, "first_magic_ms": first_ms, "heavy": heavy}})
"""
_KERNEL = "kernel (python)"


class LoadExt:
    """The time of the magic, taken inside a fresh kernel that has run a cell before. Compiled files are warm.

    The details have its CPU, and the time of a first `%webrun help` after it: what is not imported at once is later.
    """

    name = "load-ext"
    measures = "%load_ext webrun_nb on top of a running kernel"
    unit = "ms"
    target = Target("ours", 175)
    rounds = 5

    async def prepare(self, bench: BenchContext) -> None:
        """Load it in a kernel, so that Python's compiled files are there."""
        await self.sample(bench)

    async def sample(self, bench: BenchContext) -> Sample:
        """Measure once, in a kernel of its own."""
        await bench.until_at_rest()
        async with running_kernel(bench.folder) as kernel:
            told = await kernel.run(_LOAD)
        return Sample(told["ms"], details={"cpu_ms": told["cpu_ms"], "first_magic_ms": told["first_magic_ms"]})

    def processes(self, bench: BenchContext) -> tuple[Sequence[str], Sequence[str]]:
        """Return the name of the kernel's process."""
        return [_KERNEL], []


class LoadExtImports:
    """Number of libraries imported by the magic that are to be imported on first use only."""

    name = "load-ext-imports"
    measures = f"of {', '.join(_HEAVY)}: imported by %load_ext webrun_nb"
    unit = "modules"
    target = Target("ours", 0)
    rounds = 1

    async def prepare(self, bench: BenchContext) -> None:
        """Nothing to prepare."""

    async def sample(self, bench: BenchContext) -> Sample:
        """Look once, in a kernel of its own."""
        async with running_kernel(bench.folder) as kernel:
            heavy = (await kernel.run(_LOAD))["heavy"]
        return Sample(len(heavy), details={"imported": heavy})

    def processes(self, bench: BenchContext) -> tuple[Sequence[str], Sequence[str]]:
        """Return the name of the kernel's process."""
        return [_KERNEL], []
