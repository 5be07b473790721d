"""Recordings as Python scripts: the actions are plain Playwright, the values are read by webrun_nb. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from pprint import pformat
from typing import Any

from webrun_nb.agents.recording.choices import Conclusion
from webrun_nb.agents.recording.recording import ActionStep, ChosenStep, ReadStep, Recording, RecordingError
from webrun_nb.agents.recording.targets import ElementDescription
from webrun_nb.browsers.actions import Action, ScrollGoal

_SCRIPT = '''"""{about}

It takes the steps of a recorded task in Chromium and prints what it reads as JSON.
"""

{imports}

{helpers}async def main():
    async with async_playwright() as playwright:
        {launch}
        context = await browser.new_context(viewport={{"width": 1024, "height": 600}})
        page = await context.new_page()
        opened = []
        context.on("page", lambda each: opened.append(each))
{body}
        await browser.close()


asyncio.run(main())
'''
_HELPERS: Mapping[str, str] = {
    "find(": '''async def find(*candidates):
    """Return the element of the first candidate that has as many elements as when it was recorded, once one has."""
    for _ in range(100):
        for locator, ordinal, count in candidates:
            if await locator.count() == count:
                return locator.nth(ordinal - 1)
        await asyncio.sleep(0.1)
    raise LookupError(f"the page has no such element: {candidates[0][0]}")


''',
    "newest(": '''async def newest(context, page, opened):
    """Return the page that was opened meanwhile, or the same one where none was, once it has loaded."""
    page = opened.pop() if opened else context.pages[-1] if page.is_closed() else page
    await page.wait_for_load_state()
    return page


''',
    "secret(": '''def secret(name):
    """Return a secret from the environment (PASSWORD for password), or ask for it."""
    return os.environ.get(name.upper()) or getpass.getpass(f"{name}: ")


''',
}
"""The functions of a script, each by the beginning of its calls."""
_IMPORTS: Mapping[str, str] = {
    "getpass.": "import getpass",
    "json.": "import json",
    "os.": "import os",
    "re.": "import re",
}
"""The imports that only some scripts need, by the beginning of what is used of them."""
_READERS: Mapping[str, str] = {"ChosenValues(": "ChosenValues", "read_values(": "read_values"}
"""The classes and functions that read values, by the beginning of their calls."""
_READING = """
from webrun_nb.agents.recording.page_reading import {readers}
from webrun_nb.browsers.chromium.launcher import launch_found_browser
from webrun_nb.browsers.chromium.plain_page import PlainPage
"""
_LAUNCH_FOUND = "browser = await launch_found_browser(playwright.chromium)"
_LAUNCH_PLAIN = """\
# WEBRUN_BROWSER is the path of a Chromium; without it Playwright takes its own: playwright install chromium
        browser = await playwright.chromium.launch(executable_path=os.environ.get("WEBRUN_BROWSER"))"""
"""The launch in a script that reads nothing, and so needs no webrun_nb, which finds the browser for the others."""
_PRINTED = "print(json.dumps(records, ensure_ascii=False, indent=2))"
_NEWEST = "page = await newest(context, page, opened)"
_ROLES = frozenset({
    "alert", "article", "button", "cell", "checkbox", "columnheader", "combobox", "dialog", "grid", "gridcell",
    "heading", "img", "link", "list", "listbox", "listitem", "menu", "menuitem", "menuitemcheckbox", "menuitemradio",
    "option",
    "progressbar", "radio", "row", "rowheader", "searchbox", "slider", "spinbutton", "switch", "tab", "table",
    "textbox", "tree", "treeitem",
})  # fmt: skip
"""The roles of observations that Playwright has by the same name."""
_ROWS = "tr, li, article, [role=row], [role=listitem], [role=article]"
_CLICKS: Mapping[str, str] = {
    "click": "click()",
    "double-click": "dblclick()",
    "right-click": 'click(button="right")',
    "middle-click": 'click(button="middle")',
}
_SCROLLS: Mapping[ScrollGoal, str] = {
    "on": "box => box.scrollBy(0, 0.8 * box.clientHeight)",
    "end": "box => box.scrollTo(0, box.scrollHeight)",
    "start": "box => box.scrollTo(0, 0)",
}


def playwright_script(recording: Recording) -> str:
    """Return a recording as a Python script.

    Raises
    ------
    RecordingError
        One of its steps can't be written as Playwright; the message says which.
    """
    lines: list[str] = []
    is_reading = False
    for number, step in enumerate(recording.steps, 1):
        try:
            match step:
                case ReadStep():
                    lines += _read(step, recording)
                case ChosenStep():
                    lines += _chosen(step, recording, is_first=not is_reading)
                    is_reading = not isinstance(step.chosen, Conclusion)
                case ActionStep():
                    lines += _acted(step)
        except RecordingError as error:
            raise RecordingError(f"step {number} of {len(recording.steps)} can't be written: {error}") from None
    body = "\n".join(f"        {line}" for line in _without_repeats(lines))
    helpers = "".join(code for call, code in _HELPERS.items() if call in body)
    readers = [name for call, name in _READERS.items() if call in body]
    launch = _LAUNCH_FOUND if readers else _LAUNCH_PLAIN
    modules = [code for name, code in _IMPORTS.items() if name in f"{launch}{body}{helpers}"]
    imports = "\n".join(["import asyncio", *modules])
    imports += "\n\nfrom playwright.async_api import async_playwright\n"
    about = " ".join(recording.task.text.split()).replace("\\", "\\\\").replace('"', "'")
    return _SCRIPT.format(
        about=about,
        imports=imports + (_READING.format(readers=", ".join(readers)) if readers else ""),
        helpers=helpers,
        launch=launch,
        body=body,
    )


def _without_repeats(lines: Sequence[str]) -> Iterator[str]:
    """Leave out a line that is the one before it, as to look for the newest page twice."""
    for before, line in pairwise(["", *lines]):
        if line != before or line != _NEWEST:
            yield line


def _read(step: ReadStep, recording: Recording) -> Iterator[str]:
    yield _NEWEST
    yield f"schema = {_schema(recording)}"
    yield f"records = await read_values(PlainPage(page), {step.read!r}, schema)"
    yield _PRINTED


def _chosen(step: ChosenStep, recording: Recording, *, is_first: bool) -> Iterator[str]:
    if is_first:
        yield f"chosen = ChosenValues({_schema(recording)})"
    yield _NEWEST
    choice = step.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude={"because"})
    yield f"records = await chosen.take(PlainPage(page), {_written(choice)})"
    if isinstance(step.chosen, Conclusion):
        yield _PRINTED


def _schema(recording: Recording) -> str:
    return _written(None if recording.task.output_type == "text" else recording.task.output_schema)


def _written(data: Any) -> str:
    """Return plain data as Python, in lines that are indented as the body of the script is."""
    return pformat(data, width=90, sort_dicts=False).replace("\n", "\n        ")


def _acted(step: ActionStep) -> Iterator[str]:
    if step.problem:
        raise RecordingError(step.problem)
    action = step.action_on(None if step.element is None else 0, "", None if step.onto is None else 0)
    if step.because:
        yield f"# {' '.join(step.because.split())}"
    if step.dialog_text is not None:
        yield f'page.once("dialog", lambda dialog: dialog.accept({step.dialog_text!r}))'
    if step.element is not None:
        yield from _found("element", step.element)
    if step.onto is not None:
        yield from _found("onto", step.onto)
    write = _WRITERS.get(step.action)
    if write is None:
        raise RecordingError(f"{step.action} has no counterpart in Playwright")
    yield from write(action, step)


def _found(name: str, element: ElementDescription) -> Iterator[str]:
    yield f"{name} = await find("
    yield from (f"    {candidate}," for candidate in _candidates(element))
    yield ")"


def _candidates(element: ElementDescription) -> list[str]:
    """Return the ways to find an element, the surest first: each as a locator, an ordinal and a count."""
    page = "page" if not element.frame else f"page.frame(url=re.compile({_regex(element.frame)}))"
    found: list[str] = []
    if element.role in _ROLES and element.name:
        target = f"get_by_role({element.role!r}, name={element.name!r}, exact=True)"
        if element.beside and element.count > 1:
            text = element.beside[0]
            rows, word = f"{page}.locator({_ROWS!r})", f"r'(^|\\W)' + {_regex(text)} + r'(\\W|$)'"
            exact = f"{rows}.filter(has=page.get_by_text({text!r}, exact=True)).{target}"
            word = f"{rows}.filter(has_text=re.compile({word})).{target}"
            found += [f"({exact}, 1, 1)", f"({word}, 1, 1)"]
        found.append(f"({page}.{target}, {element.ordinal}, {element.count})")
    elif element.name:
        found.append(f"({page}.get_by_text({element.name!r}, exact=True), {element.ordinal}, {element.count})")
    if element.label:
        found.append(f"({page}.get_by_label({element.label!r}, exact=True), 1, 1)")
    if element.placeholder:
        found.append(f"({page}.get_by_placeholder({element.placeholder!r}, exact=True), 1, 1)")
    if element.path and not (element.name and element.count > 1):
        found.append(f"({page}.locator({element.path!r}), 1, 1)")
    if not found:
        raise RecordingError("its element has no name, label or path")
    return found


def _regex(text: str) -> str:
    return f"re.escape({text!r})"


# --- actions ----------------------------------------------------------------------------------------------------------


def _navigate(action: Any, step: ActionStep) -> Iterator[str]:
    yield f"await page.goto({action.url!r})"


def _go_back(action: Any, step: ActionStep) -> Iterator[str]:
    yield "await page.go_back()"


def _click(action: Any, step: ActionStep) -> Iterator[str]:
    assert step.element is not None
    if step.element.checked is not None and action.manner == "click":
        checked = True if step.element.role == "radio" else not step.element.checked
        yield f"await element.set_checked({checked})"
        return
    call, arguments = _CLICKS[action.manner], []
    if action.held:
        arguments.append(f"modifiers={list(action.held)!r}")
    if action.at is not None:
        yield "box = await element.bounding_box()"
        arguments.append(f'position={{"x": {action.at.x} * box["width"], "y": {action.at.y} * box["height"]}}')
    given = call[call.index("(") + 1 : -1]
    written = f"await element.{call[: call.index('(')]}({', '.join(filter(None, [given, *arguments]))})"
    if action.downloads:
        yield "async with page.expect_download() as download:"
        yield f"    {written}"
        yield "await (await download.value).save_as((await download.value).suggested_filename)"
    else:
        yield written
    yield _NEWEST


def _switch_tab(action: Any, step: ActionStep) -> Iterator[str]:
    yield f"page = context.pages[{action.number - 1}]"
    yield "await page.bring_to_front()"


def _hover(action: Any, step: ActionStep) -> Iterator[str]:
    yield "await element.hover()"


def _drag(action: Any, step: ActionStep) -> Iterator[str]:
    if step.onto is None or action.by != (0, 0):
        raise RecordingError("it drags by a distance")
    yield "await element.drag_to(onto)"


def _select_text(action: Any, step: ActionStep) -> Iterator[str]:
    if action.phrase:
        raise RecordingError("it selects a phrase")
    yield "await element.select_text()"


def _type(action: Any, step: ActionStep) -> Iterator[str]:
    if action.adds:
        yield 'await element.press("End")'
    elif action.by_keys:
        yield "await element.clear()"
    by_keys = action.adds or action.by_keys
    yield f"await element.{'press_sequentially' if by_keys else 'fill'}({action.text!r})"
    yield from _submitted(action)


def _type_secret(action: Any, step: ActionStep) -> Iterator[str]:
    name = "otp_code" if action.field == "otp_secret" else action.field
    yield f"await element.fill(secret({name!r}))"
    yield from _submitted(action)


def _submitted(action: Any) -> Iterator[str]:
    if action.submit:
        yield 'await element.press("Enter")'
        yield _NEWEST


def _leave(action: Any, step: ActionStep) -> Iterator[str]:
    yield "await element.blur()"


def _select(action: Any, step: ActionStep) -> Iterator[str]:
    yield f"await element.select_option(label={list(action.options)!r})"


def _press(action: Any, step: ActionStep) -> Iterator[str]:
    on = "page.keyboard" if step.element is None else "element"
    yield from [f"await {on}.press({action.key!r})"] * action.times
    yield _NEWEST


def _wait_for(action: Any, step: ActionStep) -> Iterator[str]:
    if action.text:
        yield f"await page.get_by_text({action.text!r}).first.wait_for(timeout={action.timeout_ms})"
    else:
        yield f"await page.wait_for_timeout({action.timeout_ms})"


def _scroll(action: Any, step: ActionStep) -> Iterator[str]:
    yield f"await page.mouse.wheel({action.delta_x:g}, {action.delta_y:g})"


def _scroll_box(action: Any, step: ActionStep) -> Iterator[str]:
    if action.frame:
        raise RecordingError("it scrolls in a frame")
    yield f"await page.locator({action.path or 'html'!r}).evaluate({_SCROLLS[action.goal]!r})"


def _upload(action: Any, step: ActionStep) -> Iterator[str]:
    yield f"await element.set_input_files({list(action.names)!r})  # files of the working folder"


_WRITERS: Mapping[str, Callable[[Action, ActionStep], Iterator[str]]] = {
    "Navigate": _navigate,
    "GoBack": _go_back,
    "SwitchTab": _switch_tab,
    "Click": _click,
    "Hover": _hover,
    "Drag": _drag,
    "SelectText": _select_text,
    "Type": _type,
    "TypeSecret": _type_secret,
    "Leave": _leave,
    "Select": _select,
    "Press": _press,
    "WaitFor": _wait_for,
    "Scroll": _scroll,
    "ScrollBox": _scroll_box,
    "Upload": _upload,
}
