"""The steps that a task can consist of: one frozen value each, with the sentence that it was read from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from webrun_nb.browsers.actions import ClickManner

Comparison = Literal["<", "<=", ">", ">=", "between", "is", "is not", "contains", "lacks"]


@dataclass(frozen=True, slots=True)
class Target:
    """Words for an element: 'the second "Add" button next to Aurora'."""

    words: str = ""
    role: str = ""
    """What the person called it: button, link, tab, field, checkbox, radio, menu, …; empty where they didn't."""
    near: str = ""
    ordinal: int | None = None
    """1 is the first, -1 the last."""
    said: str = ""
    """All of its words, for things that are called like a role ("Price list")."""

    def __str__(self) -> str:
        parts = [f'"{self.words}"' if self.words else "", self.role, f'near "{self.near}"' if self.near else ""]
        return " ".join(part for part in parts if part) or "it"


@dataclass(frozen=True, slots=True)
class Open:
    """Go to a URL."""

    sentence: str
    url: str


@dataclass(frozen=True, slots=True)
class ClickOn:
    """Click something; `navigates` where the sentence was "go to …" or "open …"."""

    sentence: str
    target: Target
    manner: ClickManner = "click"
    navigates: bool = False


@dataclass(frozen=True, slots=True)
class Fill:
    """Type a text into a field; `submit` presses Enter after it."""

    sentence: str
    text: str
    target: Target
    submit: bool = False


@dataclass(frozen=True, slots=True)
class Choose:
    """Choose an option of a list."""

    sentence: str
    option: str
    target: Target


@dataclass(frozen=True, slots=True)
class SetChecked:
    """Tick or untick a box."""

    sentence: str
    target: Target
    checked: bool


@dataclass(frozen=True, slots=True)
class PressKey:
    """Press a key where the focus is; `key` as Playwright names it.

    `name` is the key's name as the sentence has it, where a control of the page may have that name too ("Delete");
    else empty.
    """

    sentence: str
    key: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class SearchFor:
    """Use the page's own search box."""

    sentence: str
    query: str


@dataclass(frozen=True, slots=True)
class Back:
    """One page back."""

    sentence: str


@dataclass(frozen=True, slots=True)
class Wait:
    """Wait for a text, or for `duration_ms` where the text is empty."""

    sentence: str
    text: str = ""
    duration_ms: int = 0


@dataclass(frozen=True, slots=True)
class ScrollPage:
    """Scroll by `screens` of 600 px; negative is up."""

    sentence: str
    screens: float


@dataclass(frozen=True, slots=True)
class Constraint:
    """A condition on rows. `column` holds the words for the column, empty where only the value says which it is."""

    words: str
    """As the person said it."""
    column: str
    op: Comparison
    value: str
    high: str = ""
    """Upper end, for `between`."""


@dataclass(frozen=True, slots=True)
class Order:
    """The order of rows."""

    words: str
    column: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Extract:
    """Collect values.

    `one` asks for a single record of the page; `count` for how many there are. `leftover` is what was not understood.
    """

    sentence: str
    subject: str = ""
    wishes: tuple[str, ...] = ()
    with_name: bool = False
    """The wishes are beside the name ("laptops with their prices")."""
    constraints: tuple[Constraint, ...] = ()
    order: Order | None = None
    limit: int | None = None
    one: bool = False
    count: bool = False
    compute: str = ""
    """"average", "mean", "median", "total" or "sum": of the one column in `wishes`; else empty."""
    all_pages: bool = True
    place: str = ""
    """"example 2", "the prices table": words for the table or list it is in."""
    place_ordinal: int | None = None
    row: int | None = None
    """Which row of the list ("the second product"): 1 is the first, -1 the last."""
    selectors: tuple[str, ...] = ()
    """"on day 2": phrases that select rows or a list; only the page can tell which ones."""
    leftover: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SortBy:
    """Sort; belongs to the extraction before or after it, or else to the page's own sort control."""

    sentence: str
    order: Order


@dataclass(frozen=True, slots=True)
class Skip:
    """Leave rows out; belongs to the extraction before it."""

    sentence: str
    what: str


@dataclass(frozen=True, slots=True)
class LogIn:
    """Log in, with what the session has for the page's host."""

    sentence: str


@dataclass(frozen=True, slots=True)
class Unclear:
    """A sentence that can't be followed, and what was understood of it (may be empty)."""

    sentence: str
    understood: str = ""


@dataclass(frozen=True, slots=True)
class AddToCart:
    """Put a product into the cart; an empty `what` is the one that the page is about."""

    sentence: str
    what: str
    where: str = "cart"


@dataclass(frozen=True, slots=True)
class CheckOut:
    """Go from the cart to the order, which a person has to approve."""

    sentence: str


@dataclass(frozen=True, slots=True)
class Transfer:
    """Send money, which a person has to approve. `source` and `about` are empty where nothing was said of them."""

    sentence: str
    amount: str
    to: str
    source: str = ""
    about: str = ""


@dataclass(frozen=True, slots=True)
class Download:
    """Click what downloads something; `kind` is csv, pdf, …, or empty."""

    sentence: str
    what: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class FillForm:
    """Fill in several fields; each value is "label value" as the person said it."""

    sentence: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Attach:
    """Give a file to a page's file field; an empty `what` is all that the task was given."""

    sentence: str
    what: str
    where: str = ""


Errand = AddToCart | CheckOut | Transfer | Download | FillForm | Attach
Intent = (
    Open
    | ClickOn
    | Fill
    | Choose
    | SetChecked
    | PressKey
    | SearchFor
    | Back
    | Wait
    | ScrollPage
    | Extract
    | SortBy
    | Skip
    | LogIn
    | Unclear
    | Errand
)
