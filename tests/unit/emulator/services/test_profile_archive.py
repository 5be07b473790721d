"""Tests of profile archives: round trips, and hostile archives that are refused."""

from __future__ import annotations

import gzip
import io
import json
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from webrun_nb.emulator.services import profile_archive
from webrun_nb.emulator.services.profile_archive import ArchiveError

COOKIE = {"name": "a", "value": "b", "domain": "shop.example", "path": "/", "expires": -1}
STATE = json.dumps(
    {"cookies": [COOKIE | {"httpOnly": False, "secure": False, "sameSite": "Lax"}], "origins": []}
).encode()
MANIFEST = json.dumps({"format": "webrun-profile", "version": 1}).encode()


class Shelf:
    """Files of an archive, kept in memory."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def __call__(self, name: str) -> io.BytesIO:
        shelf = self

        class Book(io.BytesIO):
            def close(self) -> None:
                shelf.files[name] = self.getvalue()
                super().close()

        return Book()


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


def member(name: str, content: bytes = b"", **fields: object) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.size = len(content)
    for field, value in fields.items():
        setattr(info, field, value)
    return info, content


def packed(folder: Path, *members: tuple[tarfile.TarInfo, bytes], complete: bool = True) -> Path:
    path = folder / "profile.tar.gz"
    rest = [member("manifest.json", MANIFEST), member("storage-state.json", STATE)] if complete else []
    with tarfile.open(path, "w:gz") as tar:
        for info, content in [*rest, *members]:
            tar.addfile(info, io.BytesIO(content))
    return path


def written(folder: Path, *files: tuple[str, bytes]) -> Path:
    (folder / "state").write_bytes(STATE)
    paths = []
    for number, (name, content) in enumerate(files):
        (folder / str(number)).write_bytes(content)
        paths.append((name, folder / str(number)))
    path = folder / "out.tar.gz"
    path.write_bytes(b"".join(profile_archive.write(folder / "state", paths, 1_700_000_000)))
    return path


def test_what_is_written_can_be_read_again(tmp_path, shelf):
    path = written(tmp_path, ("cv.txt", b"a life"), ("cv.txt", b"another"), ("größe.bin", bytes(70_000)))
    contents = profile_archive.read(path, shelf)
    assert contents.state == STATE
    assert shelf.files == {"cv.txt": b"a life", "cv (2).txt": b"another", "größe.bin": bytes(70_000)}
    assert contents.files == {"cv.txt": 6, "cv (2).txt": 7, "größe.bin": 70_000}


def test_any_tar_reads_what_is_written(tmp_path):
    with tarfile.open(written(tmp_path, ("a" * 150 + ".txt", b"x" * 1000))) as tar:
        assert tar.getnames() == ["manifest.json", "storage-state.json", "files/" + "a" * 150 + ".txt"]


def test_folders_are_no_matter(tmp_path, shelf):
    path = packed(tmp_path, member("./files", type=tarfile.DIRTYPE), member("./files/a.txt", b"1"))
    assert profile_archive.read(path, shelf).files == {"a.txt": 1}


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "/etc/passwd", "files/../../x", "files\\..\\x", "files/a/b.txt", "elsewhere.txt"]
)
def test_a_path_that_leads_elsewhere_is_refused(tmp_path, shelf, name):
    with pytest.raises(ArchiveError):
        profile_archive.read(packed(tmp_path, member(name, b"1")), shelf)
    assert shelf.files == {}


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (tarfile.SYMTYPE, "a link"),
        (tarfile.LNKTYPE, "a link"),
        (tarfile.CHRTYPE, "no plain file"),
        (tarfile.BLKTYPE, "no plain file"),
        (tarfile.FIFOTYPE, "no plain file"),
    ],
)
def test_what_is_no_plain_file_is_refused(tmp_path, shelf, kind, said):
    with pytest.raises(ArchiveError, match=said):
        profile_archive.read(packed(tmp_path, member("files/x", type=kind, linkname="/etc/passwd")), shelf)


def test_a_bomb_is_refused_before_it_goes_off(tmp_path, shelf):
    path = tmp_path / "bomb.tar.gz"
    info = tarfile.TarInfo("files/zeros")
    info.size = 3_000_000_000
    with gzip.open(path, "wb", compresslevel=6) as packer:
        packer.write(info.tobuf())
        for _ in range(100):  # 100 MB of the 3 GB that it promises
            packer.write(bytes(1_000_000))
    taken = 0

    class Counter(io.BytesIO):
        def write(self, content) -> int:
            nonlocal taken
            taken += len(content)
            return len(content)

    with pytest.raises(ArchiveError, match="far more"):
        profile_archive.read(path, lambda name: Counter())
    assert taken < profile_archive.FREE_BYTES + profile_archive.MAX_RATIO * path.stat().st_size + 2_000_000


def test_a_header_that_would_fill_the_memory_is_refused(tmp_path, shelf):
    info = tarfile.TarInfo("././@PaxHeader")
    info.type, info.size = tarfile.XHDTYPE, 40_000_000
    path = tmp_path / "header.tar.gz"
    with gzip.open(path, "wb", compresslevel=1) as packer:
        packer.write(info.tobuf())
        packer.write(bytes(40_000_000))
    with pytest.raises(ArchiveError, match="header that is too large"):
        profile_archive.read(path, shelf)


def test_too_many_files_are_refused(tmp_path, shelf):
    path = packed(tmp_path, *(member(f"files/{number}") for number in range(profile_archive.MAX_MEMBERS)))
    with pytest.raises(ArchiveError, match="more than"):
        profile_archive.read(path, shelf)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "not a complete"),
        (b"PK\x03\x04 a zip", "not a complete"),
        (gzip.compress(b"no tar at all" * 100), "not a complete"),
    ],
    ids=["empty", "zip", "no tar"],
)
def test_another_format_is_refused_in_one_line(tmp_path, shelf, content, said):
    path = tmp_path / "x.tar.gz"
    path.write_bytes(content)
    with pytest.raises(ArchiveError, match=said) as refused:
        profile_archive.read(path, shelf)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("cut", [20, 400, -12, -1])
def test_an_archive_that_breaks_off_is_refused(tmp_path, shelf, cut):
    path = written(tmp_path, ("noise.bin", bytes(range(256)) * 40))
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(ArchiveError):
        profile_archive.read(path, shelf)


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ([("storage-state.json", STATE)], "no manifest.json"),
        ([("manifest.json", MANIFEST)], "no storage-state.json"),
        ([("manifest.json", MANIFEST), ("storage-state.json", b"{")], "not JSON"),
        ([("manifest.json", MANIFEST), ("storage-state.json", b"[]")], "not a storage state"),
        ([("manifest.json", MANIFEST), ("storage-state.json", b'{"cookies": [1]}')], "cookies.0: "),
        (
            [
                ("manifest.json", MANIFEST),
                ("storage-state.json", b'{"origins": [{"origin": "file:///x", "localStorage": []}]}'),
            ],
            "origins.0.origin: ",
        ),
        ([("manifest.json", b'{"format": "x"}'), ("storage-state.json", STATE)], "does not say"),
        (
            [("manifest.json", b'{"format": "webrun-profile", "version": 2}'), ("storage-state.json", STATE)],
            "version 2",
        ),
        ([("manifest.json", MANIFEST), ("manifest.json", MANIFEST)], "twice"),
        ([("Default/Cookies", b"SQLite")], "profile folder of Chromium"),
        ([], "empty"),
    ],
)
def test_an_archive_without_its_parts_is_refused(tmp_path, shelf, members, said):
    with pytest.raises(ArchiveError, match=said):
        profile_archive.read(packed(tmp_path, *(member(*each) for each in members), complete=False), shelf)


def test_a_large_archive_is_never_in_memory(tmp_path):
    """Write and read 80 MB of incompressible data in another process and check its peak memory."""
    script = f"""
import os, resource, sys
from pathlib import Path
from webrun_nb.emulator.services import profile_archive as archives
folder = Path({str(tmp_path)!r})
(folder / "state").write_bytes({STATE!r})
noise = os.urandom(1_000_000)
with (folder / "noise").open("wb") as file:
    for _ in range(80):
        file.write(noise)
archives.read  # imported before the peak is taken
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
with (folder / "a.tgz").open("wb") as file:
    for piece in archives.write(folder / "state", [("noise.bin", folder / "noise")], 0):
        file.write(piece)
contents = archives.read(folder / "a.tgz", lambda name: open(os.devnull, "wb"))
grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
print(contents.files["noise.bin"], (folder / "a.tgz").stat().st_size, grown)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    size, packed_size, grown_kb = map(int, done.stdout.split())
    assert (size, packed_size > 79_000_000) == (80_000_000, True)
    assert grown_kb < 20_000
