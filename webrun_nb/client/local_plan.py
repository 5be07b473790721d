"""What the emulator's local agent would do with a task: asked of its program, so that nothing has to be started."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from webrun_nb.client.results import UnusedPart

_PATIENCE_S = 60


@dataclass(frozen=True, slots=True)
class LocalPlan:
    """The steps in words, what of the text is not understood, as a run would say it, and what no step would follow."""

    steps: tuple[str, ...]
    problems: tuple[str, ...]
    unused: tuple[UnusedPart, ...]


def local_plan(fields: Mapping[str, Any]) -> LocalPlan | None:
    """Ask what would be done.

    Parameters
    ----------
    fields : mapping
        The task as it would go over the wire.

    Returns
    -------
    LocalPlan or None
        None where the local agent is not installed here, or gives no answer.
    """
    command = [sys.executable, "-m", "webrun_nb.agents"]
    try:
        ran = subprocess.run(command, input=json.dumps(fields), capture_output=True, text=True, timeout=_PATIENCE_S)
        said = json.loads(ran.stdout)
        unused = tuple(UnusedPart(p["text"], p["start"], p["end"], p["why"]) for p in said["unused"])
        return LocalPlan(tuple(map(str, said["steps"])), tuple(map(str, said["problems"])), unused)
    except (OSError, subprocess.TimeoutExpired, ValueError, KeyError):
        return None
