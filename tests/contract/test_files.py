"""Contract tests of files (section 8) and of the downloads of tasks (section 4), in raw JSON."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from helpers.waiting import wait_until

UPLOAD = b"""<!doctype html><title>Send</title><h1>Send us a file</h1>
<form action="/taken" method="post" enctype="multipart/form-data">
<label for=cv>CV</label><input type=file id=cv name=cv><label for=photo>Photo</label>
<input type=file id=photo name=photo style="opacity:0;position:absolute;width:0;height:0">
<button>Send it</button></form>"""
DOWNLOAD = b"""<!doctype html><title>Reports</title><h1>Reports</h1>
<a href="/report">Download the report</a><a href="/evil">Download the tool</a>
<a id=made>Download the notes</a><a href="/slow">Download the archive</a><a href="/half">Download the half</a>
<script>made.href = URL.createObjectURL(new Blob(['made here'])); made.download = 'notes.txt';</script>"""
REPORT = b"name,price\nLamp,12.5\n"


class Site(BaseHTTPRequestHandler):
    taken: list[bytes]

    def do_GET(self):
        if self.path == "/half":
            self.send_response(200)
            self.send_header("content-disposition", 'attachment; filename="half.bin"')
            self.send_header("content-length", "1000")
            self.end_headers()
            self.wfile.write(b"half")
            self.close_connection = True
            return
        pages = {
            "/upload": (UPLOAD, {}),
            "/download": (DOWNLOAD, {}),
            "/report": (REPORT, {"content-disposition": 'attachment; filename="report.csv"'}),
            "/evil": (b"#!", {"content-disposition": "attachment; filename*=UTF-8''..%2F..%2Fevil%E2%80%AEgpj.sh"}),
            "/slow": (b"x" * 3_000_000, {"content-disposition": 'attachment; filename="archive.zip"'}),
        }
        body, headers = pages.get(self.path, (b"", {}))
        self.send_response(200)
        for name, value in {"content-type": "text/html; charset=utf-8", **headers}.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        self.taken.append(self.rfile.read(int(self.headers["content-length"])))
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.end_headers()
        self.wfile.write(b"<h1>We have it</h1>")

    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def taken():
    return []


@pytest.fixture(scope="module")
def site(taken):
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (Site,), {"taken": taken}))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def environment(emulator):
    _, body = emulator.post("/environments", {"name": "files"})
    yield body["environment"]["_id"]
    emulator.http.delete(f"/environments/{body['environment']['_id']}")


def upload(emulator, *files, **fields):
    answer = emulator.http.post("/files/upload", files=[("files", file) for file in files], data=fields)
    return answer.status_code, answer.json()


def uploaded(emulator, name, content, **fields):
    status, body = upload(emulator, (name, content), **fields)
    assert status == 200, body
    return body["files"][0]["fileId"]


def test_files_are_uploaded_as_promised(emulator):
    status, body = upload(emulator, ("cv.pdf", b"a life"), ("photo.png", b""))
    assert (status, set(body)) == (200, {"success", "files"})
    assert [{**file, "fileId": len(file["fileId"])} for file in body["files"]] == [
        {"fileId": 24, "originalName": "cv.pdf", "size": 6},
        {"fileId": 24, "originalName": "photo.png", "size": 0},
    ]


def test_an_environment_lists_what_was_uploaded_to_it(emulator, environment):
    file_id = uploaded(emulator, "cv.pdf", b"a life", environmentId=environment)
    _, body = emulator.get(f"/environments/{environment}/files")
    assert [(file["fileId"], file["originalName"], file["size"]) for file in body["files"]] == [(file_id, "cv.pdf", 6)]


def test_an_unknown_environment_takes_no_file(emulator):
    status, body = upload(emulator, ("cv.pdf", b"a life"), environmentId="0" * 24)
    assert (status, body["code"]) == (404, "ENVIRONMENT_NOT_FOUND")


def test_an_upload_needs_a_file(emulator):
    status, body = emulator.http.post("/files/upload", files={"other": ("x", b"")}).status_code, None
    assert status == 400
    body = emulator.http.post("/files/upload", files={"other": ("x", b"")}).json()
    assert (body["code"], body["details"]) == ("MISSING_REQUIRED_FIELD", {"field": "files"})


@pytest.mark.parametrize("name", ["../../etc/passwd", "C:\\cv.pdf", "a\u202eb.txt"])
def test_a_name_never_leads_anywhere(emulator, name):
    _, body = upload(emulator, (name, b""))
    assert not set(body["files"][0]["originalName"]) & set("/\\\u202e")


@pytest.mark.parametrize("call", ["start-session", "run-task"])
def test_a_task_with_an_unknown_file_is_refused(emulator, call):
    status, body = emulator.post(f"/start/{call}", {"taskDetails": "Attach it", "files": ["0" * 24]})
    assert (status, body["code"]) == (404, "FILE_NOT_FOUND")


def test_a_new_task_with_an_unknown_file_is_refused(emulator, idle_session):
    status, body = emulator.message(idle_session, actionType="newTask", taskDetails="Attach it", files=["0" * 24])
    assert (status, body["code"]) == (404, "FILE_NOT_FOUND")


def test_the_agent_gives_a_page_the_file(emulator, run, site, taken):
    taken.clear()
    file_id = uploaded(emulator, "cv.pdf", b"a life")
    body = run("Attach cv.pdf as the CV, then click Send it", startingPoint=f"{site}/upload", files=[file_id])
    assert body["status"] == "complete", body
    assert b'name="cv"; filename="cv.pdf"' in taken[0]
    assert b"a life" in taken[0]


def test_a_hidden_field_takes_a_file_too(emulator, run, site, taken):
    taken.clear()
    file_id = uploaded(emulator, "me.png", b"a face")
    body = run("Upload the file as the photo, then click Send it", startingPoint=f"{site}/upload", files=[file_id])
    assert body["status"] == "complete", body
    assert b'name="photo"; filename="me.png"' in taken[0]


def test_a_file_that_the_task_was_not_given_is_not_found(run, site, taken):
    taken.clear()
    body = run("Attach /etc/passwd, then click Send it", startingPoint=f"{site}/upload")
    assert (body["status"], body["code"], taken) == ("failed", "ELEMENT_NOT_FOUND", [])


def test_an_environments_file_is_available_without_being_named(emulator, run, site, taken, environment):
    taken.clear()
    uploaded(emulator, "cv.pdf", b"a life", environmentId=environment)
    body = run("Attach cv.pdf as the CV, then click Send it", startingPoint=f"{site}/upload", environmentId=environment)
    assert body["status"] == "complete", body
    assert b'filename="cv.pdf"' in taken[0]


def test_a_file_without_an_environment_lives_an_hour_by_the_clock(emulator, run, site, standing_clock):
    file_id = uploaded(emulator, "cv.pdf", b"a life")
    emulator.advance(3_599_000)
    kept = run("Attach cv.pdf as the CV", startingPoint=f"{site}/upload", files=[file_id])
    emulator.advance(2_000)
    status, body = emulator.post("/start/run-task", {"taskDetails": "Attach cv.pdf", "files": [file_id]})
    assert kept["status"] == "complete", kept
    assert (status, body["code"]) == (404, "FILE_NOT_FOUND")


def test_a_file_that_is_used_moves_into_its_sessions_environment(emulator, run, site, environment):
    file_id = uploaded(emulator, "cv.pdf", b"a life")
    body = run("Attach cv.pdf as the CV", startingPoint=f"{site}/upload", files=[file_id], environmentId=environment)
    emulator.advance(3_601_000)
    assert body["status"] == "complete", body
    _, listed = emulator.get(f"/environments/{environment}/files")
    assert [file["fileId"] for file in listed["files"]] == [file_id]


def test_uploads_are_limited_as_the_hosted_service_does(start_emulator):
    emulator = start_emulator("--limits", "hosted", "--control")
    answers = [emulator.http.post("/files/upload", files={"files": ("x", b"")}) for _ in range(11)]
    emulator.end()
    assert [answer.status_code for answer in answers] == [200] * 10 + [429]
    assert answers[9].headers["X-RateLimit-Remaining"] == "0"
    assert int(answers[10].headers["Retry-After"]) > 0


# --- downloads --------------------------------------------------------------------------------------------------------


def test_a_download_is_listed_and_can_be_fetched(emulator, run, site):
    body = run("Download the report", startingPoint=f"{site}/download")
    assert body["status"] == "complete", body
    (file,) = body["data"]["files"]
    assert set(file) == {"source", "downloadUrl", "filename", "timestamp"}
    assert (file["source"], file["filename"], file["timestamp"] > 1.7e12) == (f"{site}/report", "report.csv", True)
    fetched = httpx.get(file["downloadUrl"], trust_env=False)  # no key: the signature is enough
    assert (fetched.status_code, fetched.content) == (200, REPORT)
    assert fetched.headers["content-disposition"].startswith("attachment")
    assert body["result"]["data"] == body["data"]


def test_a_file_made_by_the_page_is_a_download_too(run, site):
    body = run("Download the notes", startingPoint=f"{site}/download")
    (file,) = body["data"]["files"]
    assert (file["filename"], httpx.get(file["downloadUrl"], trust_env=False).content) == ("notes.txt", b"made here")


def test_a_large_download_has_come_when_the_task_is_done(run, site):
    body = run("Download the archive", startingPoint=f"{site}/download")
    (file,) = body["data"]["files"]
    assert len(httpx.get(file["downloadUrl"], trust_env=False).content) == 3_000_000


def test_a_page_can_not_name_a_place(run, site):
    body = run("Download the tool", startingPoint=f"{site}/download")
    (file,) = body["data"]["files"]
    assert not set(file["filename"]) & set("/\\\u202e")
    assert httpx.get(file["downloadUrl"], trust_env=False).content == b"#!"


def test_a_download_that_breaks_off_is_not_listed(run, site):
    body = run("Download the half", startingPoint=f"{site}/download")
    assert (body["status"], body["data"]["files"]) == ("complete", [])


def test_a_download_outlives_its_session_and_is_of_no_other_task(emulator, run, site):
    body = run("Download the report", startingPoint=f"{site}/download")
    assert emulator.status(body["sessionId"])["status"] == "completed"
    _, again = emulator.get(f"/task/{body['sessionId']}/{body['taskId']}")
    assert again["data"]["files"] == body["data"]["files"]
    other = run("Download the notes", startingPoint=f"{site}/download")
    assert [file["filename"] for file in other["data"]["files"]] == ["notes.txt"]


@pytest.mark.parametrize(
    "forge",
    [
        lambda url: url.partition("?")[0],
        lambda url: url.replace("signature=", "signature=0"),
        lambda url: url.replace("report.csv", "report.csx"),
        lambda url: url.replace("/report.csv", "/..%2Freport.csv"),
        lambda url: url.replace("/signed/downloads/", "/signed/downloads/../downloads/"),
    ],
)
def test_an_address_can_not_be_forged(run, site, forge):
    body = run("Download the report", startingPoint=f"{site}/download")
    forged = forge(body["data"]["files"][0]["downloadUrl"])
    answer = httpx.get(forged, trust_env=False)
    assert answer.status_code in (401, 404) or "/../" in forged


ASKED_BEFORE_THE_CLICK = [("click", None), ("click", "approved"), ("download", None), ("download", "approved")]


@pytest.mark.parametrize(
    ("permission", "file", "recorded", "saved"),
    [
        ("block", "report", [("download", None)], []),
        ("guardrail", "report", [("download", None), ("download", "unanswered")], []),  # the click does not tell
        ("guardrail", "notes", ASKED_BEFORE_THE_CLICK, ["notes.txt"]),
    ],
)
def test_a_policy_about_downloads_holds(emulator, run, site, permission, file, recorded, saved):
    rule = {"category": "File Download", "permission": permission, "scope": "all"}
    policy = emulator.post("/policies", {"name": "downloads", "actionRules": [rule]})[1]["policy"]["_id"]
    body = run(f"Download the {file}", startingPoint=f"{site}/download", policyId=policy)
    if body["status"] == "guardrail_trigger":
        emulator.message(body["sessionId"], actionType="guardrail", taskDetails="approve")
    path = f"/task/{body['sessionId']}/{body['taskId']}"
    ended = wait_until(lambda: emulator.get(path)[1], lambda polled: not polled["pending"])
    assert [each["filename"] for each in ended["data"]["files"]] == saved
    rows = emulator.get(f"/policies/{policy}/audit")[1]["audit"]
    assert [(row["action"], row["response"]) for row in rows if row["decision"] == permission] == recorded
