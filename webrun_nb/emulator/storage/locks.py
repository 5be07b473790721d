"""Locks between processes: files that the system unlocks when their holder ends, however it ends."""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType
from typing import Self


class LocksMissingError(Exception):
    """Files can't be locked on this system as the emulator needs it; the message is one line for people."""


def check_locks() -> None:
    """Check that files can be locked here.

    Raises
    ------
    LocksMissingError
        They can't: the system is none of those that the emulator is made for.
    """
    try:
        import fcntl  # noqa: F401
    except ImportError:
        raise LocksMissingError(
            "the emulator runs on Linux and macOS and is untested on this system, which can't lock files by fcntl"
        ) from None


class FileLock:
    """An exclusive lock on a file of its own, made where it is missing. Blocking: take it in a thread if it may last.

    Parameters
    ----------
    path : Path
        The file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None

    def take(self, *, wait: bool = True) -> bool:
        """Take it; False where somebody else holds it and `wait` is not wanted.

        Raises
        ------
        OSError
            The file can't be made.
        """
        import fcntl  # not on Windows, where this module is imported all the same

        file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            os.close(file)
            return False
        except BaseException:
            os.close(file)
            raise
        self._file = file
        return True

    def release(self) -> None:
        """Let go of it. Safe twice."""
        file, self._file = self._file, None
        if file is not None:
            os.close(file)

    def __enter__(self) -> Self:
        self.take()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()
