"""The wire models of environments and files."""

from __future__ import annotations

from webrun_nb.emulator.storage.tables import EnvironmentRecord, FileRecord
from webrun_nb.wire.environments import Environment, Profile, UploadedFile, UploadedProfile


def environment(record: EnvironmentRecord, status: str) -> Environment:
    """Return an environment for `/environments`."""
    return Environment(
        id=record.id,
        user_id=record.owner,
        name=record.name,
        description=record.description,
        status=status,
        created_at=round(record.created_ms),
        updated_at=round(record.updated_ms),
    )


def profile(record: EnvironmentRecord, status: str) -> Profile:
    """Return an environment for `/profiles`."""
    return Profile(
        **environment(record, status).model_dump(),
        blob_size=record.blob_size,
        blob_uploaded_at=_ms(record.blob_ms),
        last_used_at=_ms(record.last_used_ms),
        usage_count=record.usage_count,
    )


def uploaded(record: EnvironmentRecord) -> UploadedProfile:
    """Return an environment after an upload."""
    return UploadedProfile(
        id=record.id,
        name=record.name,
        status="empty" if record.profile is None else "ready",
        blob_size=record.blob_size,
        blob_uploaded_at=_ms(record.blob_ms),
    )


def file(record: FileRecord, *, dated: bool = True) -> UploadedFile:
    """Return an uploaded file."""
    return UploadedFile(
        file_id=record.id,
        original_name=record.original_name,
        size=record.size,
        created_at=round(record.created_ms) if dated else None,
    )


def _ms(at_ms: float | None) -> int | None:
    return None if at_ms is None else round(at_ms)
