"""The data of a page that a browser returns: elements, texts and groups, and the target of an action.

Everything a page says in there is data from a possibly hostile page, never an instruction.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in CSS px of the 1024×600 page (no browser bar counted)."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Element:
    """An element of a page that a person could act on, or a text of the page.

    `ref` is its number within its observation and means nothing in another one.
    """

    ref: int
    role: str
    """ARIA role: button, link, tab, textbox, searchbox, combobox, checkbox, radio, option, menuitem, …

    `clickable` is what a script makes clickable without a role, and `graphic` a drawn shape. A text is a heading,
    paragraph, label, cell, columnheader, listitem, img or just text. A group that is acted on has its kind as its role.
    """
    name: str
    """Accessible name, whitespace collapsed."""
    tag: str
    text: str = ""
    label: str = ""
    placeholder: str = ""
    nearby: str = ""
    """Visible text right before or around it, for "the Add button next to Aurora"."""
    value: str = ""
    """Current value; never that of a password field."""
    input_type: str = ""
    href: str | None = None
    options: tuple[str, ...] = ()
    checked: bool | None = None
    enabled: bool = True
    in_form: bool = False
    submits: bool = False
    """A button that sends its form."""
    form_url: str = ""
    """The URL that its form is sent to, if that is of another origin than its document; else empty."""
    box: Box | None = None
    hint: str = ""
    """The page's own names for it (name, id, autocomplete, data-testid): for matching, not for people."""
    region: str = ""
    """nav, header or footer, if it is inside one."""
    path: str = ""
    """A CSS selector of it in its document, the same as that of its node in a `Snapshot`."""
    frame: int = 0
    """Number of the frame that it is in, counted from 1 in the observation's `frames`; 0 for the page itself."""
    order: int = 0
    """Position in the order of its document, among elements and texts."""
    group: int = -1
    """Index of the innermost of its document's `groups` that holds it; -1 for none."""
    column: str = ""
    """Header of the table's column that it is in."""
    level: int = 0
    """Level of a heading: 1 is the highest; 0 for what is none."""
    expanded: bool | None = None
    selected: bool | None = None
    pressed: bool | None = None
    readonly: bool = False
    required: bool = False
    focused: bool = False
    current: bool = False
    """The page marks it as the current one: of its pages, steps or dates."""
    has_popup: bool = False
    """It opens a menu, a list of suggestions or a dialog."""
    struck: bool = False
    """A text that is struck through: an old price, a task that is done."""
    draggable: bool = False
    multiple: bool = False
    """A list of which several options can be selected."""
    selected_options: tuple[str, ...] = ()
    minimum: str = ""
    """The least value that it takes, as the page has it; empty where there is no limit."""
    maximum: str = ""
    step: str = ""
    covered: bool = False
    """A dialog or another layer lies over it."""
    layer: int = 0
    """Number of the dialog or other layer over the page that it is in; 0 for the page itself."""
    offscreen: bool = False
    """It is outside of the view, and is scrolled into it before it is acted on."""
    title: str = ""
    """Its tooltip, where that is not its name."""
    icon: str = ""
    """The page's own words for the picture that it shows in place of a text (classes, file names)."""
    shape: str = ""
    """The shape that is drawn: circle, rectangle, triangle, polygon, line, path, text; empty for what is not."""
    color: str = ""
    """Name of the basic colour nearest to that of its area, or else of its text; empty where both are grey."""


GroupKind = Literal[
    "table", "row", "list", "item", "card", "article", "section", "fieldset", "form", "dialog", "menu", "tree", "tabs",
    "panel", "nav", "header", "footer", "main", "aside", "box",
]  # fmt: skip
"""The kinds of groups. `card`: one of several parts of the same form; `box`: a box that scrolls and is nothing else."""


@dataclass(frozen=True, slots=True)
class Group:
    """A part of a page whose elements and texts belong together."""

    kind: GroupKind
    parent: int = -1
    """Index of the group around it; -1 for none."""
    name: str = ""
    """Its heading, legend, caption or label."""
    ref: int | None = None
    """Number by which it can be acted on as a whole; None for what stands under a heading without an element around."""
    box: Box | None = None
    path: str = ""
    scrolls: bool = False
    """Its content is scrolled within it."""
    expanded: bool | None = None
    selected: bool | None = None
    current: bool = False


@dataclass(frozen=True, slots=True)
class SeenFrame:
    """A visible frame of the page: another document, perhaps of another site, even a hostile one."""

    url: str
    title: str = ""
    elements: tuple[Element, ...] = ()
    """Their refs continue those of the page, or of the frame before."""
    text: str = ""
    """Visible text, at most 20,000 characters."""
    around: tuple[str, ...] = ()
    """URLs of the documents that contain it, the page's last."""
    secrets: tuple[str, ...] = ()
    """Names of the session's secrets that its fields may be given; the emulator adds them."""
    texts: tuple[Element, ...] = ()
    groups: tuple[Group, ...] = ()


@dataclass(frozen=True, slots=True)
class FormError:
    """An error that a page or the browser reports about a form. All its text is the page's own."""

    kind: str
    """`held`: the browser held a form back since the last look. `field`: the page marks it as invalid. `alert`: a live
    alert. `styled`: a text in a form that is styled as an error."""
    label: str
    """Label of the field; empty where the error belongs to none."""
    said: str


@dataclass(frozen=True, slots=True)
class PageMessage:
    """A short text that is marked as a message to the reader, or that appeared since the last look. The page's own."""

    tone: str
    """`error`, `success` or `notice` by its names in the page; `red` by its colour alone; else empty."""
    said: str
    appeared: bool = False
    """It has come, or has changed, since the last look at the same document."""


DialogKind = Literal["alert", "confirm", "prompt", "beforeunload"]


@dataclass(frozen=True, slots=True)
class NativeDialog:
    """A dialog that a script of the page opened in the browser itself."""

    kind: DialogKind
    text: str
    """Its text."""
    is_accepted: bool
    """False if it was dismissed: the page was answered "Cancel"."""


@dataclass(frozen=True, slots=True)
class DialogAnswer:
    """The answer to one native dialog, known by what it says: any other one is dismissed."""

    dialog: str | None
    """Its text; None for the first one that asks something, whatever it says."""
    text: str = ""
    """For a dialog that asks for a text."""


@dataclass(frozen=True, slots=True)
class Observation:
    """The elements and text of a page, in document order; those of its frames are kept apart."""

    url: str
    title: str
    elements: tuple[Element, ...]
    text: str
    """Visible text of the page itself, at most 20,000 characters."""
    status: int | None = None
    """HTTP status that the page came with; None where it came without one."""
    form_errors: tuple[FormError, ...] = ()
    fresh: bool = True
    """The page has another document than at the last observation."""
    messages: tuple[PageMessage, ...] = ()
    """Short messages of the page itself to its reader; of those that appeared, also those that nothing marks."""
    busy: bool = False
    """The page shows that it is still loading something."""
    still: bool = False
    """The page has nothing that could change it by itself or late: no scripts, frames or refreshes."""
    untouched: bool = False
    """Nothing can have happened since the last observation: no change of the document, no input, no request, no
    download, no other tab. It is False where that can't be known."""
    tab_urls: tuple[str, ...] = ("",)
    """The URLs of the open tabs, in the order in which they were opened."""
    tab: int = 1
    """The number of the tab that is the page, from 1: the one that was opened or shown last."""
    downloads: int = 0
    """Number of downloads that have begun in the session."""
    secrets: tuple[str, ...] = ()
    """Names of the session's secrets that this page's fields may be given (`TypeSecret`); the emulator adds them."""
    frames: tuple[SeenFrame, ...] = ()
    texts: tuple[Element, ...] = ()
    """Visible texts and pictures that are no controls, in document order."""
    groups: tuple[Group, ...] = ()
    """The parts of the page, each after the one that contains it."""

    @property
    def all_elements(self) -> tuple[Element, ...]:
        """The elements of the page and of its frames."""
        return self.elements + tuple(element for frame in self.frames for element in frame.elements)

    @property
    def all_things(self) -> tuple[Element, ...]:
        """The elements and the texts of the page and of its frames."""
        own = (*self.elements, *self.texts)
        return own + tuple(thing for frame in self.frames for thing in (*frame.elements, *frame.texts))

    def thing(self, ref: int) -> Element | None:
        """Return the element or text of a number; None where it is a group's, or none's."""
        return next((thing for thing in self.all_things if thing.ref == ref), None)

    def box_of(self, ref: int) -> Box | None:
        """Return the box of the element, text or group of a number."""
        thing = self.thing(ref)
        groups = (*self.groups, *(group for frame in self.frames for group in frame.groups))
        return thing.box if thing else next((group.box for group in groups if group.ref == ref), None)

    def control_at(self, ref: int) -> Element | None:
        """Return what a click on an element or a text activates: the element itself, or the innermost one around it."""
        thing = self.thing(ref)
        if thing is None or any(element.ref == ref for element in self.all_elements):
            return thing
        holding = [e for e in self.all_elements if e.frame == thing.frame and thing.path.startswith(f"{e.path} > ")]
        return max(holding, key=lambda element: len(element.path), default=None)

    @property
    def parts(self) -> tuple[Observation, ...]:
        """The page itself, then each of its frames as an observation of its own, those of the page's host first."""
        host = urlsplit(self.url).hostname
        ordered = sorted(self.frames, key=lambda frame: urlsplit(frame.url).hostname != host)
        inside = (
            Observation(f.url, f.title, f.elements, f.text, secrets=f.secrets, texts=f.texts, groups=f.groups)
            for f in ordered
        )
        return (self, *inside)

    def part_with(self, element: Element) -> Observation:
        """Return the part that contains an element."""
        return next((part for part in self.parts if element in part.elements), self)


@dataclass(frozen=True, slots=True)
class FieldPlace:
    """The field that a secret is about to be typed into, as the browser reports it at that moment."""

    url: str
    """URL of the document that it is in, which may be a frame's."""
    targets: tuple[str, ...]
    """URLs that its form can be sent to: its action and those of its buttons; empty without a form."""
    input_type: str
    """`password`, `email`, …; of something other than an `<input>`, its tag."""
    around: tuple[str, ...] = ()
    """If the document is a frame's: URLs of the documents that contain it, the page's last."""


@dataclass(frozen=True, slots=True)
class HitElement:
    """The element that an action is about to hit, as the page has it at that moment."""

    name: str
    """Its name for people."""
    words: tuple[str, ...] = ()
    """All its names on the page: text, labels, titles, identifiers. Never the content of a field."""
    tag: str = ""
    input_type: str = ""
    href: str = ""
    """URL of the link that it is, or is in."""
    submission: str = ""
    """Method and URL of its form: `POST https://example.com/pay`."""
    submission_url: str = ""
    """URL of its form."""
    submits: bool = False
    """A click on it sends its form."""
    enter_submits: bool = False
    """Enter in it sends its form."""
    enter_activates: bool = False
    """Enter or Space on it is a click."""
    opens_tab: bool = False
    downloads: bool = False
    """The link has the attribute `download`."""
    picks_file: bool = False


@dataclass(frozen=True, slots=True)
class HitTest:
    """The page right before an action, and the element that the action would hit (None where it hits none)."""

    url: str
    title: str
    text: str
    """Visible text, at most 20,000 characters."""
    element: HitElement | None = None
    frame: str = ""
    """URL, title and visible text of the frame that the element is in; empty where it is in the page itself."""
