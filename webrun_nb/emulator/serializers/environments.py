"""The wire models of environments and files."""

from __future__ import annotations

from datetime import datetime

from webrun_nb.common.local_time import utc
from webrun_nb.emulator.domain import environment as domain
from webrun_nb.wire import environments as wire


def environment(environment_: domain.Environment) -> wire.Environment:
    """Return an environment for `/environments`."""
    return wire.Environment(
        id=environment_.id,
        user_id=environment_.owner,
        name=environment_.name,
        description=environment_.description,
        status=environment_.status,
        created_at=utc(environment_.created_ms),
        updated_at=utc(environment_.updated_ms),
    )


def profile(environment_: domain.Environment) -> wire.Profile:
    """Return an environment for `/profiles`."""
    return wire.Profile(
        **environment(environment_).model_dump(),
        blob_size=environment_.profile_bytes,
        blob_uploaded_at=_time(environment_.profile_ms),
        last_used_at=_time(environment_.last_used_ms),
        usage_count=environment_.usage_count,
    )


def uploaded(environment_: domain.Environment) -> wire.UploadedProfile:
    """Return an environment after an upload."""
    return wire.UploadedProfile(
        id=environment_.id,
        name=environment_.name,
        status="empty" if environment_.profile is None else "ready",
        blob_size=environment_.profile_bytes,
        blob_uploaded_at=_time(environment_.profile_ms),
    )


def file(file_: domain.UploadedFile, *, dated: bool = True) -> wire.UploadedFile:
    """Return an uploaded file."""
    return wire.UploadedFile(
        file_id=file_.id,
        original_name=file_.name,
        size=file_.size,
        created_at=utc(file_.created_ms) if dated else None,
    )


def _time(at_ms: float | None) -> datetime | None:
    return None if at_ms is None else utc(at_ms)
