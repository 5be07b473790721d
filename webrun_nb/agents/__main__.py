"""Prints what the local agent would do with a task, without doing it (`python -m webrun_nb.agents`).

A task's fields (contract, section 3) come in as JSON, `{"steps": […], "problems": […], "unused": […]}` goes out. The
toolkit knows the emulator's parts as programs only, and a dry run must not have to start an emulator.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from webrun_nb.agents.base import AgentError, TaskSpec
from webrun_nb.agents.local.extracting.asked_for import shape_of
from webrun_nb.agents.local.language.intended import Preview, preview


def previewed(fields: Mapping[str, Any]) -> Preview:
    """Preview a task as it goes over the wire."""
    url = fields.get("startingUrl")
    brief = TaskSpec(fields["prompt"], fields.get("outputType", "text"), fields.get("outputSchema"), url)
    try:
        return preview(brief.instruction, shape_of(brief), has_page=url is not None)
    except AgentError as error:
        return Preview((), (error.message,))


def main() -> None:
    """Read a request from standard input and write its preview to standard output."""
    json.dump(asdict(previewed(json.load(sys.stdin))), sys.stdout)


if __name__ == "__main__":
    main()
