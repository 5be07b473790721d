"""The wire's names in the words that people type and read: the one place for that. Codes stay as they are.

What a service says of a request speaks of its own fields (`startingPoint`, `maxDuration`); whoever typed `--url` and
`--timeout` never saw those.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

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

_ACTIONS: Mapping[str, str] = {
    "navigateUrl": "open",
    "goBack": "go back",
    "goForward": "go forward",
    "pageRefresh": "reload",
    "doubleClick": "double-click",
    "keyPress": "press",
    "uploadFile": "upload",
    "waitFor": "wait",
    "takeOverControl": "taken over by hand",
    "releaseControl": "given back",
}

_DOING: Mapping[str, str] = {
    "navigateUrl": "opening",
    "goBack": "going back",
    "goForward": "going forward",
    "pageRefresh": "reloading the page",
    "click": "clicking",
    "doubleClick": "double-clicking",
    "type": "typing into",
    "select": "choosing in",
    "uploadFile": "uploading a file to",
    "keyPress": "pressing a key in",
    "waitFor": "waiting for",
    "scroll": "scrolling",
}
_DECIDED = re.compile(rf"\b(forbids|asks before) ({'|'.join(_DOING)})\b")
"""What a policy says of an action."""
_DOING_WITHOUT_TARGET: Mapping[str, str] = {
    "type": "typing",
    "select": "choosing",
    "uploadFile": "uploading a file",
    "keyPress": "pressing a key",
    "waitFor": "waiting",
}

_ENDS: Mapping[str, str] = {"completed": "", "terminateOnCompletion": "", "instance_lost": "browser lost"}


def plain(message: str) -> str:
    """Return a service's message with the names that people type and read, instead of those of the wire."""
    message = _DECIDED.sub(lambda found: f"{found[1]} {_DOING[found[2]]}", message)
    return _FIELD.sub(lambda found: _FIELDS[found[1]], message)


def action_word(name: str) -> str:
    """Return what an action is called where people read it: `open` for `navigateUrl`."""
    return _ACTIONS.get(name, name)


def doing_words(name: str, target: str) -> str:
    """Return what is being done where people read it: `opening http://…` for `navigateUrl`."""
    word = _DOING.get(name, action_word(name))
    return f"{word} {target}" if target else _DOING_WITHOUT_TARGET.get(name, word)


def end_name(reason: str) -> str:
    """Return a session's end reason as tables have it: `completed` has two names on the wire."""
    return "completed" if reason == "terminateOnCompletion" else reason


def end_word(reason: str | None) -> str:
    """Return a session's end reason as it stands behind its state; empty where the state says it."""
    return "" if reason is None else _ENDS.get(reason, reason)
