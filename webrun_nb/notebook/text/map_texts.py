"""Describes a map in words, for its card, its forms as text and HTML, and the bar in a terminal. Pure functions."""

from __future__ import annotations

from decimal import Decimal

from webrun_nb.batch.progress import MapProgress, ShownFailure
from webrun_nb.common.money import exact_dollars, rounded_dollars
from webrun_nb.common.text import counted
from webrun_nb.notebook.text import labels

PAYER = " (emulated, you pay $0.00)"
_FAILURE_CHARACTERS = 240
_SHOWN_PER_MINUTE_BELOW = 1.0
"""Rates below one row a second are shown per minute."""

STATE_WORDS = {
    "budget": "budget spent",
    "interrupted": "interrupted by you",
    "sampled": "sample done",
    "stopped": "stopped by you",
}
"""The words for states whose names are not words for people."""


def state_word(progress: MapProgress) -> str:
    """Return the state in words."""
    return STATE_WORDS.get(progress.state, progress.state)


def dollars(amount_usd: Decimal, *, emulated: bool) -> str:
    """Return an amount as `≈ $0.0123` where it is emulated, else as `$0.0123`."""
    return f"{'≈ ' if emulated else ''}{rounded_dollars(amount_usd)}"


def cost(progress: MapProgress) -> str:
    """Return the cost and its payer: `≈ $0.0123 (emulated, you pay $0.00)`."""
    return dollars(progress.cost_usd, emulated=progress.emulated) + labels.payer(
        progress.model, emulated=progress.emulated
    )


def budget(progress: MapProgress) -> str:
    """Return the limit on the cost: `emulated budget $0.50`; empty if there is none."""
    if progress.max_cost_usd is None:
        return ""
    return f"{'emulated ' if progress.emulated else ''}budget {exact_dollars(progress.max_cost_usd)}"


def rate(progress: MapProgress) -> str:
    """Return the rate of rows: `4.2 rows/s`; empty while it is not known, and once the run has ended."""
    if progress.rows_per_s is None or progress.is_final:
        return ""
    if progress.rows_per_s < _SHOWN_PER_MINUTE_BELOW:
        return f"{progress.rows_per_s * 60:.1f} rows/min"
    return f"{progress.rows_per_s:.1f} rows/s"


def left(progress: MapProgress) -> str:
    """Return the time that the rest will take: `about 1:20 left`; empty unless it runs and that is known."""
    if progress.left_s is None or progress.state != "running":
        return ""
    return f"about {labels.duration(round(progress.left_s * 1000))} left"


def rows_ended(progress: MapProgress) -> str:
    """Return how many of all rows have ended: `480 of 500 rows`."""
    return f"{progress.done + progress.failed:,} of {counted(progress.total, 'row')}"


def rows_done(progress: MapProgress) -> str:
    """Return how many of all rows have an answer: `460 of 500 rows are done`."""
    return f"{progress.done:,} of {counted(progress.total, 'row')} are done"


def counts(progress: MapProgress) -> str:
    """Return the rows by what became of them: `460 done · 20 failed · 4 running · 16 to go`."""
    waiting = progress.waiting
    parts = [f"{progress.done:,} done", f"{progress.failed:,} failed"]
    if not progress.is_final:
        parts.append(f"{progress.running:,} running")
    if waiting:
        parts.append(f"{waiting:,} {'not run' if progress.is_final else 'to go'}")
    return " · ".join(parts)


def notes(progress: MapProgress) -> list[str]:
    """Return what else there is to know: earlier processes, repetitions, kept answers, hosts, Dask, idle sessions."""
    found = []
    if progress.resumed:
        found.append(resumed(progress))
    if progress.cached:
        found.append(f"{counted(progress.cached, 'kept answer')} used, for which nothing ran")
    if progress.retried:
        found.append(f"{counted(progress.retried, 'attempt')} repeated after failures that may pass")
    if progress.repeated:
        found.append(f"{counted(progress.repeated, 'row')} ran twice: the first task was cut off")
    if progress.held and not progress.is_final:
        verb = "waits" if progress.held == 1 else "wait"
        found.append(f"{counted(progress.held, 'row')} {verb} for a host: its limit, its delay, or a time it asked for")
    if progress.workers:
        found.append(f"on {counted(progress.workers, 'Dask worker')}")
    if progress.state == "paused":
        found.append(idle(progress))
    return found


def resumed(progress: MapProgress) -> str:
    """Return the note on the rows that an earlier process has done."""
    verb = "was" if progress.resumed == 1 else "were"
    return f"resumed run {progress.run_id}: {progress.resumed:,} of {counted(progress.total, 'row')} {verb} done before"


def idle(progress: MapProgress) -> str:
    """Return the note on what a pause costs."""
    if not progress.sessions:
        return "no session is open: the pause costs nothing"
    kept = f"{counted(progress.sessions, 'session')} {'stays' if progress.sessions == 1 else 'stay'} open meanwhile"
    price = labels.rate(progress.idle_usd_per_minute)
    return f"{kept}: ≈ {price}{PAYER}" if progress.emulated else f"{kept}: {price}"


def how_to_go_on(progress: MapProgress) -> str:
    """Return how a run that did not do all rows is gone on with; empty while it runs, and where nothing is missing."""
    if not progress.is_final or progress.state == "complete":
        return ""
    return f"what is done is kept; go on with {resume_command(progress.run_id)}"


def resume_command(run_id: str) -> str:
    """Return the line that goes on with a run."""
    return f"%%webrun map --resume {run_id}"


def failure_row(failure: ShownFailure) -> str:
    """Return the row of a failure: `row 17`, or `row 17 (acme)` where its label is another."""
    label = labels.clean(failure.label, labels.CANDIDATE_CHARACTERS)
    return f"row {failure.position}" if label == str(failure.position) else f"row {failure.position} ({label})"


def failure_reason(failure: ShownFailure) -> str:
    """Return the reason of a failure on one line; it may quote a page."""
    reason = f"{failure.code}: {failure.message}" if failure.code else failure.message
    return labels.clean(reason, _FAILURE_CHARACTERS)


def failure_line(failure: ShownFailure) -> str:
    """Return a failure on one line: its row, its reason and its page."""
    url = labels.clean(failure.url, labels.CANDIDATE_CHARACTERS)
    return " · ".join([failure_row(failure), failure_reason(failure), *([url] if url else [])])


def lines(progress: MapProgress, name: str) -> list[str]:
    """Return all of it as lines of text.

    Parameters
    ----------
    progress : MapProgress
    name : str
        The name of its table or of its job; empty if there is none.
    """
    elapsed = labels.duration(round(progress.elapsed_s * 1000))
    first = [f"map {name}" if name else "map", state_word(progress), rows_ended(progress), elapsed, cost(progress)]
    second = [counts(progress), rate(progress), left(progress), budget(progress), f"run {progress.run_id}"]
    found = [" · ".join(first), " · ".join(part for part in second if part), *notes(progress)]
    if progress.message:
        found.append(labels.clean(progress.message, labels.TASK_CHARACTERS))
    if go_on := how_to_go_on(progress):
        found.append(go_on)
    return [*found, *(f"failed: {failure_line(failure)}" for failure in progress.failures)]
