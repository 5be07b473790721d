"""What each part of `%webrun policy` asks for, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PolicyList:
    """Return all policies (`quiet`: without showing them)."""

    quiet: bool = False


@dataclass(frozen=True, slots=True)
class PolicyCreate:
    """Make a policy, of a template, of a file's fields, or of both."""

    name: str
    template: str | None = None
    file: str | None = None


@dataclass(frozen=True, slots=True)
class PolicyShow:
    """Say what a policy does; `policy` is its name or id, as in all of these."""

    policy: str


@dataclass(frozen=True, slots=True)
class PolicyDelete:
    """Delete a policy."""

    policy: str


@dataclass(frozen=True, slots=True)
class PolicyAudit:
    """Return what a policy decided, and write it to files."""

    policy: str
    csv: str | None = None
    jsonl: str | None = None
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class PolicyTest:
    """Return what a policy would have decided on a task; without one, on the last."""

    policy: str
    task: str | None = None
    quiet: bool = False


PolicyCommand = PolicyList | PolicyCreate | PolicyShow | PolicyDelete | PolicyAudit | PolicyTest
