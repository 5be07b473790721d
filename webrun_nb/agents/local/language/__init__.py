"""Plain English to steps, without a language model (`plan`); `common.agent_sentences` has its examples."""

from __future__ import annotations

from webrun_nb.agents.local.language.parse import parse_clause, plan

__all__ = ["parse_clause", "plan"]
