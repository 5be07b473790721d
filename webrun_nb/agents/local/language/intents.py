"""The steps that a task can consist of: one frozen value each, with the sentence that it was read from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from webrun_nb.browsers.actions import ClickManner

Comparison = Literal["<", "<=", ">", ">=", "between", "is", "is not", "contains", "lacks"]


Test = Literal[
    "is", "is not", "contains", "lacks", "starts", "ends", "<", "<=", ">", ">=", "between", "exists", "state"
]
"""The kinds of tests. `exists`: the thing is on the page; `state`: a control is in the state that `value` names."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A test of one thing: of its text, its number, its state, or of one of its fields."""

    words: str
    """As the person said it."""
    test: Test
    value: str = ""
    high: str = ""
    """Upper end, for `between`."""
    field: str = ""
    """The field of a row or card that is tested ("with state = HI": state); empty for the thing itself."""
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Superlative:
    """The one thing that has most or least of something: "the greatest number", "the cheapest flight"."""

    words: str
    by: str = ""
    """The field ("price") or dimension ("size", "duration") that is compared; empty for the thing's number."""
    descending: bool = True
    """True for the most, False for the least."""


@dataclass(frozen=True, slots=True)
class Target:
    """A noun phrase for one or more elements: 'the second "Add" button next to Aurora in the list of offers'.

    `words`, `role`, `near` and `ordinal` alone are the common case; the other fields are empty then.
    """

    words: str = ""
    """The name: what stands on it, in its label, in its placeholder."""
    role: str = ""
    """The kind that the person says (a role of the vocabulary): button, link, field, row, card; empty if not said."""
    near: str = ""
    """Words of what it belongs to or stands beside: the smallest group of the page that holds both counts."""
    ordinal: int | None = None
    """1 is the first, -1 the last."""
    said: str = ""
    """All of its words, for things that are called like a role ("Price list")."""
    is_quoted: bool = False
    """The name stood in quotes: only what is called exactly so, or shows exactly that text, is certain."""
    within: Target | None = None
    """The place that contains it: "in the second table", "in the header", "in the dialog"."""
    every: bool = False
    """All of them: "all check boxes", "each", "both"."""
    count: int | None = None
    """So many of them: "three links"."""
    others: tuple[Target, ...] = ()
    """More things, named one by one: "Milk, Bread and Eggs"."""
    besides: tuple[Target, ...] = ()
    """Things that are not meant: "all except Milk"."""
    conditions: tuple[Condition, ...] = ()
    superlative: Superlative | None = None
    qualities: tuple[str, ...] = ()
    """Looks and places, as words of the vocabulary: red, large, circle, left, top, empty, checked, disabled."""
    reference: str = ""
    """A word for a thing of an earlier step: it, or its for what belongs to that thing; empty otherwise."""

    def __str__(self) -> str:
        qualities = " ".join(self.qualities)
        parts = [qualities, f'"{self.words}"' if self.words else "", self.role]
        parts += [f'near "{self.near}"' if self.near else "", f"in the {self.within}" if self.within else ""]
        parts += [c.words for c in self.conditions]
        return " ".join(part for part in parts if part) or "it"


@dataclass(frozen=True, slots=True)
class ValueOf:
    """A value that is read from the page when it is needed: "the value of Country", "the text in the second box".

    `unit` and `ordinal` take a part of the text: "the third word in the paragraph", "the last line".
    """

    words: str
    """As the person said it."""
    target: Target
    unit: Literal["", "word", "line", "number", "letter", "sentence"] = ""
    ordinal: int | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """A value that the agent works out from the page or kept: "your answer", "the result", "the copied text", "x"."""

    words: str
    kind: Literal["answer", "copied", "count", "sum", "difference", "product", "number"] = "answer"
    target: Target = Target()
    """The things that are counted or added up."""


@dataclass(frozen=True, slots=True)
class Like:
    """Any value that fits conditions: "an item that starts with S", "a number less than 5"."""

    words: str
    conditions: tuple[Condition, ...]


Value = str | ValueOf | Result | Like
"""A value that is typed or chosen: a text as it is, or one that is found when the page is seen."""


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
    times: int = 1
    ascending: bool | None = None
    """The order in which several are clicked, by their numbers or names; None for the order of the page."""
    dialog: str = ""
    """"accept" or "dismiss" where the sentence says how a native dialog is answered, or the text to answer with."""


@dataclass(frozen=True, slots=True)
class Fill:
    """Make a control hold a value; `submit` presses Enter after it."""

    sentence: str
    text: Value
    target: Target
    submit: bool = False
    append: bool = False
    """Keep what the field has, and add the text."""


@dataclass(frozen=True, slots=True)
class Choose:
    """Choose an option of a list, or several."""

    sentence: str
    option: str
    target: Target
    others: tuple[str, ...] = ()
    """More options of the same list."""


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
    times: int = 1


@dataclass(frozen=True, slots=True)
class Hover:
    """Move the pointer onto something."""

    sentence: str
    target: Target


@dataclass(frozen=True, slots=True)
class Focus:
    """Put the focus into a field."""

    sentence: str
    target: Target


@dataclass(frozen=True, slots=True)
class DragTo:
    """Drag something to something else, or in a direction (`place`: left, right, up, down)."""

    sentence: str
    source: Target
    destination: Target | None = None
    place: Literal["onto", "before", "after", "left", "right", "up", "down", "first", "last"] = "onto"


@dataclass(frozen=True, slots=True)
class SelectText:
    """Select (highlight) a text of the page, or all of an element."""

    sentence: str
    target: Target


@dataclass(frozen=True, slots=True)
class SetOpen:
    """Open or close a section, a node of a tree, a menu."""

    sentence: str
    target: Target
    is_open: bool = True


@dataclass(frozen=True, slots=True)
class Copy:
    """Keep a value of the page, to be entered later."""

    sentence: str
    value: Value


@dataclass(frozen=True, slots=True)
class FollowPath:
    """Click through the levels of a menu or a tree: "File > Save as > PDF"."""

    sentence: str
    levels: tuple[str, ...]
    target: Target = Target()


@dataclass(frozen=True, slots=True)
class Find:
    """Find a thing that later steps speak of ("it", "that email"); the answer is where it is."""

    sentence: str
    target: Target


@dataclass(frozen=True, slots=True)
class Tell:
    """Answer whether a condition holds ("is the box checked?"), or with a value that is read or worked out."""

    sentence: str
    what: Premise | Value


@dataclass(frozen=True, slots=True)
class Premise:
    """A condition on the page: a thing, and a test of it."""

    words: str
    target: Target
    condition: Condition


@dataclass(frozen=True, slots=True)
class If:
    """Steps that are taken only where a premise holds, and those that are taken otherwise."""

    sentence: str
    premise: Premise
    then: tuple[Intent, ...]
    otherwise: tuple[Intent, ...] = ()


@dataclass(frozen=True, slots=True)
class Repeat:
    """Steps that are taken `times` times, or until a premise holds."""

    sentence: str
    steps: tuple[Intent, ...]
    times: int | None = None
    until: Premise | None = None


@dataclass(frozen=True, slots=True)
class ForEach:
    """Steps that are taken for each of several things, each of which is "it" in them."""

    sentence: str
    target: Target
    steps: tuple[Intent, ...]


@dataclass(frozen=True, slots=True)
class NamedAction:
    """An action that a control of the page is named after: "reply to it with "Thanks"", "archive the second email"."""

    sentence: str
    verb: str
    target: Target
    text: Value = ""
    """The text to enter where the control asks for one."""
    to: Target | None = None
    """Whom or what it goes to: "forward it to Ada"."""


@dataclass(frozen=True, slots=True)
class Request:
    """A form of the page that is filled in and sent: "book the cheapest flight from LAX to Boston on 10/25/2016"."""

    sentence: str
    verb: str
    what: Target
    parts: tuple[tuple[str, str], ...]
    """Pairs of a word that says which field ("from", "named", "year") and the value."""


@dataclass(frozen=True, slots=True)
class CopyValues:
    """Enter into each field of a form the value that the page shows for the field's label."""

    sentence: str
    target: Target = Target()
    """The form; any of the page, if it is not named."""


@dataclass(frozen=True, slots=True)
class Style:
    """Give a text of an editor a style or a colour."""

    sentence: str
    target: Target
    style: str
    """bold, italic, underline, or a colour."""


@dataclass(frozen=True, slots=True)
class Solve:
    """Work out a problem that the page states; its solution is "the answer" of later steps."""

    sentence: str
    target: Target


@dataclass(frozen=True, slots=True)
class Either:
    """A sentence with several readings, the likeliest first: the page decides which one is meant."""

    sentence: str
    readings: tuple[Intent, ...]


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
    """Scroll by `screens` of 600 px; negative is up. With a target: until it is in view."""

    sentence: str
    screens: float
    target: Target = Target()


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
class AnswerDialog:
    """The answer to the native dialog of the click before; where that opened none, another step may be meant."""

    sentence: str
    wish: str
    """"accept", "dismiss", or the text to answer with."""
    otherwise: tuple[Intent, ...]


@dataclass(frozen=True, slots=True)
class Unclear:
    """A sentence that can't be followed, and what was understood of it (may be empty)."""

    sentence: str
    understood: str = ""
    problem: str = ""
    """The problem with it, where that is known; empty where it is just not understood."""


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
class AddEntry:
    """Add one or more entries to a list of the page: "add a book called Emma: 312 pages, price 18.50"."""

    sentence: str
    kind: str = ""
    """The noun for it: "book", "todo", "folder"; empty if not said."""
    names: tuple[str, ...] = ()
    """One entry for each, by its name or text."""
    details: tuple[str, ...] = ()
    """Values of its fields as the person said them, each with or without words for the field: "312 pages", "in stock".
    The page's form tells which words are a field's."""


@dataclass(frozen=True, slots=True)
class RemoveEntries:
    """Remove what the page lists: "delete the loan of Tom Becker", "remove all completed items"."""

    sentence: str
    words: str
    every: bool = False
    filtered: bool = False
    """The step before it had the page show only these: "them" are all that it lists."""


@dataclass(frozen=True, slots=True)
class RenameEntry:
    """Give an entry of a list another name."""

    sentence: str
    words: str
    name: str


@dataclass(frozen=True, slots=True)
class ChangeEntry:
    """Change fields of an entry, or open it for changes that follow (`changes` is empty then)."""

    sentence: str
    words: str
    changes: tuple[tuple[str, str], ...] = ()
    """Words for a field, and its new value."""


@dataclass(frozen=True, slots=True)
class SaveEntry:
    """Save what was changed in the form of an entry; without effect where nothing is left to be saved."""

    sentence: str


@dataclass(frozen=True, slots=True)
class FilterEntries:
    """Have the page itself show only the entries with a value: "filter the books by genre Poetry"."""

    sentence: str
    field: str
    """Words for the field; empty where only the values say which it is."""
    value: str
    high: str = ""
    """The last value of a range that begins with `value`."""
    otherwise: tuple[Intent, ...] = ()
    """The steps to take where the page has no control that is called like the value."""


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


@dataclass(frozen=True, slots=True)
class TellStates:
    """Answer which entries are done or open, or how many: "which todos are still open?", "how many items are left"."""

    sentence: str
    kind: str
    state: str
    """The word for it, as the person said it."""
    is_done: bool
    count: bool = False
    otherwise: tuple[Intent, ...] = ()
    """The steps to take where the page has no boxes that tell what is done."""


@dataclass(frozen=True, slots=True)
class MostCommon:
    """Answer which value of a list's column is the most or the least common, and how many rows have it."""

    sentence: str
    column: str
    least: bool = False


@dataclass(frozen=True, slots=True)
class RunText:
    """Enter a text into the field for it, and run it: "run the SQL query select 1"."""

    sentence: str
    what: str
    text: str


EntryStep = AddEntry | RemoveEntries | RenameEntry | ChangeEntry | SaveEntry | FilterEntries
"""The steps on entries of a page's lists."""
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
    | Hover
    | Focus
    | DragTo
    | SelectText
    | SetOpen
    | Copy
    | FollowPath
    | Find
    | Tell
    | If
    | Repeat
    | ForEach
    | NamedAction
    | Request
    | CopyValues
    | Style
    | Solve
    | Either
    | AnswerDialog
    | Unclear
    | EntryStep
    | MostCommon
    | RunText
    | TellStates
    | Errand
)
