"""The state of a map as JSON for its card: small, whatever the number of rows."""

from __future__ import annotations

from typing import Any

from webrun_nb.batch.progress import MapProgress
from webrun_nb.notebook.text import labels
from webrun_nb.notebook.text import map_texts as words
from webrun_nb.notebook.widgets.button_press import Button, ButtonPress, busy_command
from webrun_nb.notebook.widgets.extrapolation import quantity

# (tone, shape) by state: a state is shown by its word and its shape, never by its colour alone.
_LOOKS = {
    "starting": ("busy", "dashes"),
    "running": ("busy", "dot"),
    "paused": ("warn", "bars"),
    "stopping": ("busy", "dashes"),
    "complete": ("good", "check"),
    "sampled": ("good", "check"),
    "stopped": ("off", "square"),
    "interrupted": ("off", "square"),
    "budget": ("warn", "halted"),
    "failed": ("bad", "cross"),
}
PAUSE = Button("pause", "Pause", "pausing…", "Start no more rows; those that run end, and the sessions stay open")
RESUME = Button("resume", "Resume", "resuming…", "Start rows again")
STOP = Button("stop", "Stop", "stopping…", "Start no more rows, stop those that run, and end its sessions")
_BUTTONS = {"starting": (PAUSE, STOP), "running": (PAUSE, STOP), "paused": (RESUME, STOP), "stopping": (STOP,)}
"""The buttons by state; a run that has ended has none."""


def map_card_state(progress: MapProgress, *, name: str, result: str, press: ButtonPress | None) -> dict[str, Any]:
    """Return the state of a map's card, as JSON.

    Parameters
    ----------
    progress : MapProgress
    name : str
        The name of its table or of its job; empty if there is none.
    result : str
        The Python expression of the run.
    press : ButtonPress, optional
        The last click.
    """
    tone, shape = _LOOKS[progress.state]
    ticks = int(not progress.is_final)
    runs = progress.state == "running" and progress.left_s is not None
    return {
        "name": name,
        "runId": progress.run_id,
        "label": words.state_word(progress),
        "tone": tone,
        "shape": shape,
        "total": progress.total,
        "done": progress.done,
        "failed": progress.failed,
        "running": progress.running,
        "ended": words.rows_ended(progress),
        "counts": words.counts(progress),
        "elapsed": quantity(round(progress.elapsed_s * 1000), ticks),
        "left": quantity(round((progress.left_s or 0) * 1000), -1) if runs else None,
        "cost": words.cost(progress),
        "facts": [part for part in (words.budget(progress), words.rate(progress)) if part],
        "notes": words.notes(progress),
        "message": labels.clean(progress.message, labels.TASK_CHARACTERS),
        "next": words.how_to_go_on(progress),
        "failures": [
            {
                "row": words.failure_row(failure),
                "reason": words.failure_reason(failure),
                "url": labels.clean(failure.url, labels.CANDIDATE_CHARACTERS),
            }
            for failure in progress.failures
        ],
        "allFailures": f"all: {result}.failures" if progress.failed > len(progress.failures) else "",
        "buttons": [button.to_json() for button in _BUTTONS.get(progress.state, ())],
        "press": None if press is None else press.to_json(),
        "busy": "stop" if progress.state == "stopping" else busy_command(press),
        "notice": "" if press is None else press.message,
        "withoutKernel": _without_kernel(progress),
    }


def _without_kernel(progress: MapProgress) -> dict[str, Any]:
    """Return what changes on the page once the kernel is gone; `text` follows "The kernel was restarted"."""
    changes: dict[str, Any] = {"buttons": [], "notice": ""}
    if progress.is_final:
        return {"text": f"; run {progress.run_id} had ended before, and is kept.", "changes": changes}
    changes |= {
        "label": "ended with the kernel",
        "tone": "off",
        "shape": "square",
        "left": None,
        "facts": [],
        "next": "",
    }
    changes |= {"running": 0, "counts": f"at least {progress.done:,} done · {progress.failed:,} failed", "notes": []}
    go_on = f"go on with what is missing: {words.resume_command(progress.run_id)}"
    return {"text": f". Run {progress.run_id} is kept with every row that was done; {go_on}", "changes": changes}
