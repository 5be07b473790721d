"""The errors of maps: what a run could not do, with what it has done and how to go on."""

from __future__ import annotations

import errno
import sqlite3

from webrun_nb.client.errors import WebRunError
from webrun_nb.common.codes import ToolkitErrorCode


class RunError(WebRunError):
    """A run can't begin, be found, or go on. What it has stored is kept."""


def go_on_with(run_id: str) -> str:
    """Return the advice to go on with a run."""
    return f"go on with resume={run_id!r}"


def disk_error(error: OSError | sqlite3.Error, run_id: str) -> RunError:
    """Return the error for a disk that refuses a run's data."""
    full = (isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)) or "full" in str(error)
    what = "the disk is full" if full else f"its data can't be written ({error})"
    return RunError(
        f"run {run_id} stopped: {what}; what was stored before is kept",
        code=ToolkitErrorCode.RUN_NOT_STORED,
        hint=f"{'free some space, then ' if full else ''}{go_on_with(run_id)}",
    )
