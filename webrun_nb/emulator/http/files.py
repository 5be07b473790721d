"""`/files`: uploads for tasks, and what tasks downloaded (contract, sections 4 and 8)."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse

from webrun_nb.emulator import environment_views as views
from webrun_nb.emulator.domain.errors import CommandRefusedError
from webrun_nb.emulator.http.context import TheService, TheUser
from webrun_nb.emulator.http.environments import attachment
from webrun_nb.emulator.http.uploads import received_form
from webrun_nb.wire.environments import FileList

router = APIRouter()

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
async def download(
    session_id: str, download_id: str, name: str, service: TheService, signature: str = ""
) -> FileResponse:
    """Send what a task downloaded to whoever has its signed address."""
    path = await asyncio.to_thread(service.library.downloads.find, session_id, download_id, name, signature)
    if path is None:
        raise CommandRefusedError("FILE_NOT_FOUND", "there is no such file, or not any more")
    headers = {"Content-Disposition": attachment(name), "X-Content-Type-Options": "nosniff"}
    return FileResponse(path, media_type="application/octet-stream", headers=headers)


@router.post("/files/upload", openapi_extra=_FILES_FORM)
async def upload(request: Request, service: TheService, user: TheUser) -> FileList:
    """Keep files, in an environment or, without one, for an hour."""
    async with received_form(request, service.library.folder.new) as form:
        records = await service.library.files.upload(
            user, form.named("files"), form.fields.get("environmentId") or None
        )
    return FileList(files=[views.file(record, dated=False) for record in records])
