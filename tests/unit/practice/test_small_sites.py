"""Tests of the form, the admin area and the upload page over their applications."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from helpers.practice_client import Visitor

PERSON = {
    "name": "Ada Lovelace", "email": "ada@example.org", "phone": "", "birth_date": "1990-12-10", "street": "12 Square",
    "city": "London", "postcode": "SW1Y 4JH", "country": "United Kingdom", "passport": "123456789", "access": "no",
    "consent": "1",
}  # fmt: skip


def multipart(*files: tuple[str, bytes], note: str = "") -> tuple[bytes, str]:
    parts = [f'--XX\r\nContent-Disposition: form-data; name="note"\r\n\r\n{note}\r\n'.encode()]
    for name, content in files:
        head = (
            f'--XX\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: text/csv\r\n\r\n'
        )
        parts.append(head.encode() + content + b"\r\n")
    return b"".join(parts) + b"--XX--\r\n", "multipart/form-data; boundary=XX"


# --- the form ---------------------------------------------------------------------------------------------------------


def test_a_filled_in_form_is_summed_up() -> None:
    visitor = Visitor("forms")
    visitor.post("/", **PERSON)
    assert visitor.here.path == "/summary"
    for value in ("Ada Lovelace", "1990-12-10", "123456789"):
        assert value in visitor.here.text
    assert visitor.count("registrations") == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""), ("email", "ada"), ("phone", "call me"), ("birth_date", "10.12.1990"),
        ("birth_date", "2020-01-01"),        ("birth_date", "1815-12-10"), ("postcode", "!"),
        ("country", "Atlantis"), ("country", ""), ("passport", "1"),
        ("access", "maybe"), ("access", ""), ("consent", ""),
    ],
)  # fmt: skip
def test_an_invalid_value_is_reported_at_its_field(field: str, value: str) -> None:
    visitor = Visitor("forms")
    visitor.post("/", **{**PERSON, field: value})
    assert visitor.here.status == 422
    assert f'id="{field}-problem"' in visitor.here.text
    assert visitor.count("registrations") == 0


def test_a_visitor_who_sent_nothing_has_no_summary() -> None:
    assert Visitor("forms").get("/summary").path == "/"


# --- the admin area ---------------------------------------------------------------------------------------------------


def test_a_deleted_user_is_gone_in_this_browser_alone() -> None:
    visitor = Visitor("admin")
    visitor.post("/admin/users/bob/delete")
    assert visitor.here.path == "/admin/"
    assert "bob was deleted." in visitor.here.text
    assert "bob@example.org" not in visitor.here.text
    assert "bob@example.org" in Visitor("admin", visitor.sites).get("/admin/").text
    assert visitor.count("users deleted") == 1


def test_everything_can_be_deleted() -> None:
    visitor = Visitor("admin")
    visitor.post("/admin/danger/delete-all")
    assert "Nobody is left" in visitor.get("/admin/").text


def test_a_role_and_the_settings_are_kept() -> None:
    visitor = Visitor("admin")
    visitor.post("/admin/users/carol/role", role="reader")
    visitor.post("/admin/settings", title="Soup", maintenance="1")
    assert '<option value="reader" selected>' in visitor.get("/admin/users/carol").text
    assert "<h1>Soup</h1>" in visitor.get("/").text


@pytest.mark.parametrize("path", ["/admin/users/bob/delete", "/admin/danger/delete-all"])
def test_nothing_is_destroyed_by_looking(path: str) -> None:
    visitor = Visitor("admin")
    assert visitor.get(path).status == 405
    assert "bob@example.org" in visitor.get("/admin/").text


def test_an_unknown_user_can_not_be_deleted() -> None:
    visitor = Visitor("admin")
    visitor.post("/admin/users/mallory/delete")
    assert visitor.here.status == 404


def test_users_are_a_csv_file() -> None:
    assert Visitor("admin").get("/admin/users.csv").text.splitlines()[2] == "bob,Bob Fischer,bob@example.org,editor"


# --- the upload page --------------------------------------------------------------------------------------------------


def test_an_upload_page_says_what_it_got() -> None:
    content = b'name,price\r\n"Aurora, 14",749\r\n' + b"x,1\r\n" * 20
    visitor = Visitor("upload")
    visitor.send("POST", "/", *multipart(("list.csv", content), note="hello"))
    for said in (f"{len(content)} bytes", hashlib.sha256(content).hexdigest(), "<td>Aurora, 14</td>", "Note: hello"):
        assert said in visitor.here.text
    assert visitor.here.text.count("<tr>") == 6


def test_bytes_arrive_as_they_were_sent() -> None:
    content = bytes(range(256)) * 300 + b"\r\n--X\r\n\r"
    visitor = Visitor("upload")
    visitor.send("POST", "/", *multipart(("a.bin", content), ("b.csv", b"\xff\xfe")))
    assert hashlib.sha256(content).hexdigest() in visitor.here.text
    assert visitor.count("uploads") == 2


def test_no_upload_is_written_to_a_disk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "missing"))
    visitor = Visitor("upload")
    visitor.send("POST", "/", *multipart(("large.bin", bytes(3_000_000))))
    assert "3000000 bytes" in visitor.here.text


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        multipart(), multipart(("", b"")), (b"file=x", "application/x-www-form-urlencoded"),
        (b"no multipart at all", "multipart/form-data; boundary=XX"), (b"", "multipart/form-data"), (b"x", ""),
    ],
)  # fmt: skip
def test_a_missing_file_is_reported(body: bytes, content_type: str) -> None:
    visitor = Visitor("upload")
    visitor.send("POST", "/", body, content_type)
    assert visitor.here.status == 422
    assert "Choose a file." in visitor.here.text


def test_a_name_is_shown_and_not_obeyed() -> None:
    visitor = Visitor("upload")
    visitor.send("POST", "/", *multipart(("<script>alert(1)</script>.csv", b"a\r\n=1+1\r\n")))
    assert "<script" not in visitor.here.text


# --- the list of tasks ------------------------------------------------------------------------------------------------


def test_the_list_of_tasks_is_kept_by_its_script() -> None:
    visitor = Visitor("todos")
    visitor.get("/")
    assert 'src="/static/todos.js"' in visitor.here.text
    assert "localStorage" in visitor.get("/static/todos.js").text
    assert visitor.get("/done").status == 404
