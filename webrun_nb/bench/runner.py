"""Runs measurements: rounds and medians."""

from __future__ import annotations

import statistics
from collections.abc import AsyncIterator, Iterable

from webrun_nb.bench.harness.context import BenchContext
from webrun_nb.bench.measurement import Measurement
from webrun_nb.bench.measurements.agent_speed import FiveSteps, FiveStepsAtOnce, ObservationSpeed
from webrun_nb.bench.measurements.any_sentence import AnySentence
from webrun_nb.bench.measurements.cards_in_page import CardsInPage, ClickToHandler, EventToPage
from webrun_nb.bench.measurements.context_session import ContextSession
from webrun_nb.bench.measurements.environment import EnvironmentState
from webrun_nb.bench.measurements.event_latency import EventLatency
from webrun_nb.bench.measurements.extraction_speed import CardsSpeed, TableSpeed
from webrun_nb.bench.measurements.frame_speed import FrameSpeed
from webrun_nb.bench.measurements.gather import Gather
from webrun_nb.bench.measurements.idle_contexts import IdleContextCpu, IdleContextCreate, IdleContextMemory
from webrun_nb.bench.measurements.idle_processes import IdleProcessMemory
from webrun_nb.bench.measurements.judged_cases import CasesExact, CasesMissing, CasesWrong
from webrun_nb.bench.measurements.judged_lists import ListsExact
from webrun_nb.bench.measurements.judged_products import (
    ProductAvailability,
    ProductPrecision,
    ProductPrice,
    ProductSku,
)
from webrun_nb.bench.measurements.live_view import ViewCpu, ViewQuiet, ViewRate
from webrun_nb.bench.measurements.load_ext import LoadExt, LoadExtImports
from webrun_nb.bench.measurements.lost_browsers import HangSeen, Restore
from webrun_nb.bench.measurements.lost_servers import EmulatorLost, NetworkLost
from webrun_nb.bench.measurements.many_parts import ManyParts, ManyPartsByPath
from webrun_nb.bench.measurements.many_sessions import ManySessions
from webrun_nb.bench.measurements.map_dask import MapOnDask
from webrun_nb.bench.measurements.map_export import MapExport
from webrun_nb.bench.measurements.map_hosts import MapHosts
from webrun_nb.bench.measurements.map_kills import MapKills
from webrun_nb.bench.measurements.map_throughput import (
    MapLeaks,
    MapMemory,
    MapThroughput,
    MapThroughputOfSlowPages,
)
from webrun_nb.bench.measurements.miniwob import MiniwobHonesty, MiniwobSuccess
from webrun_nb.bench.measurements.model_agent import ModelFaults, ModelFirstLook, ModelLaterLook, ModelStep
from webrun_nb.bench.measurements.model_oracle import ModelOracle
from webrun_nb.bench.measurements.policy_decision import PolicyDecision
from webrun_nb.bench.measurements.process_create import ProcessCreate
from webrun_nb.bench.measurements.real_applications import ApplicationsHonesty, ApplicationsSuccess
from webrun_nb.bench.measurements.real_pages import RealPages
from webrun_nb.bench.measurements.replay import Replay
from webrun_nb.bench.measurements.small_task import SmallTask
from webrun_nb.bench.measurements.throughput import Throughput, ThroughputOfSlowPages
from webrun_nb.bench.measurements.widget_messages import WidgetMessages
from webrun_nb.bench.results import NotAvailableError, Result

_ALL: tuple[type[Measurement], ...] = (
    ContextSession,
    ProcessCreate,
    SmallTask,
    ManyParts,
    EnvironmentState,
    ManyPartsByPath,
    LoadExt,
    LoadExtImports,
    WidgetMessages,
    RealPages,
    IdleContextCreate,
    IdleContextMemory,
    IdleContextCpu,
    IdleProcessMemory,
    ManySessions,
    Gather,
    EventLatency,
    EventToPage,
    ClickToHandler,
    CardsInPage,
    ViewRate,
    ViewCpu,
    ViewQuiet,
    HangSeen,
    Restore,
    EmulatorLost,
    NetworkLost,
    PolicyDecision,
)
_OF_EXTRACTION: tuple[type[Measurement], ...] = (
    CasesExact,
    CasesWrong,
    CasesMissing,
    ListsExact,
    ProductPrice,
    ProductSku,
    ProductAvailability,
    ProductPrecision,
    TableSpeed,
    CardsSpeed,
    FrameSpeed,
)
_OF_AGENT: tuple[type[Measurement], ...] = (
    MiniwobSuccess,
    MiniwobHonesty,
    ApplicationsSuccess,
    ApplicationsHonesty,
    FiveSteps,
    FiveStepsAtOnce,
    Replay,
    ObservationSpeed,
    Throughput,
    ThroughputOfSlowPages,
    AnySentence,
    ModelFirstLook,
    ModelLaterLook,
    ModelStep,
    ModelFaults,
    ModelOracle,
)
_OF_MAP: tuple[type[Measurement], ...] = (
    MapThroughput,
    MapMemory,
    MapLeaks,
    MapThroughputOfSlowPages,
    MapKills,
    MapHosts,
    MapOnDask,
    MapExport,
)
EXTRACTION = tuple(each.name for each in _OF_EXTRACTION)
"""The measurements of how pages are read, which run where they are asked for (`--extraction`)."""
AGENT = tuple(each.name for each in _OF_AGENT)
"""The measurements of the agents, which run where they are asked for (`--agent`)."""
MAP = tuple(each.name for each in _OF_MAP)
"""The measurements of `map`, which run where they are asked for (`--map`)."""
MEASUREMENTS = {each.name: each for each in (*_ALL, *_OF_EXTRACTION, *_OF_AGENT, *_OF_MAP)}
"""All measurements by name, in the order of the report."""
ORDINARY = tuple(each.name for each in _ALL)
"""The measurements that run where none is named."""


async def measure(
    names: Iterable[str], bench: BenchContext, rounds: int | None
) -> AsyncIterator[Result | NotAvailableError]:
    """Run the measurements one after the other; yield an error for one that this machine cannot run.

    Parameters
    ----------
    names : iterable of str
        Of `MEASUREMENTS`.
    bench : BenchContext
    rounds : int, optional
        Number of samples of each measurement; each measurement's own number where it is None.

    Raises
    ------
    BenchError
        Something did not work that has to.
    """
    for name in names:
        measurement = MEASUREMENTS[name]()
        try:
            await measurement.prepare(bench)
        except NotAvailableError as error:
            yield NotAvailableError(f"{name}: {error}")
            continue
        yield await _result(measurement, bench, rounds or measurement.rounds)


async def _result(measurement: Measurement, bench: BenchContext, rounds: int) -> Result:
    samples = [await measurement.sample(bench) for _ in range(rounds)]
    raws = [sample.raw for sample in samples if sample.raw is not None]
    ours_processes, raw_processes = measurement.processes(bench)
    return Result(
        name=measurement.name,
        measures=measurement.measures,
        unit=measurement.unit,
        ours=statistics.median(sample.ours for sample in samples),
        raw=statistics.median(raws) if raws else None,
        target=measurement.target,
        rounds=rounds,
        ours_processes=tuple(ours_processes),
        raw_processes=tuple(raw_processes),
        samples=tuple(samples),
    )
