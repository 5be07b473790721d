"""The scripts that read a page, and the parsers of the JSON that they return.

`OBSERVE_JS` and `SNAPSHOT_JS` are one JavaScript function expression each, `(arg) => …`. Observe returns
`{json, nodes}`: the JSON text for `parse_observation`, and the nodes whose indexes are the elements' refs. Snapshot
returns one JSON text for `parse_snapshot`. One string is ten times faster than returning objects. Its content comes
from a possibly hostile page, so the parsers take what has the right type and leave out the rest; a snapshot of another
form is refused as a whole.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.resources import files
from typing import Any

from webrun_nb.browsers.chromium.seen_elements import index_of, read_element, read_group, read_paths, text_of
from webrun_nb.browsers.observation import (
    Box,
    Element,
    FormError,
    HitElement,
    HitTest,
    Observation,
    PageMessage,
    SeenFrame,
)
from webrun_nb.common.garbage import collector_paused
from webrun_nb.extraction.snapshot import Snapshot, read_snapshot

_SCRIPTS = files("webrun_nb.browsers.chromium") / "js"


def _script(name: str, **parts: str) -> str:
    """Return a script as one function expression; the functions of other files are constants in it."""
    code = (_SCRIPTS / name).read_text(encoding="utf-8")
    if not parts:
        return code
    constants = "".join(f"const {constant} = {_script(file)};\n" for constant, file in parts.items())
    return f"(arg) => {{ {constants} return ({code})(arg); }}"


OBSERVE_JS = _script(
    "observe.js",
    DOM="snapshot/dom.js",
    HIDING="snapshot/hidden.js",
    UNSEEN="observe/unseen.js",
    LAYOUT="observe/layout.js",
    STATES="observe/states.js",
    MESSAGES="observe/messages.js",
    SINCE="observe/since.js",
)
_SNAPSHOT = _script(
    "snapshot.js",
    DOM="snapshot/dom.js",
    HIDING="snapshot/hidden.js",
    GAPS="snapshot/gaps.js",
    ATTRIBUTES="snapshot/attributes.js",
    GENERATED="snapshot/generated.js",
    SHOW_LOOSE="snapshot/loose.js",
)
# An exception would be taken for a browser that does not answer. It means that the page has replaced what is called.
SNAPSHOT_JS = f"(arg) => {{ try {{ return ({_SNAPSHOT})(arg); }} catch (error) {{ return `{{}}${{error.stack}}`; }} }}"
_MOST_IN_FRAMES = 2_000
"""Elements of all frames of a page together."""
_UNSEEN = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\x7f-\x9f]")
_ESCAPED = re.compile(r"\\(?:u00(?:0[0-8bcef]|1[0-9a-f])|[bf])|\\.", re.IGNORECASE)
_STEERS = re.compile(r"\\(?:u00(?:0[0-8bcef]|1[0-9a-f])|[bf])", re.IGNORECASE)


def _loads(json_text: str) -> Any:
    """Read what a page script said, as a person sees it.

    Direction, control and zero-width characters are left out: a person does not see them either. Half a
    surrogate pair, which no UTF-8 can hold, becomes a question mark.
    """
    json_text = _UNSEEN.sub("", json_text)
    if _STEERS.search(json_text):
        json_text = _ESCAPED.sub(lambda match: "" if _STEERS.fullmatch(match[0]) else match[0], json_text)
    data = json.loads(json_text)
    if "\\ud" in json_text or "\\uD" in json_text:
        data = json.loads(json.dumps(data, ensure_ascii=False).encode("utf-8", "replace"))
    return data


def parse_observation(json_text: str) -> Observation:
    """Make an `Observation` of what `OBSERVE_JS` returned as `json`.

    Raises
    ------
    ValueError
        If it isn't a JSON object (a page can't cause that; a wrong script can).
    """
    with collector_paused():
        return _observation(_object(json_text))


def _observation(raw: Mapping[str, Any]) -> Observation:
    paths = read_paths(_list(raw, "paths"))
    return Observation(
        url=text_of(raw, "url"),
        title=text_of(raw, "title"),
        elements=tuple(read_element(ref, item, paths) for ref, item in enumerate(_mappings(raw, "elements"))),
        text=text_of(raw, "text"),
        status=_status(raw),
        form_errors=tuple(
            FormError(text_of(item, "kind"), text_of(item, "label"), text_of(item, "said"))
            for item in _mappings(raw, "form_errors")
        ),
        fresh=raw.get("fresh") is True,
        messages=tuple(
            PageMessage(text_of(item, "tone"), text_of(item, "said"), item.get("appeared") is True)
            for item in _mappings(raw, "messages")
        ),
        busy=raw.get("busy") is True,
        still=raw.get("still") is True,
        untouched=raw.get("untouched") is True,
        texts=tuple(
            read_element(ref, item, paths) for item in _mappings(raw, "texts") if (ref := _ref(item)) is not None
        ),
        groups=tuple(read_group(index, item, paths) for index, item in enumerate(_mappings(raw, "groups"))),
    )


def with_frames(page: Observation, inside: Sequence[tuple[SeenFrame, float, float]]) -> Observation:
    """Add to a page what was seen in its frames, each with where its view begins in the page's.

    Refs go on counting; a frame's elements are cut where there are too many.
    """
    left_over, frames = _MOST_IN_FRAMES, []
    firsts = first_refs([page, *(frame for frame, _, _ in inside)])
    for number, (first, (frame, left, top)) in enumerate(zip(firsts[1:], inside, strict=True), 1):
        elements, texts = frame.elements[:left_over], frame.texts[:left_over]

        def placed(element: Element, first: int = first, at: tuple[int, float, float] = (number, left, top)) -> Element:
            frame, left, top = at
            return replace(element, ref=first + element.ref, frame=frame, box=_moved(element.box, left, top))

        groups = tuple(
            replace(group, ref=None if group.ref is None else first + group.ref, box=_moved(group.box, left, top))
            for group in frame.groups
        )
        left_over -= len(elements)
        frames.append(
            replace(frame, elements=tuple(map(placed, elements)), texts=tuple(map(placed, texts)), groups=groups)
        )
    return replace(page, frames=tuple(frames))


def first_refs(parts: Sequence[Observation | SeenFrame]) -> list[int]:
    """Return the first ref of each document of a page: the page itself, then its frames as they were read."""
    firsts = [0]
    for part in parts:
        refs = [each.ref for each in (*part.elements[-1:], *part.texts[-1:])]
        refs += [group.ref for group in part.groups if group.ref is not None]
        firsts.append(firsts[-1] + max(refs, default=-1) + 1)
    return firsts[:-1]


def _moved(box: Box | None, left: float, top: float) -> Box | None:
    return box and Box(box.x + left, box.y + top, box.width, box.height)


def parse_snapshot(json_text: str) -> Snapshot:
    """Make a `Snapshot` of what `SNAPSHOT_JS` returned.

    Raises
    ------
    ValueError
        If it isn't what the script makes: the page has replaced functions that the script uses.
    """
    with collector_paused():
        return read_snapshot(_object(json_text))


def _status(raw: Mapping[str, Any]) -> int | None:
    status = raw.get("status")
    return status if isinstance(status, int) and 100 <= status <= 599 else None


def parse_hit_test(page_json: str, element_json: object, frame_json: object = None) -> HitTest:
    """Make a `HitTest` of the JSON of the scripts of `hit_test`; `element_json` is None where no element is hit.

    `frame_json` is about the frame that is hit, as `page_json` is about the page; None where none is.

    Raises
    ------
    ValueError
        If `page_json` isn't a JSON object.
    """
    page = _object(page_json)
    element = _hit_element(_object(element_json)) if isinstance(element_json, str) else None
    frame = _object(frame_json) if isinstance(frame_json, str) else {}
    within = "\n".join(text_of(frame, key) for key in ("url", "title", "text") if frame)
    return HitTest(text_of(page, "url"), text_of(page, "title"), text_of(page, "text"), element, within)


def _hit_element(raw: Mapping[str, Any]) -> HitElement:
    return HitElement(
        name=text_of(raw, "name"),
        words=tuple(word for word in _list(raw, "words") if isinstance(word, str)),
        tag=text_of(raw, "tag"),
        input_type=text_of(raw, "type"),
        href=text_of(raw, "href"),
        submission=text_of(raw, "submission"),
        submission_url=text_of(raw, "submission_url"),
        submits=raw.get("submits") is True,
        enter_submits=raw.get("enter_submits") is True,
        enter_activates=raw.get("enter_activates") is True,
        opens_tab=raw.get("opens_tab") is True,
        downloads=raw.get("downloads") is True,
        picks_file=raw.get("picks_file") is True,
    )


def _ref(item: Mapping[str, Any]) -> int | None:
    ref = index_of(item.get("ref"), -1)
    return None if ref < 0 else ref


def _object(json_text: str) -> Mapping[str, Any]:
    raw = _loads(json_text)
    if not isinstance(raw, dict):
        raise ValueError("a page script returned something other than a JSON object")
    return raw


def _list(item: Mapping[str, Any], key: str) -> Sequence[Any]:
    value = item.get(key)
    return value if isinstance(value, list) else ()


def _mappings(item: Mapping[str, Any], key: str) -> Sequence[Mapping[str, Any]]:
    return tuple(entry for entry in _list(item, key) if isinstance(entry, Mapping))
