"""The error codes: those of the wire contract (section 2), and those that the toolkit adds.

`ErrorCode` is every code there is. A type checker refuses any other where one is expected; a unit test looks for codes
that are written down elsewhere in the package.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

RefusalCode = Literal[
    "INVALID_PARAMETER",
    "MISSING_REQUIRED_FIELD",
    "INVALID_TASK_DETAILS",
    "UNAUTHORIZED",
    "INVALID_API_KEY",
    "API_KEY_EXPIRED",
    "INSUFFICIENT_BALANCE",
    "SPENDING_LIMIT_REACHED",
    "ACCOUNT_DEACTIVATED",
    "NOT_FOUND",
    "SESSION_NOT_FOUND",
    "SESSION_EXPIRED",
    "TASK_NOT_FOUND",
    "ENVIRONMENT_NOT_FOUND",
    "FILE_NOT_FOUND",
    "POLICY_NOT_FOUND",
    "METHOD_NOT_ALLOWED",
    "SESSION_NOT_ACTIVE",
    "INVALID_STATE",
    "RATE_LIMIT_EXCEEDED",
    "SESSION_LIMIT_REACHED",
    "INTERNAL_ERROR",
    "INSTANCE_UNAVAILABLE",
]
"""A request was refused: the code in the body of an HTTP error."""

HTTP_STATUS: Mapping[RefusalCode, int] = MappingProxyType(
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
        "NOT_FOUND": 404,
        "SESSION_NOT_FOUND": 404,
        "SESSION_EXPIRED": 404,
        "TASK_NOT_FOUND": 404,
        "ENVIRONMENT_NOT_FOUND": 404,
        "FILE_NOT_FOUND": 404,
        "POLICY_NOT_FOUND": 404,
        "METHOD_NOT_ALLOWED": 405,
        "SESSION_NOT_ACTIVE": 409,
        "INVALID_STATE": 409,
        "RATE_LIMIT_EXCEEDED": 429,
        "SESSION_LIMIT_REACHED": 429,
        "INTERNAL_ERROR": 500,
        "INSTANCE_UNAVAILABLE": 503,
    }
)
"""The HTTP status of each `RefusalCode`. One exception: `SESSION_NOT_FOUND` is a 401 on send-message."""

TaskFailureCode = Literal[
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
    "INSTANCE_UNAVAILABLE",
    "GUARDRAIL_TIMEOUT",
    "AGENT_ERROR",
]
"""A task failed: the code in its result, never that of an HTTP error. `INSTANCE_UNAVAILABLE` is both: a browser that
can't be started while a request is answered refuses the request."""

ToolkitCode = Literal[
    "ARGUMENT",
    "BUDGET_REACHED",
    "COMMAND",
    "CONNECTION_LOST",
    "EMULATOR_GONE",
    "EMULATOR_ONLY",
    "EMULATOR_START",
    "GUARDRAIL",
    "INTERRUPTED",
    "JOB_NOT_DONE",
    "NAME_IN_USE",
    "OTHER_PROCESS",
    "POLICY_AMBIGUOUS",
    "PROTOCOL",
    "SECRET_NOT_FOUND",
]
"""The toolkit raised an error of its own; never on the wire."""

ErrorCode = RefusalCode | TaskFailureCode | ToolkitCode
