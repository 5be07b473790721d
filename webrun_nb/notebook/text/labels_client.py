"""The wire's names in the words that people type and read: the one place for that. Codes stay as they are.

What a service says of a request speaks of its own fields (`startingPoint`, `maxDuration`); whoever typed `--url` and
`--timeout` never saw those.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

_FIELDS: Mapping[str, str] = {
    "taskDetails": "the task's text",
    "startingPoint": "--url",
    "startingUrl": "--url",
    "maxDuration": "--timeout",
    "maxInputTokens": "max_input_tokens",
    "maxOutputTokens": "max_output_tokens",
    "avoidDomains": "avoid_domains",
    "terminateOnCompletion": "--end",
    "outputType": "the answer's type",
    "outputSchema": "--schema",
    "environmentId": "--env",
    "profileId": "--env",
    "policyId": "--policy",
    "sessionId": "the session's id",
    "taskId": "the task's id",
    "fileId": "the file's id",
    "newState": "the command",
    "actionType": "the command's kind",
}
_FIELD = re.compile(rf"(?<![\w'\"/])(?:(?:initialTask|task|message)\.)?\b({'|'.join(_FIELDS)})\b(?!['\"/=])")


class _Action(NamedTuple):
    """The names of an action of the wire."""

    word: str
    """In tables and on the card: `open`."""
    doing: str
    """While it is done, before its target: `opening`."""
    doing_alone: str = ""
    """While it is done without a target, where that reads otherwise."""


_ACTIONS: Mapping[str, _Action] = {
    "navigateUrl": _Action("open", "opening"),
    "goBack": _Action("go back", "going back"),
    "goForward": _Action("go forward", "going forward"),
    "pageRefresh": _Action("reload", "reloading the page"),
    "click": _Action("click", "clicking"),
    "doubleClick": _Action("double-click", "double-clicking"),
    "type": _Action("type", "typing into", "typing"),
    "select": _Action("select", "choosing in", "choosing"),
    "uploadFile": _Action("upload", "uploading a file to", "uploading a file"),
    "keyPress": _Action("press", "pressing a key in", "pressing a key"),
    "waitFor": _Action("wait", "waiting for", "waiting"),
    "scroll": _Action("scroll", "scrolling"),
    "takeOverControl": _Action("taken over by hand", "taken over by hand"),
    "releaseControl": _Action("given back", "given back"),
}
_DECIDED = re.compile(rf"\b(forbids|asks before) ({'|'.join(_ACTIONS)})\b")
"""A policy's decision about an action, as the service writes it."""

_ENDS: Mapping[str, str] = {"completed": "", "terminateOnCompletion": "", "instance_lost": "browser lost"}


def plain(message: str) -> str:
    """Return a service's message with the names that people type and read, instead of those of the wire."""
    message = _DECIDED.sub(lambda found: f"{found[1]} {_ACTIONS[found[2]].doing}", message)
    return _FIELD.sub(lambda found: _FIELDS[found[1]], message)


def action_word(name: str) -> str:
    """Return what an action is called where people read it: `open` for `navigateUrl`."""
    return _ACTIONS[name].word if name in _ACTIONS else name


def doing_words(name: str, target: str) -> str:
    """Return what is being done where people read it: `opening http://…` for `navigateUrl`."""
    action = _ACTIONS.get(name, _Action(name, name))
    return f"{action.doing} {target}" if target else action.doing_alone or action.doing


def end_name(reason: str) -> str:
    """Return a session's end reason as tables have it: `completed` has two names on the wire."""
    return "completed" if reason == "terminateOnCompletion" else reason


def end_word(reason: str | None) -> str:
    """Return a session's end reason as it stands behind its state; empty where the state says it."""
    return "" if reason is None else _ENDS.get(reason, reason)
