"""Closed sets of words in requests and answers, beside those of `common.codes`."""

from __future__ import annotations

from typing import Literal

OutputType = Literal["text", "structured_json", "structured_csv"]
EnvironmentStatus = Literal["empty", "uploading", "ready"]

Permission = Literal["allow", "block", "guardrail"]
PolicyStatus = Literal["active", "draft"]
DomainMode = Literal["allow_all", "allowlist", "blocklist"]
RuleScope = Literal["all", "target", "page"]
MatchType = Literal["keyword", "regex"]
ActionCategory = Literal[
    "Navigation",
    "Click",
    "Type / Keyboard",
    "File Download",
    "File Upload",
    "Form Submit",
    "Screenshot",
    "Shell Command",
    "Clipboard",
    "Tab Management",
    "Scroll",
    "Mouse Move",
]
