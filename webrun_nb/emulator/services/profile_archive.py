"""Profile archives, read and written without holding one in memory.

An archive is a gzipped tar of this emulator's own: `manifest.json` (`{"format": "webrun-profile", "version": 1}`),
`storage-state.json` (cookies, local storage and IndexedDB as Playwright's storage state) and `files/NAME`. No
archive is trusted: it may come from anyone, and be hostile.
"""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from webrun_nb.emulator.domain.file_names import safe_name

Text = Annotated[str, Field(strict=True)]


class _Model(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel)


class _Cookie(_Model):
    name: Text
    value: Text
    domain: Annotated[Text, Field(min_length=1)]
    path: Annotated[Text, Field(pattern="^/")]
    expires: float
    http_only: bool
    secure: bool
    same_site: Literal["Strict", "Lax", "None"]


class _Entry(_Model):
    name: Text
    value: Text


class _Keyed(_Model):
    name: Text
    key_path: Text | None = None
    key_path_array: list[Text] | None = None


class _Index(_Keyed):
    multi_entry: bool
    unique: bool


class _Store(_Keyed):
    auto_increment: bool
    records: list[dict[str, Any]]
    indexes: list[_Index]


class _Database(_Model):
    name: Text
    version: Annotated[int, Field(ge=1)]
    stores: list[_Store]


class _Origin(_Model):
    origin: Annotated[Text, Field(pattern=r"^https?://[^/?#\s]+$")]
    local_storage: list[_Entry]
    indexed_db: Annotated[list[_Database], Field(alias="indexedDB")] = []


class _StorageState(_Model):
    cookies: list[_Cookie] = []
    origins: list[_Origin] = []


def validation_error(content: bytes) -> str | None:
    """Return why JSON is no valid storage state; None where it is one.

    Parameters
    ----------
    content : bytes
        UTF-8.
    """
    try:
        _StorageState.model_validate_json(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        return f"{where}: {first['msg']}" if where else first["msg"]
    return None


FORMAT = "webrun-profile"
VERSION = 1
MANIFEST = "manifest.json"
STATE = "storage-state.json"
FILES = "files"

MAX_UNPACKED_BYTES = 1_000_000_000
MAX_RATIO = 100
"""Unpacked to packed: JSON shrinks to a twentieth at best, a bomb to a thousandth."""
FREE_BYTES = 64_000_000
"""The unpacked size up to which the ratio is not checked: small archives have any ratio."""
MAX_MEMBERS = 2_000
MAX_STATE_BYTES = 64_000_000
"""The limit for the storage state, which is held in memory, here and in the browser's driver."""
_MAX_MANIFEST_BYTES = 10_000
_MAX_HEADER_BYTES = 1_000_000
"""The limit between two members: tar's extended headers are read into memory."""
_CHUNK = 1 << 18
_CHROMIUMS = frozenset({"Cookies", "Local State", "Login Data", "Preferences", "Local Storage", "IndexedDB"})
"""Names by which a folder of Chromium's is recognized."""


class ArchiveError(Exception):
    """The archive is refused; the message is one line for people."""


@dataclass(frozen=True, slots=True)
class ArchiveContents:
    """The content of an archive. `files` maps names to sizes in bytes, in order."""

    state: bytes
    files: Mapping[str, int]


# --- reading ----------------------------------------------------------------------------------------------------------


def read(path: Path, sink: Callable[[str], IO[bytes]]) -> ArchiveContents:
    """Read an archive from one end to the other, and check all of it.

    Parameters
    ----------
    path : Path
        The archive.
    sink : callable
        Takes the name of a file in it and returns where its content goes; it is closed here. What was written before
        an error is the caller's to throw away.

    Raises
    ------
    ArchiveError
        It is no archive of this kind, broken, or made to hurt.
    OSError
        Its contents can't be written.
    """
    with path.open("rb") as packed:
        unpacked = _ArchiveReader(packed)
        try:
            with tarfile.open(fileobj=unpacked, mode="r|", bufsize=_CHUNK, errorlevel=1) as tar:
                contents = _read_members(tar, unpacked, sink)
            unpacked.drain()
        except (tarfile.TarError, zlib.error, gzip.BadGzipFile, EOFError) as error:
            raise ArchiveError(f"this is not a complete .tar.gz archive ({_first_words(error)})") from error
    return contents


def _read_members(tar: tarfile.TarFile, unpacked: _ArchiveReader, sink: Callable[[str], IO[bytes]]) -> ArchiveContents:
    manifest: bytes | None = None
    state: bytes | None = None
    files: dict[str, int] = {}
    seen: set[str] = set()
    for count, member in enumerate(_members(tar), start=1):
        if count > MAX_MEMBERS:
            raise ArchiveError(f"the archive holds more than {MAX_MEMBERS} files")
        name = _checked_name(member)
        if member.isdir():
            continue
        if name in seen:
            raise ArchiveError(f"the archive holds {name[:100]!r} twice")
        seen.add(name)
        unpacked.allow(member.size + _MAX_HEADER_BYTES)
        source = tar.extractfile(member)
        assert source is not None, "it is a regular file"
        if name == MANIFEST:
            manifest = _small(source, member, _MAX_MANIFEST_BYTES)
        elif name == STATE:
            state = _small(source, member, MAX_STATE_BYTES)
        else:
            kept = _file_name(name)
            if kept in files:
                raise ArchiveError(f"the archive holds {kept!r} twice")
            with closing(sink(kept)) as target:
                files[kept] = _copied(source, target)
        unpacked.allow(_MAX_HEADER_BYTES)
    _check_manifest(manifest, seen)
    if state is None:
        raise ArchiveError(f"the archive has no {STATE}")
    _check_state(state)
    return ArchiveContents(state, files)


def _members(tar: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    while (member := tar.next()) is not None:
        yield member
        tar.members.clear()  # type: ignore[attr-defined] # not in typeshed; it would remember all of them


def _checked_name(member: tarfile.TarInfo) -> str:
    """Return the member's path, without a leading `./`.

    Raises
    ------
    ArchiveError
        It leads out of the archive, or is no plain file or folder.
    """
    shown = repr(member.name[:100])
    if not (member.isreg() or member.isdir()) or member.issparse():
        kind = "a link" if member.issym() or member.islnk() else "no plain file"
        raise ArchiveError(f"the archive holds {kind}, {shown}; only files and folders may be in it")
    path = PurePosixPath(member.name)
    if path.is_absolute() or ".." in path.parts or "\\" in member.name or "\0" in member.name:
        raise ArchiveError(f"the archive holds {shown}, which leads out of it")
    if member.size < 0:
        raise ArchiveError(f"the archive says that {shown} has less than nothing in it")
    return str(path)


def _file_name(name: str) -> str:
    folder, _, file = name.partition("/")
    if _CHROMIUMS & set(PurePosixPath(name).parts):
        raise ArchiveError(
            "this is a profile folder of Chromium; the emulator takes archives of its own kind, "
            "as GET /profiles/:id/download makes them"
        )
    if folder != FILES or not file or "/" in file:
        raise ArchiveError(f"the archive holds {name[:100]!r}; there may be {MANIFEST}, {STATE} and {FILES}/NAME")
    return safe_name(file)


def _small(source: IO[bytes], member: tarfile.TarInfo, most: int) -> bytes:
    if member.size > most:
        raise ArchiveError(f"{member.name[:100]!r} in the archive is larger than {most // 1000} kB")
    content = source.read(most + 1)
    if len(content) != member.size:
        raise ArchiveError("the archive ends in the middle of a file")
    return content


def _copied(source: IO[bytes], target: IO[bytes]) -> int:
    size = 0
    while chunk := source.read(_CHUNK):
        target.write(chunk)
        size += len(chunk)
    return size


def _check_manifest(manifest: bytes | None, seen: set[str]) -> None:
    if manifest is None:
        raise ArchiveError(
            f"the archive has no {MANIFEST}: it was not made by this emulator" if seen else "it is empty"
        )
    found = _json(manifest, MANIFEST)
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise ArchiveError(f"{MANIFEST} does not say that this is a {FORMAT}")
    if found.get("version") != VERSION:
        version = str(found.get("version"))[:20]
        raise ArchiveError(f"the archive has version {version} of its format, and this emulator knows {VERSION}")


def _check_state(state: bytes) -> None:
    _json(state, STATE)
    if wrong := validation_error(state):
        raise ArchiveError(f"{STATE} in the archive is not a storage state of Playwright: {wrong}")


def _json(content: bytes, name: str) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ArchiveError(f"{name} in the archive is not JSON") from error


def _first_words(error: Exception) -> str:
    return (" ".join(str(error).split()) or "it ends too early")[:80]


class _ArchiveReader(io.RawIOBase):
    """Reads a gzip stream, up to the limits for archives."""

    def __init__(self, packed: IO[bytes]) -> None:
        self._packed = packed
        self._gzip = gzip.GzipFile(fileobj=packed)
        self._taken = 0
        self.allow(_MAX_HEADER_BYTES)

    def allow(self, bytes_: int) -> None:
        """Allow so many more bytes to be read (and those that tar reads ahead)."""
        self._allowed = self._taken + bytes_ + 2 * _CHUNK

    def readable(self) -> bool:
        """Return that it can be read."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes.

        Raises
        ------
        ArchiveError
            There are too many of them.
        """
        content = self._gzip.read(min(size, _CHUNK) if size >= 0 else _CHUNK)
        self._taken += len(content)
        if self._taken > self._allowed:
            raise ArchiveError("the archive has a header that is too large")
        if self._taken > MAX_UNPACKED_BYTES:
            raise ArchiveError(f"there is more than {MAX_UNPACKED_BYTES // 1_000_000} MB in the archive")
        if self._taken > FREE_BYTES + MAX_RATIO * self._packed.tell():
            raise ArchiveError("the archive unpacks to far more than any profile does")
        return content

    def drain(self) -> None:
        """Read the padding after the last member, and check the stream's checksum."""
        self.allow(_MAX_HEADER_BYTES)
        while self.read(_CHUNK):
            pass


# --- writing ----------------------------------------------------------------------------------------------------------


def write(state: Path, files: Sequence[tuple[str, Path]], modified_s: float) -> Iterator[bytes]:
    """Yield an archive in pieces.

    Parameters
    ----------
    state : Path
        The storage state.
    files : sequence of tuple
        Name and content of each file; equal names get a number.
    modified_s : float
        The modification time of its files.
    """
    packer = zlib.compressobj(6, zlib.DEFLATED, 31)
    manifest = json.dumps({"format": FORMAT, "version": VERSION}).encode()
    for piece in _member(MANIFEST, io.BytesIO(manifest), len(manifest), modified_s):
        yield packer.compress(piece)
    taken: set[str] = set()
    for name, path in [(STATE, state), *((f"{FILES}/{name}", path) for name, path in files)]:
        with path.open("rb") as source:
            for piece in _member(_free(name, taken), source, path.stat().st_size, modified_s):
                yield packer.compress(piece)
    yield packer.compress(b"\0" * 2 * tarfile.BLOCKSIZE)
    yield packer.flush()


def _member(name: str, source: IO[bytes], size: int, modified_s: float) -> Iterator[bytes]:
    info = tarfile.TarInfo(name)
    info.size, info.mtime, info.mode = size, int(modified_s), 0o600
    yield info.tobuf(tarfile.PAX_FORMAT)
    left = size
    while left > 0:
        chunk = source.read(min(_CHUNK, left))
        if not chunk:
            raise OSError(f"{name} became shorter while it was read")
        left -= len(chunk)
        yield chunk
    yield b"\0" * (-size % tarfile.BLOCKSIZE)


def _free(name: str, taken: set[str]) -> str:
    stem, dot, suffix = name.rpartition(".")
    number = 2
    free = name
    while free in taken:
        free = f"{stem} ({number}){dot}{suffix}" if dot else f"{name} ({number})"
        number += 1
    taken.add(free)
    return free
