"""The error codes of the contract (section 2)."""

from __future__ import annotations

from types import MappingProxyType

HTTP_STATUS = MappingProxyType(
    {
        "INVALID_PARAMETER": 400,
        "MISSING_REQUIRED_FIELD": 400,
        "INVALID_TASK_DETAILS": 400,
        "UNAUTHORIZED": 401,
        "INVALID_API_KEY": 401,
        "API_KEY_EXPIRED": 401,
        "INSUFFICIENT_BALANCE": 402,
        "SPENDING_LIMIT_REACHED": 402,
        "ACCOUNT_DEACTIVATED": 403,
        "SESSION_NOT_FOUND": 404,
        "SESSION_EXPIRED": 404,
        "TASK_NOT_FOUND": 404,
        "ENVIRONMENT_NOT_FOUND": 404,
        "FILE_NOT_FOUND": 404,
        "POLICY_NOT_FOUND": 404,
        "SESSION_NOT_ACTIVE": 409,
        "INVALID_STATE": 409,
        "RATE_LIMIT_EXCEEDED": 429,
        "SESSION_LIMIT_REACHED": 429,
        "INSTANCE_UNAVAILABLE": 503,
    }
)
"""Code → HTTP status. One exception: `SESSION_NOT_FOUND` is a 401 on send-message."""

TASK_FAILURES = frozenset(
    {
        "NAVIGATION_TIMEOUT",
        "NAVIGATION_FAILED",
        "ELEMENT_NOT_FOUND",
        "PAGE_CRASH",
        "TASK_TIMEOUT",
        "INPUT_TOKEN_LIMIT",
        "OUTPUT_SCHEMA_MISMATCH",
        "BLOCKED_BY_POLICY",
        "TASK_STOPPED",
        "SESSION_TERMINATED",
        "INSTANCE_LOST",
        "GUARDRAIL_TIMEOUT",
        "AGENT_ERROR",
    }
)
"""Codes in a failed task's result; never an HTTP error."""
