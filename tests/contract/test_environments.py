"""Contract tests of environments and profiles (section 8), in raw JSON."""

from __future__ import annotations

import io
import json
import re
import tarfile

import httpx
import pytest

from helpers.profile_archives import profile_archive
from helpers.waiting import wait_until

DAY_MS = 24 * 3_600_000


def members(content):
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        return {member.name: tar.extractfile(member).read() for member in tar}


@pytest.fixture
def environment(emulator):
    status, body = emulator.post("/environments", {"name": "shop", "description": "stays logged in"})
    assert status == 200, body
    yield body["environment"]["_id"]
    emulator.http.delete(f"/environments/{body['environment']['_id']}")


def upload(emulator, path, content, name="profile.tar.gz", field="file"):
    answer = emulator.http.post(path, files={field: (name, content)})
    return answer.status_code, answer.json()


def listed(emulator, environment_id):
    _, body = emulator.get("/profiles")
    (found,) = [each for each in body["profiles"] if each["_id"] == environment_id]
    return found


def test_an_environment_is_created_as_promised(emulator):
    status, body = emulator.post("/environments", {"name": "work"})
    found = body["environment"]
    assert (status, set(body)) == (200, {"success", "message", "environment"})
    assert set(found) == {"_id", "userId", "name", "description", "status", "createdAt", "updatedAt"}
    assert len(found["_id"]) == 24
    assert int(found["_id"], 16) >= 0
    assert (found["name"], found["description"], found["status"]) == ("work", "", "empty")
    assert found["createdAt"] == found["updatedAt"]
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", found["createdAt"])
    assert emulator.http.delete(f"/environments/{found['_id']}").json().keys() == {"success", "message"}


@pytest.mark.parametrize("path", ["/environments", "/profiles"])
@pytest.mark.parametrize("body", [{}, {"name": None}, {"name": "  "}])
def test_a_name_is_needed(emulator, path, body):
    status, answer = emulator.post(path, body)
    assert (status, answer["code"], answer["details"]) == (400, "MISSING_REQUIRED_FIELD", {"field": "name"})
    assert answer["message"] == "Environment name is required"


def test_there_are_twenty_and_no_more(emulator):
    made = [emulator.post("/environments", {"name": f"n{number}"})[1]["environment"]["_id"] for number in range(20)]
    status, answer = emulator.post("/environments", {"name": "one too many"})
    for each in made:
        emulator.http.delete(f"/environments/{each}")
    assert (status, answer["code"], answer["details"]["max"]) == (400, "INVALID_PARAMETER", 20)
    assert answer["message"] == "Maximum of 20 environments allowed"
    assert emulator.get("/environments")[1]["environments"] == []


def test_the_list_has_what_was_created(emulator, environment):
    status, body = emulator.get("/environments")
    assert (status, [each["_id"] for each in body["environments"]]) == (200, [environment])


def test_a_profile_is_the_same_with_more_to_say(emulator):
    status, body = emulator.post("/profiles", {"name": "p"})
    found = body["profile"]
    assert status == 200
    assert (found["blobSize"], found["blobUploadedAt"], found["lastUsedAt"], found["usageCount"]) == (
        None,
        None,
        None,
        0,
    )
    assert [each["_id"] for each in emulator.get("/environments")[1]["environments"]] == [found["_id"]]
    assert emulator.http.delete(f"/profiles/{found['_id']}").status_code == 200
    assert emulator.get("/profiles")[1]["profiles"] == []


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("DELETE", "/environments/{}"),
        ("GET", "/environments/{}/files"),
        ("DELETE", "/environments/{}/files/" + "a" * 24),
        ("DELETE", "/profiles/{}"),
        ("GET", "/profiles/{}/download"),
    ],
)
def test_an_unknown_environment_is_not_found(emulator, method, path):
    answer = emulator.http.request(method, path.format("0" * 24))
    assert (answer.status_code, answer.json()["code"]) == (404, "ENVIRONMENT_NOT_FOUND")


@pytest.mark.parametrize("path", ["/environments/{}/upload", "/profiles/{}/upload"])
def test_an_upload_to_an_unknown_environment_is_not_found(emulator, path):
    status, answer = upload(emulator, path.format("0" * 24), profile_archive())
    assert (status, answer["code"]) == (404, "ENVIRONMENT_NOT_FOUND")


@pytest.mark.parametrize("what", ["environment", "profile"])
def test_an_archive_is_uploaded(emulator, environment, what):
    content = profile_archive()
    status, body = upload(emulator, f"/{what}s/{environment}/upload", content)
    assert (status, set(body)) == (200, {"success", "message", what})
    assert set(body[what]) == {"_id", "name", "status", "blobSize", "blobUploadedAt"}
    assert (body[what]["status"], body[what]["blobSize"]) == ("ready", len(content))
    assert listed(emulator, environment)["blobUploadedAt"] == body[what]["blobUploadedAt"] > "2026"


def test_what_was_uploaded_can_be_downloaded(emulator, environment):
    state = {"cookies": [], "origins": [{"origin": "https://a.example", "localStorage": [{"name": "k", "value": "v"}]}]}
    upload(emulator, f"/profiles/{environment}/upload", profile_archive(state, [("cv.txt", b"a life")]))
    _, body = emulator.get(f"/profiles/{environment}/download")
    fetched = httpx.get(body["downloadUrl"], trust_env=False)  # no key: the signature is enough
    assert fetched.status_code == 200
    assert "attachment" in fetched.headers["content-disposition"]
    parts = members(fetched.content)
    assert json.loads(parts["storage-state.json"]) == state
    assert parts["files/cv.txt"] == b"a life"
    assert [file["originalName"] for file in files_of(emulator, environment)] == ["cv.txt"]


def files_of(emulator, environment_id):
    return emulator.get(f"/environments/{environment_id}/files")[1]["files"]


def test_the_link_is_valid_for_an_hour_of_the_clock(emulator, environment, standing_clock):
    upload(emulator, f"/profiles/{environment}/upload", profile_archive())
    url = emulator.get(f"/profiles/{environment}/download")[1]["downloadUrl"]
    emulator.advance(3_599_000)
    assert httpx.get(url, trust_env=False).status_code == 200
    emulator.advance(2_000)
    late = httpx.get(url, trust_env=False)
    assert (late.status_code, late.json()["code"]) == (404, "ENVIRONMENT_NOT_FOUND")


@pytest.mark.parametrize(
    "forge",
    [
        lambda url: url.replace("signature=", "signature=0"),
        lambda url: url.replace("expires=1", "expires=2"),
        lambda url: url.partition("&expires")[0],
        lambda url: url.partition("?")[0],
        lambda url: url.replace("expires=1", "expires=-1"),
        lambda url: url.replace("expires=", "expires=x"),
    ],
)
def test_a_link_can_not_be_forged(emulator, environment, forge):
    upload(emulator, f"/profiles/{environment}/upload", profile_archive())
    url = emulator.get(f"/profiles/{environment}/download")[1]["downloadUrl"]
    assert httpx.get(forge(url), trust_env=False).status_code == 404


def test_a_link_opens_no_other_profile(emulator, environment):
    upload(emulator, f"/profiles/{environment}/upload", profile_archive())
    url = emulator.get(f"/profiles/{environment}/download")[1]["downloadUrl"]
    _, other = emulator.post("/profiles", {"name": "other"})
    upload(emulator, f"/profiles/{other['profile']['_id']}/upload", profile_archive())
    fetched = httpx.get(url.replace(environment, other["profile"]["_id"]), trust_env=False)
    emulator.http.delete(f"/profiles/{other['profile']['_id']}")
    assert fetched.status_code == 404


def test_an_empty_profile_can_not_be_downloaded(emulator, environment):
    status, answer = emulator.get(f"/profiles/{environment}/download")
    assert (status, answer["code"]) == (400, "INVALID_PARAMETER")


def test_an_upload_without_a_file_is_refused(emulator, environment):
    for answer in (
        upload(emulator, f"/environments/{environment}/upload", profile_archive(), field="other"),
        _post(emulator, f"/environments/{environment}/upload", data={"file": "text"}, files={"x": ("y", b"")}),
    ):
        assert (answer[0], answer[1]["code"], answer[1]["details"]) == (
            400,
            "MISSING_REQUIRED_FIELD",
            {"field": "file"},
        )


def _post(emulator, path, **request):
    answer = emulator.http.post(path, **request)
    return answer.status_code, answer.json()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("profile.zip", profile_archive()),
        ("profile.tar", profile_archive()),
        ("profile.tar.gz", b"no archive"),
        ("profile.tgz", profile_archive()[:-20]),
        ("profile.tar.gz", profile_archive(manifest={"format": "something else"})),
        ("profile.tar.gz", profile_archive(files=[("../../etc/passwd", b"x")])),
    ],
)
def test_a_wrong_format_is_refused_and_changes_nothing(emulator, environment, name, content):
    good = profile_archive(files=[("cv.txt", b"a life")])
    upload(emulator, f"/environments/{environment}/upload", good)
    before = listed(emulator, environment), files_of(emulator, environment)
    status, answer = upload(emulator, f"/environments/{environment}/upload", content, name)
    assert (status, answer["code"], answer["details"]["parameter"]) == (400, "INVALID_PARAMETER", "file")
    assert "\n" not in answer["message"]
    assert (listed(emulator, environment), files_of(emulator, environment)) == before


def test_a_file_in_an_archive_replaces_the_one_of_its_name(emulator, environment):
    path = f"/environments/{environment}/upload"
    upload(emulator, path, profile_archive(files=[("a.txt", b"1"), ("b.txt", b"22")]))
    upload(emulator, path, profile_archive(files=[("b.txt", b"333")]))
    assert {file["originalName"]: file["size"] for file in files_of(emulator, environment)} == {"a.txt": 1, "b.txt": 3}


@pytest.mark.parametrize("content_type", ["application/json", "multipart/form-data", "text/plain"])
def test_something_else_than_a_form_is_refused(emulator, environment, content_type):
    status, answer = _post(
        emulator,
        f"/environments/{environment}/upload",
        content=b'{"file": "x"}',
        headers={"Content-Type": content_type},
    )
    assert (status, answer["code"]) == (400, "INVALID_PARAMETER")


def test_a_form_that_breaks_off_is_refused(emulator, environment):
    body = b'--b\r\nContent-Disposition: form-data; name="file"; filename="x.tgz"\r\n\r\nhalf'
    status, answer = _post(
        emulator,
        f"/environments/{environment}/upload",
        content=body,
        headers={"Content-Type": "multipart/form-data; boundary=b"},
    )
    assert (status, answer["code"]) == (400, "INVALID_PARAMETER")


def test_files_of_an_environment_are_listed_and_deleted(emulator, environment):
    upload(emulator, f"/environments/{environment}/upload", profile_archive(files=[("a.txt", b"1")]))
    (file,) = files_of(emulator, environment)
    assert set(file) == {"fileId", "originalName", "size", "createdAt"}
    answer = emulator.http.delete(f"/environments/{environment}/files/{file['fileId']}")
    assert (answer.status_code, set(answer.json())) == (200, {"success", "message"})
    assert files_of(emulator, environment) == []
    again = emulator.http.delete(f"/environments/{environment}/files/{file['fileId']}")
    assert (again.status_code, again.json()["code"]) == (404, "FILE_NOT_FOUND")


def test_a_file_of_another_environment_is_not_found(emulator, environment):
    _, other = emulator.post("/environments", {"name": "other"})
    other_id = other["environment"]["_id"]
    upload(emulator, f"/environments/{other_id}/upload", profile_archive(files=[("a.txt", b"1")]))
    (file,) = files_of(emulator, other_id)
    answer = emulator.http.delete(f"/environments/{environment}/files/{file['fileId']}")
    assert answer.status_code == 404
    assert files_of(emulator, other_id) == [file]
    emulator.http.delete(f"/environments/{other_id}")


def test_deleting_an_environment_deletes_its_files_too(emulator, environment):
    upload(emulator, f"/environments/{environment}/upload", profile_archive(files=[("a.txt", b"1")]))
    emulator.http.delete(f"/environments/{environment}")
    assert emulator.get(f"/environments/{environment}/files")[0] == 404


@pytest.mark.parametrize("call", ["start-session", "run-task"])
def test_a_session_in_an_unknown_environment_is_refused(emulator, call):
    status, answer = emulator.post(f"/start/{call}", {"taskDetails": "read the page", "environmentId": "0" * 24})
    assert (status, answer["code"]) == (404, "ENVIRONMENT_NOT_FOUND")


def test_a_session_names_its_environment_and_counts_as_a_use(emulator, environment):
    session = emulator.start(environmentId=environment)
    wait_until(lambda: emulator.status(session), lambda status: status["phase"] == "idle")
    assert emulator.status(session)["environmentId"] == environment
    found = listed(emulator, environment)
    assert (found["usageCount"], found["lastUsedAt"] > "2026") == (1, True)
    emulator.message(session, actionType="state", newState="terminate")


def test_profile_id_is_an_older_name(emulator, environment):
    session = emulator.start(profileId=environment)
    assert emulator.status(session)["environmentId"] == environment
    emulator.message(session, actionType="state", newState="terminate")
