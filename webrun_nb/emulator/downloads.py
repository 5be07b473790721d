"""What tasks download: kept beside the database as long as the session's record, and fetched by a signed address."""

from __future__ import annotations

from pathlib import Path

from webrun_nb.emulator.data_folder import DataFolder, remove
from webrun_nb.emulator.domain.clock import Clock
from webrun_nb.emulator.domain.ids import IdSource
from webrun_nb.emulator.domain.session import Session
from webrun_nb.emulator.domain.task import DownloadedFile, Task
from webrun_nb.emulator.file_names import safe_name
from webrun_nb.emulator.signing import Signer

MAX_PER_TASK = 50
_SOURCE_LENGTH = 2_048


class Downloads:
    """Every session's downloads."""

    def __init__(self, folder: DataFolder, signer: Signer, clock: Clock, ids: IdSource) -> None:
        self._folder = folder
        self._signer = signer
        self._clock = clock
        self._ids = ids

    def place(self, task: Task | None) -> Path | None:
        """Return where a download goes meanwhile; None where there is no task that it is for, or it has enough."""
        if task is None or task.ended or len(task.downloads) >= MAX_PER_TASK:
            return None
        return self._folder.new()

    def keep(self, session: Session, task: Task, url: str, name: str, content: Path) -> None:
        """Keep what has come, and list it among what the task downloaded."""
        if task.ended:
            remove(content)
            return
        name, download_id = safe_name(name), self._ids.hex24()
        self._folder.add_download(session.id, download_id, name, content)
        address = self._signer.url(download_path(session.id, download_id, name))
        source = "data:" if url.startswith("data:") else url[:_SOURCE_LENGTH]
        task.downloads.append(DownloadedFile(source, address, name, self._clock.now()))

    def find(self, session_id: str, download_id: str, name: str, signature: str) -> Path | None:
        """Return a download that somebody has the signed address of; None where there is none (any more)."""
        if not self._signer.admits(download_path(session_id, download_id, name), signature, ""):
            return None
        path = self._folder.download(session_id, download_id, name)
        return path if path.is_file() else None


def download_path(session_id: str, download_id: str, name: str) -> str:
    """Return the path of a download's address."""
    return f"/signed/downloads/{session_id}/{download_id}/{name}"
