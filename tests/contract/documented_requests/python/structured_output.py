"""Ask for JSON and for CSV, and read both with a parser."""

from __future__ import annotations

import csv
import io
import json
import os
from typing import Any

from service import post


def main() -> dict[str, Any]:
    schema = {
        "type": "object",
        "properties": {
            "cities": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {"city": {"type": "string"}, "people": {"type": "integer"}},
                    "required": ["city", "people"],
                },
            }
        },
        "required": ["cities"],
    }
    task = {"prompt": "List the cities.", "startingUrl": os.environ["SITE_URL"]}
    as_json = post("/start/run-task", {**task, "outputType": "structured_json", "outputSchema": schema})
    as_csv = post("/start/run-task", {**task, "outputType": "structured_csv", "outputSchema": ["people", "city"]})
    return {
        "json": json.loads(as_json["data"]["message"]),
        "csv": list(csv.DictReader(io.StringIO(as_csv["data"]["message"], newline=""))),
    }
