"""Endpoints of environments, their profiles and files (contract, section 8)."""

from __future__ import annotations

import asyncio
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, StreamingResponse

from webrun_nb.common.codes import ErrorCode
from webrun_nb.emulator.domain.environment import Environment
from webrun_nb.emulator.domain.errors import CommandRefusedError
from webrun_nb.emulator.domain.file_names import safe_name
from webrun_nb.emulator.http.dependencies import TheDownloads, TheEnvironments, TheFiles, TheLeases, TheSigner, TheUser
from webrun_nb.emulator.http.uploads import received_form
from webrun_nb.emulator.serializers import environments as serialize
from webrun_nb.emulator.services.environments import Environments, require_profile
from webrun_nb.emulator.services.files import Files
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
"""Contract, section 8: a signed URL is valid for 1 h."""
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
async def create(body: NewEnvironment, environments: TheEnvironments, user: TheUser) -> EnvironmentCreated:
    """Create an empty environment."""
    environment = await environments.create(user, body.name, body.description)
    return EnvironmentCreated(message="Environment created", environment=serialize.environment(environment))


@router.get("/environments")
async def list_environments(environments: TheEnvironments, user: TheUser) -> EnvironmentList:
    """List the caller's environments, newest first."""
    return EnvironmentList(
        environments=[serialize.environment(environment) for environment in await environments.of(user)]
    )


@router.delete("/environments/{environment_id}")
async def delete(environment_id: str, leases: TheLeases, user: TheUser) -> Deleted:
    """Delete an environment with its files; sessions that use it continue."""
    await leases.delete_environment(user, environment_id)
    return Deleted(message="Environment deleted")


@router.post("/environments/{environment_id}/upload", openapi_extra=_FILE_FORM)
async def upload(
    environment_id: str, request: Request, environments: TheEnvironments, files: TheFiles, user: TheUser
) -> EnvironmentUploaded:
    """Replace an environment's profile by that of an archive."""
    environment = await _replaced(environment_id, request, environments, files, user)
    return EnvironmentUploaded(message="Profile uploaded successfully", environment=serialize.uploaded(environment))


@router.get("/environments/{environment_id}/files")
async def list_files(environment_id: str, environments: TheEnvironments, files: TheFiles, user: TheUser) -> FileList:
    """List an environment's files, oldest first."""
    environment = await environments.find(user, environment_id)
    return FileList(files=[serialize.file(each) for each in await files.of_environment(environment.id)])


@router.delete("/environments/{environment_id}/files/{file_id}")
async def delete_file(
    environment_id: str, file_id: str, environments: TheEnvironments, files: TheFiles, user: TheUser
) -> Deleted:
    """Delete a file of an environment."""
    environment = await environments.find(user, environment_id)
    await files.delete(environment.id, file_id)
    return Deleted(message="File deleted")


@router.get("/profiles")
async def list_profiles(environments: TheEnvironments, user: TheUser) -> ProfileList:
    """List the caller's environments as profiles, newest first."""
    return ProfileList(profiles=[serialize.profile(environment) for environment in await environments.of(user)])


@router.post("/profiles")
async def create_profile(body: NewEnvironment, environments: TheEnvironments, user: TheUser) -> ProfileCreated:
    """Create an empty environment."""
    environment = await environments.create(user, body.name, body.description)
    return ProfileCreated(message="Profile created", profile=serialize.profile(environment))


@router.delete("/profiles/{profile_id}")
async def delete_profile(profile_id: str, leases: TheLeases, user: TheUser) -> Deleted:
    """Delete an environment with its files; sessions that use it continue."""
    await leases.delete_environment(user, profile_id)
    return Deleted(message="Profile deleted")


@router.post("/profiles/{profile_id}/upload", openapi_extra=_FILE_FORM)
async def upload_profile(
    profile_id: str, request: Request, environments: TheEnvironments, files: TheFiles, user: TheUser
) -> ProfileUploaded:
    """Replace an environment's profile by that of an archive."""
    environment = await _replaced(profile_id, request, environments, files, user)
    return ProfileUploaded(message="Profile uploaded successfully", profile=serialize.uploaded(environment))


@router.get("/profiles/{profile_id}/download")
async def download(
    profile_id: str, environments: TheEnvironments, leases: TheLeases, signer: TheSigner, user: TheUser
) -> ProfileDownload:
    """Return a URL where the profile can be fetched for an hour."""
    await environments.find(user, profile_id)
    await leases.saved(profile_id)  # a session that has just ended may still be saving
    environment = await environments.find(user, profile_id)
    require_profile(environment)
    url = signer.url(_archive_path(environment.id), DOWNLOAD_GOOD_FOR_MS)
    return ProfileDownload(download_url=url)


@router.get("/signed/profiles/{profile_id}", include_in_schema=False)
async def archive(
    profile_id: str, environments: TheEnvironments, signer: TheSigner, signature: str = "", expires: str = ""
) -> StreamingResponse:
    """Return a profile's archive to a caller with its signed URL."""
    good = bool(expires) and signer.verify(_archive_path(profile_id), signature, expires)
    environment = await environments.get(profile_id) if good else None
    if environment is None:
        raise CommandRefusedError(
            ErrorCode.ENVIRONMENT_NOT_FOUND, "this link is not valid, or has expired: ask for a new one"
        )
    name = safe_name(f"{environment.name}.tar.gz", "profile.tar.gz")
    return StreamingResponse(
        await environments.pack(environment),
        media_type="application/gzip",
        headers={"Content-Disposition": attachment(name), "X-Content-Type-Options": "nosniff"},
    )


def attachment(name: str) -> str:
    """Return the header with which a browser saves a file under a name instead of showing it."""
    plain = "".join(c if c.isascii() and c.isprintable() and c not in '"\\%;' else "_" for c in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _archive_path(profile_id: str) -> str:
    return f"/signed/profiles/{profile_id}"


async def _replaced(
    environment_id: str, request: Request, environments: Environments, files: Files, user: str
) -> Environment:
    async with (
        environments.uploading(user, environment_id),
        received_form(request, files.incoming_path) as form,
    ):
        archives = form.named("file")
        if not archives:
            raise CommandRefusedError(ErrorCode.MISSING_REQUIRED_FIELD, "No file provided", field="file")
        if len(archives) > 1:
            raise CommandRefusedError(ErrorCode.INVALID_PARAMETER, "send one archive", parameter="file")
        return await environments.replace(user, environment_id, archives[0])


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
    session_id: str, download_id: str, name: str, downloads: TheDownloads, signature: str = ""
) -> FileResponse:
    """Return a file that a task downloaded to a caller with its signed URL."""
    path = await asyncio.to_thread(downloads.find, session_id, download_id, name, signature)
    if path is None:
        raise CommandRefusedError(ErrorCode.FILE_NOT_FOUND, "there is no such file, or it has been removed")
    headers = {"Content-Disposition": attachment(name), "X-Content-Type-Options": "nosniff"}
    return FileResponse(path, media_type="application/octet-stream", headers=headers)


@router.post("/files/upload", openapi_extra=_FILES_FORM)
async def upload_file(request: Request, files: TheFiles, user: TheUser) -> FileList:
    """Store uploaded files, in an environment or, without one, for an hour."""
    async with received_form(request, files.incoming_path) as form:
        uploaded = await files.upload(user, form.named("files"), form.fields.get("environmentId") or None)
    return FileList(files=[serialize.file(file, dated=False) for file in uploaded])
