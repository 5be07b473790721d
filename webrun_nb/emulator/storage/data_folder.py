"""The folders beside the database: profiles of environments, uploaded files and downloads."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import time
from collections.abc import Callable, Container
from pathlib import Path
from typing import IO

_LEFT_BEHIND_S = 3_600
"""The age from which on files in `incoming` are removed: an emulator that was killed has left them."""


class DataFolder:
    """Gives paths beside the database, readable by their owner alone. Its methods block: call them in a thread.

    Parameters
    ----------
    root : Path
        The data folder.
    """

    def __init__(self, root: Path) -> None:
        self.incoming = root / "incoming"
        """Files that are being written or received, not checked yet; on the same file system as all others."""
        self._profiles = root / "profiles"
        self._files = root / "files"
        self._downloads = root / "downloads"
        self._locks = root / "locks"
        for folder in (self.incoming, self._profiles, self._files, self._downloads, self._locks):
            folder.mkdir(mode=0o700, exist_ok=True)

    def new(self) -> Path:
        """Return a new path in `incoming`."""
        return self.incoming / secrets.token_hex(12)

    def sweep(self) -> None:
        """Remove the files that emulators that were killed left in `incoming`."""
        for path in self.incoming.iterdir():
            try:
                if time.time() - path.stat().st_mtime > _LEFT_BEHIND_S:
                    remove(path)
            except FileNotFoundError:  # another emulator sweeps, too
                continue

    def sweep_downloads(self, session_ids: Container[str]) -> None:
        """Remove the downloads of sessions whose records have been removed."""
        for path in self._downloads.iterdir():
            with contextlib.suppress(FileNotFoundError):  # another emulator sweeps, too
                # a session that has just started may not be recorded yet
                if path.name not in session_ids and time.time() - path.stat().st_mtime > _LEFT_BEHIND_S:
                    remove(path)

    # --- profiles -----------------------------------------------------------------------------------------------------

    def lock_of(self, environment_id: str) -> Path:
        """Return the lock file of an environment, which is locked for each change."""
        return self._locks / f"environment-{environment_id}.lock"

    def profile(self, environment_id: str, name: str) -> Path:
        """Return the path of a state of an environment."""
        return self._profiles / environment_id / name

    def add_profile(self, environment_id: str, state: bytes) -> str:
        """Write a state beside those that exist; return its name. It is complete, and on the disk, or missing."""
        name = f"{secrets.token_hex(8)}.json"
        folder = self._profiles / environment_id
        folder.mkdir(mode=0o700, exist_ok=True)
        write_atomically(self.new(), folder / name, lambda file: file.write(state))
        return name

    def prune_profiles(self, environment_id: str, keep: tuple[str | None, ...]) -> None:
        """Remove all states of an environment except those to keep."""
        for path in (self._profiles / environment_id).iterdir():
            if path.name not in keep:
                remove(path)

    def remove_environment(self, environment_id: str) -> None:
        """Remove all data of an environment, except its files."""
        remove(self._profiles / environment_id)
        remove(self.lock_of(environment_id))

    # --- files --------------------------------------------------------------------------------------------------------

    def file(self, file_id: str, name: str) -> Path:
        """Return the path of an uploaded file; its last part is the file's own name, which pages get."""
        return self._files / file_id / name

    def add_file(self, file_id: str, name: str, content: Path) -> None:
        """Move a received file to its place."""
        _move(content, self.file(file_id, name))

    def remove_file(self, file_id: str) -> None:
        """Remove an uploaded file."""
        remove(self._files / file_id)

    # --- downloads ----------------------------------------------------------------------------------------------------

    def download(self, session_id: str, download_id: str, name: str) -> Path:
        """Return the path of a session's download."""
        return self._downloads / session_id / download_id / name

    def add_download(self, session_id: str, download_id: str, name: str, content: Path) -> None:
        """Move a download to its place."""
        _move(content, self.download(session_id, download_id, name))


def write_atomically(beside: Path, target: Path, write: Callable[[IO[bytes]], object]) -> None:
    """Write a file so that it is complete or missing, also after a power failure."""
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(target)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    _sync(target.parent)


def remove(path: Path) -> None:
    """Remove a file or a folder; one that is gone already is no error."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _move(content: Path, target: Path) -> None:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with content.open("rb") as file:
        os.fsync(file.fileno())
    content.chmod(0o600)
    content.replace(target)
    _sync(target.parent)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
