"""Bodies of environments, profiles and files (section 8)."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, field_validator, model_validator

from webrun_nb.wire.base import Request, Response, WireTime
from webrun_nb.wire.enums import EnvironmentStatus
from webrun_nb.wire.errors import missing
from webrun_nb.wire.requests import read_fields


class NewEnvironment(Request):
    """`POST /environments`, and `POST /profiles`."""

    name: Annotated[str, Field(max_length=100)]
    description: Annotated[str, Field(max_length=500)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _has_a_name(cls, body: object) -> dict[str, Any]:
        fields = read_fields(body)
        name = fields.get("name", "")
        if isinstance(name, str) and not name.strip():
            raise missing("Environment name is required", within=["name"])
        return fields

    @field_validator("name")
    @classmethod
    def _trimmed(cls, name: str) -> str:
        return name.strip()


class Environment(Response):
    """An environment."""

    id: str = Field(alias="_id")
    user_id: str
    name: str
    description: str
    status: EnvironmentStatus
    created_at: WireTime
    updated_at: WireTime


class Profile(Environment):
    """An environment as the profile that it holds."""

    blob_size: int | None
    """Bytes of the archive that was uploaded, or of the state that a session left; None while it is empty."""
    blob_uploaded_at: WireTime | None
    last_used_at: WireTime | None
    usage_count: int


class UploadedProfile(Response):
    """An environment after an upload."""

    id: str = Field(alias="_id")
    name: str
    status: EnvironmentStatus
    blob_size: int | None
    blob_uploaded_at: WireTime | None


class EnvironmentCreated(Response):
    """Answer to `POST /environments`."""

    success: Literal[True] = True
    message: str
    environment: Environment


class EnvironmentList(Response):
    """Answer to `GET /environments`."""

    success: Literal[True] = True
    environments: list[Environment]


class EnvironmentUploaded(Response):
    """Answer to `POST /environments/:id/upload`."""

    success: Literal[True] = True
    message: str
    environment: UploadedProfile


class ProfileCreated(Response):
    """Answer to `POST /profiles`."""

    success: Literal[True] = True
    message: str
    profile: Profile


class ProfileList(Response):
    """Answer to `GET /profiles`."""

    success: Literal[True] = True
    profiles: list[Profile]


class ProfileUploaded(Response):
    """Answer to `POST /profiles/:id/upload`."""

    success: Literal[True] = True
    message: str
    profile: UploadedProfile


class ProfileDownload(Response):
    """Answer to `GET /profiles/:id/download`: a URL that is valid for an hour."""

    success: Literal[True] = True
    download_url: str


class Deleted(Response):
    """Answer to the deletion of an environment, a profile or a file."""

    success: Literal[True] = True
    message: str


class UploadedFile(Response):
    """A file that was uploaded."""

    left_out: ClassVar[frozenset[str]] = frozenset({"createdAt"})

    file_id: str
    original_name: str
    size: int
    created_at: WireTime | None = None


class FileList(Response):
    """Answer to `GET /environments/:id/files`, and to `POST /files/upload` (there without `createdAt`)."""

    success: Literal[True] = True
    files: list[UploadedFile]
