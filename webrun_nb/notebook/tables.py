"""Tables about the toolkit's own things, as DataFrames."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from webrun_nb.client.snapshot import SessionSnapshot


def sessions_frame(snapshots: Iterable[SessionSnapshot]) -> pd.DataFrame:
    """Return a row per session: money in US dollars, times in UTC.

    Columns: name, session_id, status, phase, reason, created_at, queued_tasks, cost_usd, idle_usd, emulated.
    """
    rows = [
        {
            "name": snapshot.name,
            "session_id": snapshot.session_id,
            "status": snapshot.status,
            "phase": snapshot.phase,
            "reason": snapshot.reason,
            "created_at": snapshot.created_at_ms,
            "queued_tasks": snapshot.queued_tasks,
            "cost_usd": None if snapshot.cost_usd is None else float(snapshot.cost_usd),
            "idle_usd": None if snapshot.idle_usd is None else float(snapshot.idle_usd),
            "emulated": snapshot.emulated,
        }
        for snapshot in snapshots
    ]
    frame = pd.DataFrame(rows, columns=list(_DTYPES))
    frame["created_at"] = pd.to_datetime(frame["created_at"], unit="ms", utc=True)
    return frame.astype({name: dtype for name, dtype in _DTYPES.items() if dtype})


_DTYPES = {
    "name": "string",
    "session_id": "string",
    "status": "string",
    "phase": "string",
    "reason": "string",
    "created_at": "",
    "queued_tasks": "Int64",
    "cost_usd": "Float64",
    "idle_usd": "Float64",
    "emulated": "boolean",
}
