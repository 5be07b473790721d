"""Tests of the file of kept answers."""

from __future__ import annotations

import sqlite3
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from webrun_nb.client.tasks.answer_store import AnswerEntry, AnswerStore, AnswerStoreError, StoredAnswer

ENTRY = AnswerEntry(1_000, 900, "List them.", "http://x/", "http://127.0.0.1:9", "s1", "t1", 4)
ANSWER = StoredAnswer(ENTRY, b"data")
EVER = (0, 10**13)


@pytest.fixture
def store(tmp_path: Path) -> AnswerStore:
    return AnswerStore(tmp_path / "folder" / "answers.sqlite3")


def at(kept_at_ms: int, text: str = "List them.") -> StoredAnswer:
    return replace(ANSWER, entry=replace(ENTRY, kept_at_ms=kept_at_ms, text=text))


def test_an_answer_is_read_as_it_was_written(store: AnswerStore) -> None:
    store.write("a", ANSWER)
    assert store.read("a", *EVER) == ANSWER
    assert store.read("b", *EVER) is None


def test_another_kernel_reads_it(store: AnswerStore) -> None:
    store.write("a", ANSWER)
    assert AnswerStore(store.path).read("a", *EVER) == ANSWER


def test_one_that_was_kept_before_or_after_the_span_is_not_read(store: AnswerStore) -> None:
    store.write("a", ANSWER)
    assert store.read("a", 1_000, 1_000) == ANSWER
    assert store.read("a", 1_001, 2_000) is None
    assert store.read("a", 0, 999) is None  # the clock was set back since


def test_a_new_answer_takes_the_place_of_the_one_before(store: AnswerStore) -> None:
    store.write("a", ANSWER)
    store.write("a", at(2_000, "Again."))
    assert [entry.text for entry in store.entries()] == ["Again."]


def test_the_oldest_are_removed_where_all_are_too_large(tmp_path: Path) -> None:
    store = AnswerStore(tmp_path / "answers.sqlite3", max_bytes=8)
    for key, kept_at_ms in (("b", 2_000), ("c", 3_000), ("a", 1_000)):
        store.write(key, at(kept_at_ms, key))
    assert [entry.text for entry in store.entries()] == ["c", "b"]


def test_one_that_is_too_large_alone_is_refused_and_leaves_the_others(tmp_path: Path) -> None:
    store = AnswerStore(tmp_path / "answers.sqlite3", max_bytes=8)
    store.write("a", ANSWER)
    with pytest.raises(AnswerStoreError, match="larger than all kept answers"):
        store.write("b", replace(ANSWER, entry=replace(ENTRY, size_bytes=9)))
    assert store.entries() == [ENTRY]


def test_reading_and_clearing_make_no_file(store: AnswerStore) -> None:
    assert store.read("a", *EVER) is None
    assert store.entries() == []
    store.clear()
    assert not store.path.parent.exists()


def test_its_owner_alone_can_read_the_file(store: AnswerStore) -> None:
    store.write("a", ANSWER)
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600


def test_clearing_leaves_nothing_of_an_answer_in_the_file(store: AnswerStore) -> None:
    store.write("a", replace(ANSWER, content=b"a word of it"))
    store.clear()
    assert store.entries() == []
    assert b"a word of it" not in b"".join(path.read_bytes() for path in store.path.parent.iterdir())


def damage(store: AnswerStore) -> None:
    store.path.parent.mkdir(exist_ok=True)
    store.path.write_bytes(b"not a database at all" * 100)


def outdate(store: AnswerStore) -> None:
    store.write("a", ANSWER)
    with sqlite3.connect(store.path) as database:
        database.execute("PRAGMA user_version = 9")
    database.close()


@pytest.mark.parametrize("spoil", [damage, outdate])
def test_a_file_that_can_not_be_used_is_one_line_until_it_is_cleared(store: AnswerStore, spoil) -> None:
    spoil(store)
    for use in (store.entries, lambda: store.read("a", *EVER), lambda: store.write("a", ANSWER)):
        with pytest.raises(AnswerStoreError) as error:
            use()
        assert str(store.path) in str(error.value)
        assert "\n" not in str(error.value)
    store.clear()
    store.write("a", ANSWER)
    assert store.entries() == [ENTRY]


def test_a_folder_that_can_not_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(AnswerStoreError, match="can't be used"):
        AnswerStore(tmp_path / "file" / "answers.sqlite3").write("a", ANSWER)


def test_a_file_that_another_kernel_has_locked_is_not_removed(
    store: AnswerStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webrun_nb.client.tasks.answer_store.BUSY_TIMEOUT_S", 0)
    store.write("a", ANSWER)
    other = sqlite3.connect(store.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(AnswerStoreError, match="locked"):
        store.clear()
    other.execute("ROLLBACK")
    other.close()
    assert store.entries() == [ENTRY]
