"""The guardian process: it outlives the emulator by a moment and kills the browsers that are left.

It is run by its path with `python -S -E`, imports nothing but a little of the standard library, and reads lines on
its stdin: `pid N` and `group N` (a process or a process group to end), `forget N`, `folder PATH` (one to remove). When
the pipe closes or its parent is gone, however that happened, the driver gets a head start to clean up by itself; what
is still there then is killed, stopped processes too, which Playwright's own cleanup can't do. Folders go last.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import time

HEAD_START_S = 1.0
"""Time for the driver to close its browsers and remove their temporary folders."""
FOLDER_PREFIX = "webrun-"
"""Prefix of the names of folders that may be removed."""
_KILLED_WITHIN_S = 1.0
_REMOVED_WITHIN_S = 1.0
_LOOK_AGAIN_S = 0.05
_PARENT_CHECK_S = 0.5

Watched = dict[int, tuple[bool, str]]
"""Maps a pid or group id to whether it is a group, and to the start time of the process when it was registered."""


def start_time(pid: int) -> str:
    """Return the start time of a process in clock ticks of the kernel; empty where that can't be known."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:  # noqa: PTH123 - pathlib costs 10 ms of start
            # The name may hold spaces and brackets: what follows its last bracket starts with field 3.
            return file.read().rpartition(")")[2].split()[19]
    except OSError:
        return ""


def _children(pid: int) -> list[int]:
    """Return a process's children, where the kernel lists them: a browser being launched is not registered yet."""
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:  # noqa: PTH123 - as above
            return [int(word) for word in file.read().split()]
    except OSError:
        return []


def _is_there(number: int, is_group: bool, started: str) -> bool:
    """Return whether a registered process still exists, and its number is not that of another one."""
    now = start_time(number)
    if started and now and now != started:
        return False
    try:
        if is_group:
            # A group can outlive its leader, and its number isn't given to a new process before it is empty.
            os.killpg(number, 0)
        else:
            os.kill(number, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _kill(number: int, is_group: bool) -> None:
    try:
        if is_group:
            os.killpg(number, signal.SIGKILL)
        else:
            for child in _children(number):
                if os.getpgid(child) == child:
                    os.killpg(child, signal.SIGKILL)
            os.kill(number, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass  # gone meanwhile


def _until_gone(watched: Watched, within_s: float) -> bool:
    deadline = time.monotonic() + within_s
    while any(_is_there(number, *what) for number, what in watched.items()):
        if time.monotonic() >= deadline:
            return False
        time.sleep(_LOOK_AGAIN_S)
    return True


def _remove(folders: list[str]) -> None:
    """Remove the emulator's own folders only."""
    ours = [each for each in folders if os.path.basename(each).startswith(FOLDER_PREFIX) and os.path.isdir(each)]  # noqa: PTH119, PTH112 - as above
    if ours:
        import shutil  # costs more than all the rest, and is not needed before

        deadline = time.monotonic() + _REMOVED_WITHIN_S
        while (left := [each for each in ours if os.path.isdir(each)]) and time.monotonic() < deadline:  # noqa: PTH112 - as above
            for folder in left:
                shutil.rmtree(folder, ignore_errors=True)  # a browser that is just dying may still write into it
            time.sleep(_LOOK_AGAIN_S)


def _note(line: str, watched: Watched, folders: list[str]) -> None:
    verb, _, number = line.partition(" ")
    if verb == "folder":
        folders.append(number)
    if not number.isdigit():
        return
    if verb == "forget":
        watched.pop(int(number), None)
    elif verb in {"pid", "group"}:
        watched[int(number)] = (verb == "group", start_time(int(number)))


def _listen(parent: int, watched: Watched, folders: list[str]) -> None:
    """Read registrations until the pipe closes or the parent is gone (a fork of it may keep the pipe open)."""
    sources = [0]
    wait_s: float | None = _PARENT_CHECK_S
    if hasattr(os, "pidfd_open"):
        try:
            sources.append(os.pidfd_open(parent))
            wait_s = None
        except OSError:
            pass  # not on this kernel, or gone already: getppid tells
    rest = b""
    while os.getppid() == parent:
        ready = select.select(sources, [], [], wait_s)[0]
        if 0 in ready:
            data = os.read(0, 65536)
            if not data:
                return
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                _note(os.fsdecode(line), watched, folders)
        if len(ready) > (0 in ready):
            return


def main(parent: int) -> None:
    """Read registrations until the parent ends, then kill and remove what is left."""
    watched: Watched = {}
    folders: list[str] = []
    _listen(parent, watched, folders)
    if not _until_gone(watched, HEAD_START_S):
        for number, (is_group, started) in watched.items():
            if _is_there(number, is_group, started):
                _kill(number, is_group)
        _until_gone(watched, _KILLED_WITHIN_S)
    _remove(folders)


if __name__ == "__main__":
    main(int(sys.argv[1]))
