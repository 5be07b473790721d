"""`/files`: uploads for tasks, and what tasks downloaded (contract, sections 4 and 8)."""

from __future__ import annotations

from fastapi import APIRouter, Request

from webrun_nb.emulator import environment_views as views
from webrun_nb.emulator.http.context import TheService, TheUser
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


@router.post("/files/upload", openapi_extra=_FILES_FORM)
async def upload(request: Request, service: TheService, user: TheUser) -> FileList:
    """Keep files, in an environment or, without one, for an hour."""
    async with received_form(request, service.library.folder.new) as form:
        records = await service.library.files.upload(
            user, form.named("files"), form.fields.get("environmentId") or None
        )
    return FileList(files=[views.file(record, dated=False) for record in records])
