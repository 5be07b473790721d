"""Plain English to steps, without a language model (`plan`), and what to say when that fails (`help_text`)."""

from __future__ import annotations

from importlib.resources import files

from webrun_nb.agents.local.language.parse import parse_clause, plan

__all__ = ["help_text", "parse_clause", "plan"]


def help_text() -> str:
    """Say what the local agent understands, with examples; at most 40 lines. Every indented line is one that parses."""
    return (files("webrun_nb.agents.local.language") / "phrases.txt").read_text(encoding="utf-8")
