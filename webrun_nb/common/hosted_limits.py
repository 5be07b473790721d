"""The limits of the hosted service for one user (contract, section 2)."""

from __future__ import annotations

REQUESTS_PER_MINUTE = 10
"""The requests to one endpoint within a sliding minute. Polling and sockets are not limited."""
SESSIONS_AT_ONCE = 5
