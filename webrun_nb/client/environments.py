"""Manages environments: browser profiles and files that outlive their sessions (contract, section 8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from webrun_nb.client._sync import blocking, on_loop_thread, runtime
from webrun_nb.client.answers.account import read_acknowledged
from webrun_nb.client.answers.fields import Fields, UnreadableAnswerError
from webrun_nb.client.errors import RequestError, refusal
from webrun_nb.client.transfers import Transfers, existing_files
from webrun_nb.client.transport import ApiTransport
from webrun_nb.common.codes import ErrorCode
from webrun_nb.common.text import ReadableRepr, closest_match


@dataclass(frozen=True, repr=False, slots=True)
class Environment(ReadableRepr):
    """An environment with the browser profile in it. Times are UTC, and None where the server does not say."""

    id: str
    name: str
    description: str
    status: str
    """`empty`, `uploading` or `ready`; empty where the server does not say."""
    size_bytes: int | None
    """The size of the profile: that of the archive uploaded, or of the state that a session saved; None while empty."""
    saved_at: datetime | None
    """The time at which the profile was saved last; None while it is empty."""
    last_used_at: datetime | None
    usage_count: int | None
    """The number of sessions that used it; None where the server does not say."""
    created_at: datetime | None
    updated_at: datetime | None


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
    size_bytes: int | None
    """None where the server does not say; the same holds for the time."""
    created_at: datetime | None
    """UTC."""


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
        return await self._http.call(lambda fields: _environment(_profile(fields)), "POST", "/profiles", body)

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
        await self._http.call(read_acknowledged, "DELETE", f"/profiles/{found.id}")

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
        profile = await self._transfers.upload(_profile, f"/profiles/{found.id}/upload", "file", [path])
        return UploadedArchive(
            found.id,
            found.name,
            profile.text("status") or "",
            profile.count("blobSize"),
            profile.time("blobUploadedAt"),
        )

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
        url = await self._http.call(_download_url, "GET", f"/profiles/{found.id}/download")
        safe = "".join(c if c.isalnum() or c in "-_. " else "_" for c in found.name).strip(". ") or found.id
        return await self._transfers.save(url, Path(to or f"{safe}.tar.gz"), f"{safe}.tar.gz")

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
        return await self._http.call(_stored_files, "GET", f"/environments/{found.id}/files")

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
        return await self._transfers.upload(_stored_files, "/files/upload", "files", existing, fields)

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
        files = await self._http.call(_stored_files, "GET", f"/environments/{found.id}/files")
        matching = [each.file_id for each in files if file in (each.file_id, each.name)]
        if not matching:
            raise refusal(404, ErrorCode.FILE_NOT_FOUND, f"environment {found.name} has no file {file!r}")
        for file_id in matching:
            await self._http.call(read_acknowledged, "DELETE", f"/environments/{found.id}/files/{file_id}")

    @blocking(adelete_file)
    def delete_file(self, file: str, environment: str) -> None:
        return runtime.run(self.adelete_file(file, environment))

    @on_loop_thread
    async def alist(self) -> list[Environment]:
        """Return all environments, oldest first."""
        found = await self._http.call(_environments, "GET", "/profiles")
        return sorted(found, key=lambda each: (each.created_at is None, each.created_at))

    @blocking(alist)
    def list(self) -> list[Environment]:
        return runtime.run(self.alist())


def _profile(fields: Fields) -> Fields:
    """Return the environment in an answer about one."""
    return fields.fields("profile") or fields.fields("environment")


def _environments(fields: Fields) -> list[Environment]:
    return [_environment(each) for each in fields.objects("profiles") or fields.objects("environments")]


def _environment(profile: Fields) -> Environment:
    environment_id = profile.text("_id", "id")
    if environment_id is None:
        raise UnreadableAnswerError("an environment has no _id")
    return Environment(
        id=environment_id,
        name=profile.text("name") or environment_id,
        description=profile.text("description") or "",
        status=profile.text("status") or "",
        size_bytes=profile.count("blobSize"),
        saved_at=profile.time("blobUploadedAt"),
        last_used_at=profile.time("lastUsedAt"),
        usage_count=profile.count("usageCount"),
        created_at=profile.time("createdAt"),
        updated_at=profile.time("updatedAt"),
    )


def _stored_files(fields: Fields) -> list[StoredFile]:
    return [_stored_file(each) for each in fields.objects("files")]


def _stored_file(file: Fields) -> StoredFile:
    file_id = file.text("fileId", "_id", "id")
    if file_id is None:
        raise UnreadableAnswerError("a file has no fileId")
    return StoredFile(file_id, file.text("originalName") or file_id, file.count("size"), file.time("createdAt"))


def _download_url(fields: Fields) -> str:
    url = fields.text("downloadUrl")
    if url is None:
        raise UnreadableAnswerError("it has no downloadUrl")
    return url
