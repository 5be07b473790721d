"""Closed sets of words in requests and answers, beside those of `common.codes` and `common.policy_terms`."""

from __future__ import annotations

from typing import Literal

OutputType = Literal["text", "structured_json", "structured_csv"]
ReachOutMode = Literal["off", "guardrail_only", "full"]
EnvironmentStatus = Literal["empty", "uploading", "ready"]
