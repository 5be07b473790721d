"""Types into the fields of a page."""

from __future__ import annotations

from playwright.async_api import ElementHandle, Page

from webrun_nb.browsers.actions import Type

_MOST_KEYS = 500
"""Keys pressed for one text; the rest of a longer one is entered as text, since no list of suggestions needs it."""
# The caret goes to the end: of a field by its selection, of an editable element by the document's.
_TO_END_JS = """
el => {
  el.focus();
  if (typeof el.setSelectionRange === "function" && el.selectionStart !== null) {
    el.setSelectionRange(el.value.length, el.value.length);
  } else if (el.isContentEditable) {
    const selection = getSelection();
    selection.selectAllChildren(el);
    selection.collapseToEnd();
  }
}
"""
_SELECT_ALL_JS = """
el => {
  el.focus();
  if (typeof el.select === "function") el.select();
  else if (el.isContentEditable) getSelection().selectAllChildren(el);
  return Boolean(el.value ?? el.textContent);
}
"""


async def type_text(page: Page, element: ElementHandle, action: Type, timeout_ms: int) -> None:
    """Type the text of an action into a field, and press Enter after it where the action says so.

    Raises
    ------
    playwright.async_api.Error
        It is no field, or stays hidden or disabled, or does not take such a value.
    """
    if action.adds or action.by_keys:
        await element.wait_for_element_state("editable", timeout=timeout_ms)
        await element.click(timeout=timeout_ms)  # fields listen to what people do: they click into it
        if action.adds:
            await element.evaluate(_TO_END_JS)
        elif await element.evaluate(_SELECT_ALL_JS) and not action.text:
            await page.keyboard.press("Delete")
        await _type(page, action.text, by_keys=action.by_keys)
    else:
        await element.fill(action.text, timeout=timeout_ms)
    if action.submit:
        # By the focus that filling left: the page may have replaced the field meanwhile.
        await page.keyboard.press("Enter")


async def _type(page: Page, text: str, *, by_keys: bool) -> None:
    """Type where the focus is; line breaks are entered as text, as Enter would send a form."""
    pressed, left = (text[:_MOST_KEYS], text[_MOST_KEYS:]) if by_keys else ("", text)
    for number, line in enumerate(pressed.split("\n")):
        if number:
            await page.keyboard.insert_text("\n")
        if line:
            await page.keyboard.type(line)
    if left:
        await page.keyboard.insert_text(left)
