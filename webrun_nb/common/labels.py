"""Labels for names of the wire: browser actions, the reasons for a session's end, and fields of requests."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple


class _ActionLabels(NamedTuple):
    """The labels of a browser action of the wire."""

    done: str
    """In tables and on the card: `open`."""
    doing: str
    """While it is done, before its target: `opening`."""
    doing_without_target: str = ""
    """While it is done without a target, if that reads differently."""


_ACTIONS: Mapping[str, _ActionLabels] = {
    "navigateUrl": _ActionLabels("open", "opening"),
    "goBack": _ActionLabels("go back", "going back"),
    "goForward": _ActionLabels("go forward", "going forward"),
    "pageRefresh": _ActionLabels("reload", "reloading the page"),
    "switchTab": _ActionLabels("switch to the tab", "switching to the tab"),
    "click": _ActionLabels("click", "clicking"),
    "doubleClick": _ActionLabels("double-click", "double-clicking"),
    "rightClick": _ActionLabels("right-click", "right-clicking"),
    "middleClick": _ActionLabels("middle-click", "middle-clicking"),
    "hover": _ActionLabels("point at", "pointing at"),
    "drag": _ActionLabels("drag", "dragging"),
    "selectText": _ActionLabels("mark", "marking the text of"),
    "type": _ActionLabels("type", "typing into", "typing"),
    "leave": _ActionLabels("leave", "leaving"),
    "select": _ActionLabels("select", "choosing in", "choosing"),
    "uploadFile": _ActionLabels("upload", "uploading a file to", "uploading a file"),
    "keyPress": _ActionLabels("press", "pressing a key in", "pressing a key"),
    "waitFor": _ActionLabels("wait", "waiting for", "waiting"),
    "scroll": _ActionLabels("scroll", "scrolling"),
    "takeOverControl": _ActionLabels("taken over", "taken over"),
    "releaseControl": _ActionLabels("released", "released"),
}
_DECISION = re.compile(rf"\b(forbids|asks before) ({'|'.join(_ACTIONS)})\b")
"""A policy's decision about an action, as the service words it."""

_ENDS: Mapping[str, str] = {"completed": "", "terminateOnCompletion": "", "instance_lost": "browser lost"}

_FIELDS = (
    *("startingUrl", "startingPoint", "taskDetails", "maxDuration", "maxInputTokens", "maxOutputTokens"),
    *("avoidDomains", "terminateOnCompletion", "outputType", "outputSchema", "environmentId", "profileId", "policyId"),
    *("sessionId", "taskId", "fileId", "newState", "actionType"),
    *("emulator.agent", "emulator.modelUrl", "emulator.model", "emulator.maxSteps", "emulator.vision"),
    *("emulator.userAgent", "emulator.replay", "emulator.heal"),
)
"""The fields of requests that messages of the service name."""
_FIELD = re.compile(
    rf"(?<![\w'\"/])(?:(?:initialTask|task|message)\.)?\b({'|'.join(map(re.escape, _FIELDS))})\b(?!['\"/=])"
)


def action_label(name: str) -> str:
    """Return the label of an action that was done: `open` for `navigateUrl`."""
    return _ACTIONS[name].done if name in _ACTIONS else name


def action_in_progress(name: str, target: str) -> str:
    """Return the label of an action that is being done: `opening http://…` for `navigateUrl`."""
    labels = _ACTIONS.get(name, _ActionLabels(name, name))
    return f"{labels.doing} {target}" if target else labels.doing_without_target or labels.doing


def end_name(reason: str) -> str:
    """Return the name of a session's end reason in tables: `completed` has two names on the wire."""
    return "completed" if reason == "terminateOnCompletion" else reason


def end_label(reason: str | None) -> str:
    """Return the label of a session's end reason behind its state; empty where the state says it."""
    return "" if reason is None else _ENDS.get(reason, reason)


def label_actions(message: str) -> str:
    """Return a service's message with labels in place of the actions that a policy decided about."""
    return _DECISION.sub(lambda found: f"{found[1]} {_ACTIONS[found[2]].doing}", message)


def rename_fields(message: str, names: Mapping[str, str]) -> str:
    """Return a service's message with other names for the fields of requests.

    Parameters
    ----------
    message : str
        The message, with fields under their wire names.
    names : mapping
        The new names, by wire name. A field without one stays.
    """
    return _FIELD.sub(lambda found: names.get(found[1], found[0]), message)
