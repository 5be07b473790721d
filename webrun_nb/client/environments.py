"""Environments: browser profiles and files that outlive their sessions (contract, section 8)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from webrun_nb.client._sync import blocking, on_loop_thread, runtime
from webrun_nb.client.errors import RequestError, refusal
from webrun_nb.client.transfers import Transfers, existing_files
from webrun_nb.client.transport import ApiTransport
from webrun_nb.common.codes import ErrorCode
from webrun_nb.common.text import near
from webrun_nb.wire.environments import (
    Deleted,
    FileList,
    Profile,
    ProfileCreated,
    ProfileDownload,
    ProfileList,
    ProfileUploaded,
    UploadedFile,
    UploadedProfile,
)


class Environments:
    """The account's environments. Every method has two faces: `list` blocks, `await alist` does not.

    An environment is named by its id, or by its name where only one has it.

    Parameters
    ----------
    http : Http
        The server's calls.
    """

    def __init__(self, http: ApiTransport) -> None:
        self._http = http
        self._transfers = Transfers(http)

    @on_loop_thread
    async def acreate(self, name: str, description: str = "") -> Profile:
        """Make an environment, empty.

        Raises
        ------
        RequestError
            `INVALID_PARAMETER`: there are 20 already.
        """
        body = {"name": name, "description": description}
        return (await self._http.call(ProfileCreated, "POST", "/profiles", body)).profile

    @blocking(acreate)
    def create(self, name: str, description: str = "") -> Profile:
        return runtime.run(self.acreate(name, description))

    @on_loop_thread
    async def afind(self, environment: str) -> Profile:
        """Return the environment of that id or name.

        Raises
        ------
        RequestError
            `ENVIRONMENT_NOT_FOUND`: there is none; `INVALID_PARAMETER`: several have that name.
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
                f"{len(named)} environments are called {environment!r}: name it by its id, "
                + " or ".join(found.id for found in named),
            )
        if not named:
            meant = near(environment, [found.name for found in known])
            names = ", ".join(found.name for found in known[:10])
            there_are = f"there are: {names}" if names else "there is none yet"
            raise RequestError(
                f"there is no environment {environment!r}",
                code=ErrorCode.ENVIRONMENT_NOT_FOUND,
                hint=f"did you mean {meant}?" if meant else f"{there_are}; `environments.create(name)` makes one",
            )
        return named[0]

    @blocking(afind)
    def find(self, environment: str) -> Profile:
        return runtime.run(self.afind(environment))

    @on_loop_thread
    async def adelete(self, environment: str) -> None:
        """Delete an environment with its files; sessions that use it run on, and leave nothing behind.

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
    async def aupload(self, environment: str, archive: str | Path) -> UploadedProfile:
        """Put a profile's archive (`.tar.gz`, `.tgz`) in the place of the environment's profile.

        Raises
        ------
        RequestError
            As `find`; `FILE_NOT_FOUND`: there is no such file here; `INVALID_PARAMETER`: it is no such archive.
        """
        (path,) = existing_files([archive])
        found = await self.afind(environment)
        answer = await self._transfers.upload(ProfileUploaded, f"/profiles/{found.id}/upload", "file", [path])
        return answer.profile

    @blocking(aupload)
    def upload(self, environment: str, archive: str | Path) -> UploadedProfile:
        return runtime.run(self.aupload(environment, archive))

    @on_loop_thread
    async def adownload(self, environment: str, to: str | Path | None = None) -> Path:
        """Save an environment's archive, by default as `NAME.tar.gz` in the present folder; return where.

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
    async def afiles(self, environment: str) -> list[UploadedFile]:
        """Return the files of an environment, oldest first.

        Raises
        ------
        RequestError
            As `find`.
        """
        found = await self.afind(environment)
        return (await self._http.call(FileList, "GET", f"/environments/{found.id}/files")).files

    @blocking(afiles)
    def files(self, environment: str) -> list[UploadedFile]:
        return runtime.run(self.afiles(environment))

    @on_loop_thread
    async def aupload_files(self, paths: Sequence[str | Path], environment: str | None = None) -> list[UploadedFile]:
        """Upload files: into an environment, or for an hour, in which a task can be given their ids.

        Raises
        ------
        RequestError
            As `find`; `FILE_NOT_FOUND`: there is no such file here.
        """
        existing = existing_files(paths)
        fields = {} if environment is None else {"environmentId": (await self.afind(environment)).id}
        return (await self._transfers.upload(FileList, "/files/upload", "files", existing, fields)).files

    @blocking(aupload_files)
    def upload_files(self, paths: Sequence[str | Path], environment: str | None = None) -> list[UploadedFile]:
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
    async def alist(self) -> list[Profile]:
        """Return all environments, oldest first."""
        return (await self._http.call(ProfileList, "GET", "/profiles")).profiles

    @blocking(alist)
    def list(self) -> list[Profile]:
        return runtime.run(self.alist())
