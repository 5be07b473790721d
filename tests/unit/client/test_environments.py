"""Tests of the client's environments and files."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import httpx
import pytest

from webrun_nb.client.client import Client
from webrun_nb.client.environments import Environment, StoredFile

AT_MS = 1_764_367_200_000
AT = datetime(2025, 11, 28, 22, tzinfo=UTC)
PROFILE = {
    "_id": "e1", "userId": "u", "name": "work", "description": "", "status": "ready", "createdAt": AT_MS,
    "updatedAt": AT_MS, "blobSize": 120, "blobUploadedAt": AT_MS, "lastUsedAt": None, "usageCount": 2,
}  # fmt: skip
FILES = [{"fileId": "f1", "originalName": "cv.pdf", "size": 3, "createdAt": AT_MS}]


def answer(request: httpx.Request) -> httpx.Response:
    if request.url.path == "/profiles":
        return httpx.Response(200, json={"success": True, "profiles": [PROFILE]})
    return httpx.Response(200, json={"success": True, "files": FILES})


@pytest.fixture
def service() -> Callable[[httpx.Request], httpx.Response]:
    return answer


def test_an_environment_is_an_object_with_times_in_utc(client: Client) -> None:
    assert client.environments.find("work") == Environment("e1", "work", "", "ready", 120, AT, None, 2, AT, AT)


def test_a_file_is_an_object_with_its_time_in_utc(client: Client) -> None:
    assert client.environments.files("work") == [StoredFile("f1", "cv.pdf", 3, AT)]


def test_both_show_their_times_as_people_read_them(client: Client) -> None:
    for shown in (repr(client.environments.list()), repr(client.environments.files("work"))):
        assert "created_at=2025-11-28 22:00:00 UTC" in shown
        assert str(AT_MS) not in shown
