"""Files that a task downloaded, as programs and cells use them."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO, TYPE_CHECKING

from webrun_nb.client.http import Http
from webrun_nb.client.in_process import InProcess
from webrun_nb.client.runtime import faces
from webrun_nb.client.transfers import Transfers
from webrun_nb.wire.responses import File

if TYPE_CHECKING:
    import pandas as pd

ReadFrame = Callable[[str, IO[bytes]], "pd.DataFrame"]
"""Takes a file's name and content."""

_IN_MEMORY_BYTES = 1_000_000


class ResultFile(InProcess):
    """A file that a task downloaded. `save` blocks, `await asave` does not.

    Parameters
    ----------
    file : File
        As the answer has it.
    http : Http
        The server's calls.
    read_frame : callable, optional
        Makes a table of it (the notebook layer's).
    """

    instead = "save it, and pickle its path"

    def __init__(self, file: File, http: Http, read_frame: ReadFrame | None = None) -> None:
        self.filename = file.filename
        self.source = file.source
        """Where the page had it from."""
        self.timestamp = file.timestamp
        """When it was downloaded, unix ms."""
        self.download_url = file.download_url
        self._transfers = Transfers(http)
        self._read_frame = read_frame

    def __repr__(self) -> str:
        return f"<ResultFile {self.filename}>"

    async def _open(self) -> IO[bytes]:
        """Return its content as a binary file object, of its own: read it, and close it (or use `with`).

        Raises
        ------
        RequestError
            `FILE_NOT_FOUND`: the server has it no more.
        """
        file: IO[bytes] = tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES)  # noqa: SIM115 - the caller closes it
        try:
            await self._transfers.fetch(self.download_url, file)
        except BaseException:
            file.close()
            raise
        file.seek(0)
        return file

    async def _save(self, path: str | Path = ".") -> Path:
        """Save it as `path`, or in the folder `path`; return where it is.

        Raises
        ------
        RequestError
            `FILE_NOT_FOUND`: the server has it no more; `INVALID_PARAMETER`: it can't be written there.
        """
        return await self._transfers.save(self.download_url, Path(path), self.filename)

    async def _size(self) -> int | None:
        """Return its size in bytes, as the server states it; None where it does not. Asked anew each time.

        Raises
        ------
        RequestError
            `FILE_NOT_FOUND`: the server has it no more.
        """
        return await self._transfers.size(self.download_url)

    @property
    def df(self) -> pd.DataFrame:
        """Its content as a table, by its name: .csv, .tsv, .json, .jsonl, .parquet, .xlsx; fetched anew each time."""
        if self._read_frame is None:
            raise TypeError("this client was made without `frames`: read .open()")
        with self.open() as content:
            return self._read_frame(self.filename, content)

    open, aopen = faces(_open)
    save, asave = faces(_save)
    size, asize = faces(_size)
