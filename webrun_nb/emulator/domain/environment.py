"""Environments and uploaded files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

EnvironmentStatus = Literal["empty", "uploading", "ready"]


@dataclass(frozen=True, slots=True)
class Environment:
    """An environment of a user: a browser profile that outlives its sessions. Times are unix ms."""

    id: str
    owner: str
    name: str
    description: str
    status: EnvironmentStatus
    created_ms: float
    updated_ms: float
    profile: str | None
    """The name of the file with the storage state; None while it is empty."""
    profile_bytes: int | None
    """The size of the uploaded archive, or of the state that a session left; None while it is empty."""
    profile_ms: float | None
    """The time of the last change of the profile."""
    last_used_ms: float | None
    usage_count: int


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """A file of a user, and the time (unix ms) at which it was uploaded."""

    id: str
    name: str
    size: int
    created_ms: float
