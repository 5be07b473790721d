"""Tests of API keys: their users, their expiry, and files of keys."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from webrun_nb.emulator.domain.errors import CommandRefusedError
from webrun_nb.emulator.services.accounts import Key, KeyFileError, Keys, read_keys, readable_by_others

NOW_MS = 999.0
KEYS = Keys(
    [
        Key("wr_ann", "ann"),
        Key("enig_ann2", "ann"),
        Key("wr_bob", "bob", expires_ms=NOW_MS + 1),
        Key("wr_old", "bob", expires_ms=NOW_MS),
    ],
    lambda: NOW_MS,
)


@pytest.mark.parametrize(("key", "user"), [("wr_ann", "ann"), ("enig_ann2", "ann"), ("wr_bob", "bob")])
def test_whose_a_key_is(key, user):
    assert KEYS.user(f"Bearer {key}") == user


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (None, "UNAUTHORIZED"),
        ("Bearer ", "UNAUTHORIZED"),
        ("Basic wr_ann", "UNAUTHORIZED"),
        ("Bearer wr_an", "INVALID_API_KEY"),
        ("Bearer wr_ann2", "INVALID_API_KEY"),
        ("Bearer WR_ANN", "INVALID_API_KEY"),
        ("Bearer wr_old", "API_KEY_EXPIRED"),
    ],
)
def test_an_invalid_key_is_refused(header, code):
    with pytest.raises(CommandRefusedError) as raised:
        KEYS.user(header)
    assert raised.value.code == code


@pytest.fixture
def file(tmp_path):
    """Write a file of keys and read it."""

    def read(text: str | bytes) -> list[Key]:
        path = tmp_path / "keys"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_keys(path)

    return read


def test_a_file_of_keys(file):
    keys = file(
        "# ours\nann wr_a1\n\nann   enig_a2  # an old one\nbob wr_b 2030-01-02\nbob wr_c 2030-01-02T03:04+01:00\n"
    )
    ends = [None if key.expires_ms is None else datetime.fromtimestamp(key.expires_ms / 1000, UTC) for key in keys]
    assert [(key.user, key.text) for key in keys] == [
        ("ann", "wr_a1"),
        ("ann", "enig_a2"),
        ("bob", "wr_b"),
        ("bob", "wr_c"),
    ]
    assert ends == [None, None, datetime(2030, 1, 2, tzinfo=UTC), datetime(2030, 1, 2, 2, 4, tzinfo=UTC)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "has none"),
        ("ann", "line 1 has 1 words"),
        ("ann wr_hush 2030-01-01 more", "line 1 has 4 words"),
        ("\nann hush", "line 2: a key is wr_ or enig_"),
        ("ann wr_", "line 1: a key is wr_ or enig_"),
        ("a/b wr_hush", "line 1: a user is named with"),
        ("ann wr_hush soon", "line 1: the expiry is not a date"),
        ("ann wr_hush\nbob wr_hush", "has a key twice"),
        (b"\xff\xfe", "not UTF-8 text"),
    ],
)
def test_a_line_that_is_not_understood_is_named_without_its_key(file, text, said):
    with pytest.raises(KeyFileError, match=said) as raised:
        file(text)
    assert "hush" not in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(KeyFileError, match="can't be read: No such file"):
        read_keys(tmp_path / "none")


def test_a_key_does_not_show_itself():
    assert "wr_hush" not in repr(Key("wr_hush", "ann"))


@pytest.mark.parametrize(("mode", "open_to_others"), [(0o600, False), (0o640, True), (0o604, True)])
def test_who_may_read_a_file(tmp_path, mode, open_to_others):
    path = tmp_path / "keys"
    path.write_text("")
    path.chmod(mode)
    assert readable_by_others(path) is open_to_others
