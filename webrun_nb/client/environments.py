"""Manages environments: browser profiles and files that outlive their sessions (contract, section 8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from webrun_nb.client._sync import blocking, on_loop_thread, runtime
from webrun_nb.client.errors import RequestError, refusal
from webrun_nb.client.transfers import Transfers, existing_files
from webrun_nb.client.transport import ApiTransport
from webrun_nb.common.codes import ErrorCode
from webrun_nb.common.local_time import utc
from webrun_nb.common.text import ReadableRepr, closest_match
from webrun_nb.wire.environments import (
    Deleted,
    FileList,
    Profile,
    ProfileCreated,
    ProfileDownload,
    ProfileList,
    ProfileUploaded,
    UploadedFile,
)


@dataclass(frozen=True, repr=False, slots=True)
class Environment(ReadableRepr):
    """An environment with the browser profile in it. Times are UTC."""

    id: str
    name: str
    description: str
    status: str
    """`empty`, `uploading` or `ready`."""
    size_bytes: int | None
    """The size of the profile: that of the archive uploaded, or of the state that a session saved; None while empty."""
    saved_at: datetime | None
    """The time at which the profile was saved last; None while it is empty."""
    last_used_at: datetime | None
    usage_count: int
    """The number of sessions that used it."""
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, repr=False, slots=True)
class UploadedArchive(ReadableRepr):
    """An environment right after an archive was uploaded to it."""

    id: str
    name: str
    status: str
    size_bytes: int | None
    saved_at: datetime | None


@dataclass(frozen=True, repr=False, slots=True)
class StoredFile(ReadableRepr):
    """A file on the server, for tasks to upload to pages."""

    file_id: str
    name: str
    size_bytes: int
    created_at: datetime | None
    """UTC; None where the server does not say."""


class Environments:
    """The account's environments. Every method comes in two forms: `list` blocks, `await alist` does not.

    An environment is named by its id, or by its name where only one has it.

    Parameters
    ----------
    http : ApiTransport
        The server's calls.
    """

    def __init__(self, http: ApiTransport) -> None:
        self._http = http
        self._transfers = Transfers(http)

    @on_loop_thread
    async def acreate(self, name: str, description: str = "") -> Environment:
        """Create an empty environment.

        >>> webrun.environments.create("work").id  # doctest: +SKIP

        Raises
        ------
        RequestError
            `INVALID_PARAMETER`: there are 20 already.
        """
        body = {"name": name, "description": description}
        return _environment((await self._http.call(ProfileCreated, "POST", "/profiles", body)).profile)

    @blocking(acreate)
    def create(self, name: str, description: str = "") -> Environment:
        return runtime.run(self.acreate(name, description))

    @on_loop_thread
    async def afind(self, environment: str) -> Environment:
        """Return the environment of that id or name.

        Raises
        ------
        RequestError
            `ENVIRONMENT_NOT_FOUND`: it does not exist; `INVALID_PARAMETER`: several have that name.
        """
        known = await self.alist()
        for found in known:
            if found.id == environment:
                return found
        named = [found for found in known if found.name == environment]
        if len(named) > 1:
            raise refusal(
                400,
                ErrorCode.INVALID_PARAMETER,
                f"{len(named)} environments are called {environment!r}: use an id, "
                + " or ".join(found.id for found in named),
            )
        if not named:
            meant = closest_match(environment, [found.name for found in known])
            names = ", ".join(found.name for found in known[:10])
            there_are = f"there are: {names}" if names else "there is none yet"
            raise RequestError(
                f"there is no environment {environment!r}",
                code=ErrorCode.ENVIRONMENT_NOT_FOUND,
                hint=f"did you mean {meant}?" if meant else f"{there_are}; `environments.create(name)` makes one",
            )
        return named[0]

    @blocking(afind)
    def find(self, environment: str) -> Environment:
        return runtime.run(self.afind(environment))

    @on_loop_thread
    async def adelete(self, environment: str) -> None:
        """Delete an environment with its files. Sessions that use it run on, and save nothing.

        Raises
        ------
        RequestError
            As `find`.
        """
        found = await self.afind(environment)
        await self._http.call(Deleted, "DELETE", f"/profiles/{found.id}")

    @blocking(adelete)
    def delete(self, environment: str) -> None:
        return runtime.run(self.adelete(environment))

    @on_loop_thread
    async def aupload(self, environment: str, archive: str | Path) -> UploadedArchive:
        """Replace an environment's profile by an archive (`.tar.gz`, `.tgz`).

        Raises
        ------
        RequestError
            As `find`; `FILE_NOT_FOUND`: there is no such file here; `INVALID_PARAMETER`: it is not such an archive.
        """
        (path,) = existing_files([archive])
        found = await self.afind(environment)
        answer = await self._transfers.upload(ProfileUploaded, f"/profiles/{found.id}/upload", "file", [path])
        profile = answer.profile
        saved_at = None if profile.blob_uploaded_at is None else utc(profile.blob_uploaded_at)
        return UploadedArchive(profile.id, profile.name, profile.status, profile.blob_size, saved_at)

    @blocking(aupload)
    def upload(self, environment: str, archive: str | Path) -> UploadedArchive:
        return runtime.run(self.aupload(environment, archive))

    @on_loop_thread
    async def adownload(self, environment: str, to: str | Path | None = None) -> Path:
        """Save an environment's archive, by default as `NAME.tar.gz` in the current folder; return its path.

        Raises
        ------
        RequestError
            As `find`; `INVALID_PARAMETER`: it is empty.
        """
        found = await self.afind(environment)
        answer = await self._http.call(ProfileDownload, "GET", f"/profiles/{found.id}/download")
        safe = "".join(c if c.isalnum() or c in "-_. " else "_" for c in found.name).strip(". ") or found.id
        return await self._transfers.save(answer.download_url, Path(to or f"{safe}.tar.gz"), f"{safe}.tar.gz")

    @blocking(adownload)
    def download(self, environment: str, to: str | Path | None = None) -> Path:
        return runtime.run(self.adownload(environment, to))

    @on_loop_thread
    async def afiles(self, environment: str) -> list[StoredFile]:
        """Return the files of an environment, oldest first.

        Raises
        ------
        RequestError
            As `find`.
        """
        found = await self.afind(environment)
        answer = await self._http.call(FileList, "GET", f"/environments/{found.id}/files")
        return [_stored_file(file) for file in answer.files]

    @blocking(afiles)
    def files(self, environment: str) -> list[StoredFile]:
        return runtime.run(self.afiles(environment))

    @on_loop_thread
    async def aupload_files(self, paths: Sequence[str | Path], environment: str | None = None) -> list[StoredFile]:
        """Upload files to an environment; without one they are kept for an hour, in which tasks can use them.

        Raises
        ------
        RequestError
            As `find`; `FILE_NOT_FOUND`: there is no such file here.
        """
        existing = existing_files(paths)
        fields = {} if environment is None else {"environmentId": (await self.afind(environment)).id}
        answer = await self._transfers.upload(FileList, "/files/upload", "files", existing, fields)
        return [_stored_file(file) for file in answer.files]

    @blocking(aupload_files)
    def upload_files(self, paths: Sequence[str | Path], environment: str | None = None) -> list[StoredFile]:
        return runtime.run(self.aupload_files(paths, environment))

    @on_loop_thread
    async def adelete_file(self, file: str, environment: str) -> None:
        """Delete a file of an environment, by its id or name.

        Raises
        ------
        RequestError
            As `find`; `FILE_NOT_FOUND`.
        """
        found = await self.afind(environment)
        files = (await self._http.call(FileList, "GET", f"/environments/{found.id}/files")).files
        matching = [each.file_id for each in files if file in (each.file_id, each.original_name)]
        if not matching:
            raise refusal(404, ErrorCode.FILE_NOT_FOUND, f"environment {found.name} has no file {file!r}")
        for file_id in matching:
            await self._http.call(Deleted, "DELETE", f"/environments/{found.id}/files/{file_id}")

    @blocking(adelete_file)
    def delete_file(self, file: str, environment: str) -> None:
        return runtime.run(self.adelete_file(file, environment))

    @on_loop_thread
    async def alist(self) -> list[Environment]:
        """Return all environments, oldest first."""
        answer = await self._http.call(ProfileList, "GET", "/profiles")
        return [_environment(profile) for profile in answer.profiles]

    @blocking(alist)
    def list(self) -> list[Environment]:
        return runtime.run(self.alist())


def _environment(profile: Profile) -> Environment:
    return Environment(
        id=profile.id,
        name=profile.name,
        description=profile.description,
        status=profile.status,
        size_bytes=profile.blob_size,
        saved_at=None if profile.blob_uploaded_at is None else utc(profile.blob_uploaded_at),
        last_used_at=None if profile.last_used_at is None else utc(profile.last_used_at),
        usage_count=profile.usage_count,
        created_at=utc(profile.created_at),
        updated_at=utc(profile.updated_at),
    )


def _stored_file(file: UploadedFile) -> StoredFile:
    created_at = None if file.created_at is None else utc(file.created_at)
    return StoredFile(file.file_id, file.original_name, file.size, created_at)
