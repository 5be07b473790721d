"""Run a task under a policy: `policyId` is a field of the session."""

from __future__ import annotations

import os
from typing import Any

from service import get, post


def main() -> dict[str, Any]:
    policy_id, task = os.environ["POLICY_ID"], {"prompt": "List the cities.", "startingUrl": os.environ["SITE_URL"]}
    blocked = post("/start/run-task", {**task, "policyId": policy_id})
    misplaced = post("/start/start-session", {"task": {**task, "policyId": policy_id}})
    unknown = post("/start/start-session", {"policyId": "pol_unknown", "task": task})
    return {
        "blocked": [blocked["type"], blocked["code"]],
        "reported": get(f"/start/session-status/{blocked['sessionId']}")["policyId"] == policy_id,
        "misplaced": [misplaced["code"], misplaced["details"]["parameter"]],
        "unknown": unknown["code"],
    }
