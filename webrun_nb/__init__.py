"""Browser sessions for AI agents, from a notebook cell to a DataFrame."""

from __future__ import annotations

__version__ = "0.1.0"
