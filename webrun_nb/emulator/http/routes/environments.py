"""`/environments`, and the same as `/profiles` (contract, section 8)."""

from __future__ import annotations

import asyncio
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, StreamingResponse

from webrun_nb.common.codes import ErrorCode
from webrun_nb.emulator.domain.errors import CommandRefusedError
from webrun_nb.emulator.domain.file_names import safe_name
from webrun_nb.emulator.http.dependencies import TheService, TheUser
from webrun_nb.emulator.http.uploads import received_form
from webrun_nb.emulator.serializers import environments as views
from webrun_nb.emulator.services.environments import require_profile
from webrun_nb.emulator.services.sessions import Service
from webrun_nb.emulator.storage.tables import EnvironmentRecord
from webrun_nb.wire.environments import (
    Deleted,
    EnvironmentCreated,
    EnvironmentList,
    EnvironmentUploaded,
    FileList,
    NewEnvironment,
    ProfileCreated,
    ProfileDownload,
    ProfileList,
    ProfileUploaded,
)

router = APIRouter()

DOWNLOAD_GOOD_FOR_MS = 3_600_000
"""Contract, section 8: a signed URL is good for 1 h."""
_FILE_FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}},
                }
            }
        },
    }
}


@router.post("/environments")
async def create(body: NewEnvironment, service: TheService, user: TheUser) -> EnvironmentCreated:
    """Make an environment, empty."""
    environments = service.library.environments
    record = await environments.create(user, body.name, body.description)
    return EnvironmentCreated(
        message="Environment created", environment=views.environment(record, environments.status(record))
    )


@router.get("/environments")
async def list_environments(service: TheService, user: TheUser) -> EnvironmentList:
    """List the caller's environments, oldest first."""
    environments = service.library.environments
    return EnvironmentList(
        environments=[views.environment(record, environments.status(record)) for record in await environments.of(user)]
    )


@router.delete("/environments/{environment_id}")
async def delete(environment_id: str, service: TheService, user: TheUser) -> Deleted:
    """Delete an environment with its files; sessions that use it run on."""
    await service.library.delete_environment(user, environment_id)
    return Deleted(message="Environment deleted")


@router.post("/environments/{environment_id}/upload", openapi_extra=_FILE_FORM)
async def upload(environment_id: str, request: Request, service: TheService, user: TheUser) -> EnvironmentUploaded:
    """Put a profile's archive in the place of an environment's profile."""
    record = await _replaced(environment_id, request, service, user)
    return EnvironmentUploaded(message="Profile uploaded", environment=views.uploaded(record))


@router.get("/environments/{environment_id}/files")
async def files(environment_id: str, service: TheService, user: TheUser) -> FileList:
    """List an environment's files, oldest first."""
    record = await service.library.environments.find(user, environment_id)
    return FileList(files=[views.file(each) for each in await service.library.files.of_environment(record.id)])


@router.delete("/environments/{environment_id}/files/{file_id}")
async def delete_file(environment_id: str, file_id: str, service: TheService, user: TheUser) -> Deleted:
    """Delete a file of an environment."""
    record = await service.library.environments.find(user, environment_id)
    await service.library.files.delete(record.id, file_id)
    return Deleted(message="File deleted")


@router.get("/profiles")
async def list_profiles(service: TheService, user: TheUser) -> ProfileList:
    """List the caller's environments as profiles, oldest first."""
    environments = service.library.environments
    return ProfileList(
        profiles=[views.profile(record, environments.status(record)) for record in await environments.of(user)]
    )


@router.post("/profiles")
async def create_profile(body: NewEnvironment, service: TheService, user: TheUser) -> ProfileCreated:
    """Make an environment, empty."""
    environments = service.library.environments
    record = await environments.create(user, body.name, body.description)
    return ProfileCreated(message="Profile created", profile=views.profile(record, environments.status(record)))


@router.delete("/profiles/{profile_id}")
async def delete_profile(profile_id: str, service: TheService, user: TheUser) -> Deleted:
    """Delete an environment with its files; sessions that use it run on."""
    await service.library.delete_environment(user, profile_id)
    return Deleted(message="Profile deleted")


@router.post("/profiles/{profile_id}/upload", openapi_extra=_FILE_FORM)
async def upload_profile(profile_id: str, request: Request, service: TheService, user: TheUser) -> ProfileUploaded:
    """Put a profile's archive in the place of an environment's profile."""
    record = await _replaced(profile_id, request, service, user)
    return ProfileUploaded(message="Profile uploaded", profile=views.uploaded(record))


@router.get("/profiles/{profile_id}/download")
async def download(profile_id: str, service: TheService, user: TheUser) -> ProfileDownload:
    """Tell where the profile can be fetched for an hour."""
    await service.library.environments.find(user, profile_id)
    await service.library.uses.saved(profile_id)  # a session that has just ended may still be saving
    record = await service.library.environments.find(user, profile_id)
    require_profile(record)
    url = service.library.signer.url(_archive_path(record.id), DOWNLOAD_GOOD_FOR_MS)
    return ProfileDownload(download_url=url)


@router.get("/signed/profiles/{profile_id}", include_in_schema=False)
async def archive(profile_id: str, service: TheService, signature: str = "", expires: str = "") -> StreamingResponse:
    """Send a profile's archive to whoever has its signed URL."""
    good = bool(expires) and service.library.signer.admits(_archive_path(profile_id), signature, expires)
    record = await service.library.environments.get(profile_id) if good else None
    if record is None:
        raise CommandRefusedError(
            ErrorCode.ENVIRONMENT_NOT_FOUND, "this link is not good, or not any more: ask for a new one"
        )
    name = safe_name(f"{record.name}.tar.gz", "profile.tar.gz")
    return StreamingResponse(
        await service.library.environments.pack(record),
        media_type="application/gzip",
        headers={"Content-Disposition": attachment(name), "X-Content-Type-Options": "nosniff"},
    )


def attachment(name: str) -> str:
    """Return a header that has a browser keep what comes under a name, and never show it."""
    plain = "".join(c if c.isascii() and c.isprintable() and c not in '"\\%;' else "_" for c in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _archive_path(profile_id: str) -> str:
    return f"/signed/profiles/{profile_id}"


async def _replaced(environment_id: str, request: Request, service: Service, user: str) -> EnvironmentRecord:
    library = service.library
    async with (
        library.environments.uploading(user, environment_id),
        received_form(request, library.folder.new) as form,
    ):
        archives = form.named("file")
        if not archives:
            raise CommandRefusedError(ErrorCode.MISSING_REQUIRED_FIELD, "file is required: the archive", field="file")
        if len(archives) > 1:
            raise CommandRefusedError(ErrorCode.INVALID_PARAMETER, "send one archive", parameter="file")
        return await library.environments.replace(user, environment_id, archives[0])


_FILES_FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["files"],
                    "properties": {
                        "files": {"type": "array", "items": {"type": "string", "format": "binary"}, "minItems": 1},
                        "environmentId": {"type": "string"},
                    },
                }
            }
        },
    }
}


@router.get("/signed/downloads/{session_id}/{download_id}/{name}", include_in_schema=False)
async def download_file(
    session_id: str, download_id: str, name: str, service: TheService, signature: str = ""
) -> FileResponse:
    """Send what a task downloaded to whoever has its signed address."""
    path = await asyncio.to_thread(service.library.downloads.find, session_id, download_id, name, signature)
    if path is None:
        raise CommandRefusedError(ErrorCode.FILE_NOT_FOUND, "there is no such file, or not any more")
    headers = {"Content-Disposition": attachment(name), "X-Content-Type-Options": "nosniff"}
    return FileResponse(path, media_type="application/octet-stream", headers=headers)


@router.post("/files/upload", openapi_extra=_FILES_FORM)
async def upload_file(request: Request, service: TheService, user: TheUser) -> FileList:
    """Keep files, in an environment or, without one, for an hour."""
    async with received_form(request, service.library.folder.new) as form:
        records = await service.library.files.upload(
            user, form.named("files"), form.fields.get("environmentId") or None
        )
    return FileList(files=[views.file(record, dated=False) for record in records])
