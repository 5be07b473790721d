"""Limits and sizes of the contract (sections 1, 3, 6 and 11)."""

from __future__ import annotations

MAX_DURATION_MS = 300_000
"""The longest `maxDuration` of a task, and the default."""
MIN_DURATION_MS = 1_000
MAX_TOKENS = 100_000
"""Larger token limits of a task count as this one."""
MAX_INSTRUCTION_CHARS = 10_000
"""A parser's time grows with the instruction, so longer ones are refused."""
MAX_URL_CHARS = 8_192
MAX_HTML_CHARS = 10_000_000
"""Longer HTML than this is not read (section 12)."""
INACTIVITY_TIMEOUT_MS = 300_000
ANSWER_WINDOW_S = 50.0
"""The time for which run-task and newTask wait for the result (section 3); real time, not the server's clock."""
MAX_SECRETS = 100
MAX_SECRET_CHARS = 4_096
MAX_STATUSES = 500
"""The longest list of HTTP statuses that a task may expect."""
MAX_USER_AGENT_CHARS = 300
MAX_MODEL_CHARS = 200
"""The longest name of a language model, `provider:name` (section 12)."""
MAX_MODEL_COST_USD = 1_000_000_000
MIN_MODEL_KEY_CHARS = 8
"""A key is masked wherever it is shown: a shorter one would mask words of pages."""

VIEW_WIDTH_PX = 1024
VIEW_HEIGHT_PX = 600
BROWSER_BAR_PX = 155
"""The height of a browser bar that coordinates count above the page: y is 155…755."""

MAX_POLICY_ROLE_CHARS = 2_000
MAX_POLICY_RULES = 500
MAX_POLICY_DOMAINS = 1_000
MAX_POLICY_MATCH_CHARS = 1_000
MAX_POLICY_NAME_CHARS = 100
