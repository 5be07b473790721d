"""Create an environment, upload files to it and without it, let a task use one, list and delete them."""

from __future__ import annotations

import os
from typing import Any

from service import get, http, post


def main() -> dict[str, Any]:
    nameless = post("/environments", {"description": "has no name"})
    created = post("/environments", {"name": "research", "description": "files for a task"})
    environment_id = created["environment"]["_id"]

    form = [("files", ("cities.csv", b"city,people\nUlm,129000\n")), ("files", ("notes.txt", b"take the first"))]
    uploaded = http.post("/files/upload", files=form, data={"environmentId": environment_id}).json()["files"]
    temporary = http.post("/files/upload", files=[("files", ("once.txt", b"for an hour"))]).json()["files"]
    missing = http.post("/files/upload").json()

    task = post(
        "/start/run-task",
        {
            "environmentId": environment_id,
            "prompt": "Attach cities.csv as the file, then click Upload",
            "startingUrl": os.environ["UPLOAD_URL"],
            "files": [uploaded[0]["fileId"]],
        },
    )
    removed = http.delete(f"/environments/{environment_id}/files/{uploaded[1]['fileId']}").json()
    listed = get(f"/environments/{environment_id}/files")["files"]
    wrong = http.post(f"/environments/{environment_id}/upload", files={"file": ("profile.zip", b"PK")}).json()
    none = http.post(f"/environments/{environment_id}/upload").json()
    names = [each["name"] for each in get("/environments")["environments"] if each["_id"] == environment_id]
    http.delete(f"/environments/{environment_id}")
    return {
        "nameless": nameless["message"],
        "uploaded": [(file["originalName"], file["size"]) for file in uploaded + temporary],
        "missing": missing["message"],
        "task": task["status"],
        "removed": removed["success"],
        "listed": [file["originalName"] for file in listed],
        "created_at": listed[0]["createdAt"],
        "wrong": wrong["message"],
        "none": none["message"],
        "names": names,
        "gone": get(f"/environments/{environment_id}/files")["code"],
    }
