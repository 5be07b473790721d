"""Cassettes of a notebook: the traffic of the pages of its tasks in a file, so that it runs without the sites."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from webrun_nb.client._sync import runtime
from webrun_nb.client.client import Client
from webrun_nb.client.errors import ArgumentError, RequestError
from webrun_nb.client.tasks.replays import read_json_file, write_json_file
from webrun_nb.common.codes import ErrorCode, ToolkitErrorCode
from webrun_nb.common.text import counted
from webrun_nb.notebook.api import toolkit

if TYPE_CHECKING:
    import pandas as pd

_VERSION_KEY = "webrunCassette"


class Cassette:
    """A cassette in use: the tasks of the current client are recorded in it, or run from it.

    Parameters
    ----------
    client : Client
        The client whose tasks use it.
    path : Path
        Its file.
    content : mapping, optional
        The cassette that the file holds; None if there is none.
    is_played : bool
        True if tasks run from it, and nothing reaches the network.
    """

    def __init__(self, client: Client, path: Path, content: dict[str, Any] | None, *, is_played: bool) -> None:
        self.path = path
        self.is_played = is_played
        self._client = client
        self._before = content
        self._now: dict[str, Any] | None = None
        self._name = f"cassette-{secrets.token_hex(6)}"
        played = {"cassette": content} if is_played else {}
        runtime.run(client.http.control("POST", "cassettes", {"name": self._name, **played}))
        client.cassette = self._name

    def __repr__(self) -> str:
        state = "stopped" if self._client.cassette != self._name else "playing" if self.is_played else "recording"
        return f"<cassette {self.path}, {state}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> Path | None:
        """End the use of the cassette, and write what was recorded to its file. Safe twice.

        A line says what the file lacks, and why: a played task that needs it fails and says so; another one says that
        nothing was recorded, and leaves the file as it is.

        Returns
        -------
        Path or None
            The file that was written; None if none was: the cassette was played, or no task was run.

        Raises
        ------
        RequestError
            The file can't be written: the cassette stays in the emulator, and `stop` can be called again.
            `NOT_FOUND`: the emulator has lost what was recorded; the use of the cassette has ended.
        """
        if self._client.cassette != self._name:
            return None
        written = None
        try:
            if not self.is_played:
                written = self._write(runtime.run(self._client.http.control("GET", f"cassettes/{self._name}")))
            runtime.run(self._client.http.control("DELETE", f"cassettes/{self._name}"))
        except RequestError as error:
            if error.code != ToolkitErrorCode.EMULATOR_ONLY:  # the server took the cassette, so it is an emulator
                raise
            self._client.cassette = None
            if not self.is_played and written is None:
                raise RequestError(
                    f"the emulator does not have what was recorded for {self.path} any more, so no file was written",
                    code=ErrorCode.NOT_FOUND,
                    hint="it was reset, or used for more than 20 cassettes since: record again",
                ) from error
        self._client.cassette = None
        return written

    def _write(self, answer: Mapping[str, Any]) -> Path | None:
        """Write what was recorded to the file, and say what it lacks; return None where nothing was recorded."""
        recorded: dict[str, Any] = answer["cassette"]
        if not (recorded["tasks"] or recorded["log"]["entries"] or recorded["reasons"]):
            print(f"no task was run, so {self.path} was not written")
            return None
        written = write_json_file(self.path, recorded)
        self._now = recorded
        _print_what_is_missing(self.path, recorded)
        return written

    def drift(self) -> pd.DataFrame:
        """Return what has changed on the sites since the file was recorded before: rows that came or went, by task.

        Raises
        ------
        ArgumentError
            There is nothing to compare: the cassette was not recorded again, or is not stopped yet.
        """
        from webrun_nb.tables.drift import drift_frame

        if self._before is None or self._now is None:
            raise ArgumentError(
                f"{self.path} was not recorded again, so there is no drift to show",
                "use webrun.record(path, again=True), run the tasks, and stop it first",
            )
        return drift_frame(self._before, self._now)


def _print_what_is_missing(path: Path, cassette: Mapping[str, Any]) -> None:
    """Print how many answers are not in a cassette, by the reason."""
    reasons: Mapping[str, int] = cassette["reasons"]
    if reasons:
        left_out = "; ".join(f"{count:,} × {why}" for why, count in reasons.items())
        print(f"{path} lacks {counted(sum(reasons.values()), 'answer')} that pages asked for: {left_out}")


def record(path: str | Path, *, again: bool = False) -> Cassette:
    """Keep the traffic of the pages of all tasks from now on in a file; or, if the file exists, run the tasks from it.

    Played tasks reach no network, and their pages are as they were: a notebook with a cassette runs offline and in CI.
    Secrets, cookies, and what pages were sent are not in it. On the emulator only.

    >>> with webrun.record("laptops.cassette"):  # doctest: +SKIP
    ...     laptops = webrun.run_task("List the laptops", url="practice:shop", schema="name:str, price:float").df

    Parameters
    ----------
    path : str or Path
        The file of the cassette.
    again : bool
        Run on the live sites although the file exists, and replace it; `drift()` then shows what has changed.

    Returns
    -------
    Cassette
        The cassette in use: a context manager, or `stop()` ends it.

    Raises
    ------
    RequestError
        `INVALID_PARAMETER`: the file is no cassette, or can't be written; `EMULATOR_ONLY`: the server keeps none.
    ArgumentError
        Another cassette is in use.
    """
    file, client = Path(path).expanduser(), toolkit.client()
    if client.cassette is not None:
        raise ArgumentError("another cassette is in use", "end it first: .stop(), or the end of its with block")
    content = read_json_file(file, _VERSION_KEY, "cassette", "webrun.record(FILE, again=True) records a new one")
    if content is None and not file.absolute().parent.is_dir():
        raise RequestError(
            f"there is no folder {file.parent}", code=ErrorCode.INVALID_PARAMETER, hint="name a folder that exists"
        )
    return Cassette(client, file, content, is_played=content is not None and not again)
