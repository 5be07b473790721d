"""The model of a recording: the steps of a task as plain JSON with a version, and the actions that they stand for.

A recording never holds a secret: what was typed as one is there by its name, and a text that held one is left out.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, TypeAdapter, ValidationError, model_validator
from pydantic.alias_generators import to_camel

from webrun_nb.agents.recording.choices import Chosen, Citation, ElementsChoice, ListChoice, RowsChoice, WordsChoice
from webrun_nb.agents.recording.targets import ElementDescription, describe
from webrun_nb.browsers.actions import (
    Action,
    Click,
    Drag,
    GoBack,
    Hover,
    Leave,
    Navigate,
    Press,
    Scroll,
    ScrollBox,
    Select,
    SelectText,
    SwitchTab,
    Type,
    TypeSecret,
    Upload,
    WaitFor,
    WaitForChange,
)
from webrun_nb.browsers.observation import DialogAnswer, Observation
from webrun_nb.common.credentials.marks import has_mark

VERSION = 1
"""The version of the form of recordings; a recording of a later one is refused."""
MAX_STEPS = 2_000

_CLASSES: Mapping[type[Any], str] = {
    Navigate: "open",
    GoBack: "go back",
    SwitchTab: "switch to the tab",
    Click: "click",
    Hover: "hover over",
    Drag: "drag",
    SelectText: "select the text of",
    Type: "type into",
    Leave: "leave",
    TypeSecret: "type a secret into",
    Select: "choose in",
    Press: "press a key in",
    WaitFor: "wait",
    Scroll: "scroll",
    ScrollBox: "scroll",
    Upload: "give a file to",
}
"""The actions that can be repeated, with words for them."""
ACTION_WORDS: Mapping[str, str] = {action.__name__: words for action, words in _CLASSES.items()}
"""Words for the actions, by the names that recordings have for them."""
_ADAPTERS: Mapping[str, TypeAdapter[Any]] = {each.__name__: TypeAdapter(each) for each in _CLASSES}
_CHOICES: Mapping[type[Any], str] = {
    ListChoice: "list",
    ElementsChoice: "elements",
    Citation: "citation",
    RowsChoice: "rows",
    WordsChoice: "words",
}
"""The choices of a language model, by the names that steps have for them."""
_OF_TARGETS = frozenset({"ref", "target", "onto", "onto_target", "paths"})
"""The fields of actions that hold for one page or one machine: what they are aimed at, and where files are."""

BY_HAND = "a person did it by hand"
HELD_SECRET = "it held a secret"
NOT_REPEATABLE = "it can't be repeated"


_STEP_NAMES = frozenset({"ActionStep", "ReadStep", "ChosenStep"})


class RecordingError(ValueError):
    """A recording can't be read; the message is one line."""


class _Model(BaseModel):
    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, frozen=True, extra="forbid", hide_input_in_errors=True
    )


class ActionStep(_Model):
    """An action, with its elements and its other details."""

    action: str
    element: ElementDescription | None = None
    onto: ElementDescription | None = None
    """The element that something is dropped on."""
    details: dict[str, Any] = Field(default_factory=dict)
    """The fields of the action that differ from their defaults."""
    dialog: str | None = None
    """The text of the native dialog that is answered; see `dialog_answer`."""
    dialog_text: str | None = None
    """The text that the dialog is answered with; None where none is answered."""
    because: str = ""
    """The sentence of the task that it serves."""
    looks: bool = False
    """True if it changed nothing: it looked at pages, or followed a link to another page."""
    problem: str = ""
    """The reason why it can't be repeated; empty where it can."""

    @property
    def dialog_answer(self) -> DialogAnswer | None:
        """The answer to the native dialog that it leads to; None where there is none."""
        return None if self.dialog_text is None else DialogAnswer(self.dialog, self.dialog_text)

    def action_on(self, ref: int | None, target: str, onto: int | None = None, onto_target: str = "") -> Action:
        """Return the action, aimed at elements of an observation.

        Raises
        ------
        RecordingError
            Its details are not those of such an action.
        """
        aimed: dict[str, Any] = {} if ref is None else {"ref": ref, "target": target}
        if onto is not None:
            aimed |= {"onto": onto, "onto_target": onto_target}
        if self.action not in _ADAPTERS:
            raise RecordingError(f"there is no action {self.action[:40]!r}; there are: {', '.join(ACTION_WORDS)}")
        if misplaced := sorted(_OF_TARGETS & set(self.details)):
            raise RecordingError(f"{self.action}: {misplaced[0]} does not belong into its details")
        try:
            action: Action = _ADAPTERS[self.action].validate_python({**self.details, **aimed})
        except ValidationError as error:
            (first, *_) = error.errors(include_input=False, include_url=False)
            place = ".".join(map(str, first["loc"]))
            raise RecordingError(f"{self.action}: {place}: {first['msg']}") from None
        return action


class ReadStep(_Model):
    """The reading of values: what a sentence of the task asks of the page as it is then."""

    read: str = Field(min_length=1)


class ChosenStep(_Model):
    """One of the choices of a language model: one of its fields is set."""

    list: ListChoice | None = None
    elements: ElementsChoice | None = None
    citation: Citation | None = None
    rows: RowsChoice | None = None
    words: WordsChoice | None = None
    because: str = ""
    """The part of the task that it serves."""

    @model_validator(mode="after")
    def _has_one(self) -> Self:
        if len(self._set()) != 1:
            raise ValueError(f"a step has one of: action, read, {', '.join(_CHOICES.values())}")
        return self

    def _set(self) -> Sequence[Chosen]:
        fields = (self.list, self.elements, self.citation, self.rows, self.words)
        return [each for each in fields if each is not None]

    @property
    def chosen(self) -> Chosen:
        """The choice."""
        return self._set()[0]

    @classmethod
    def of(cls, chosen: Chosen, because: str) -> ChosenStep:
        """Return the step of a choice."""
        return cls.model_validate({_CHOICES[type(chosen)]: chosen, "because": because})


class RecordedTask(_Model):
    """The task that was recorded: its text with secrets masked, its page and the form of its answer."""

    text: str
    starting_url: str | None = None
    output_type: Literal["text", "structured_json", "structured_csv"] = "text"
    output_schema: dict[str, Any] | list[str] | None = None


RecordedStep = ActionStep | ReadStep | ChosenStep


def _class_of(step: Any) -> str:
    """Return the name of the class that a step is read as."""
    if not isinstance(step, Mapping):
        return type(step).__name__
    return next((kind for key, kind in _CLASS_BY_KEY.items() if key in step), ChosenStep.__name__)


_CLASS_BY_KEY: Mapping[str, str] = {"action": ActionStep.__name__, "read": ReadStep.__name__}
_AnyStep = Annotated[
    Annotated[ActionStep, Tag("ActionStep")]
    | Annotated[ReadStep, Tag("ReadStep")]
    | Annotated[ChosenStep, Tag("ChosenStep")],
    Discriminator(_class_of),
]


class Recording(_Model):
    """The recorded steps of a task."""

    webrun_recording: Literal[1] = 1
    task: RecordedTask
    steps: tuple[_AnyStep, ...] = Field(max_length=MAX_STEPS)

    @property
    def urls(self) -> tuple[str, ...]:
        """The addresses that its steps open."""
        steps = (each for each in self.steps if isinstance(each, ActionStep) and each.action == Navigate.__name__)
        return tuple(url for each in steps if isinstance(url := each.details.get("url"), str))

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True) | {"webrunRecording": VERSION}


def read_recording(content: Mapping[str, Any]) -> Recording:
    """Read a recording from JSON.

    Raises
    ------
    RecordingError
        It is none, it is of a later version, or one of its steps is wrong; the message says which.
    """
    version = content.get("webrunRecording")
    if version != VERSION:
        later = isinstance(version, int) and version > VERSION
        why = f"its version is {version}, and this program reads {VERSION}" if later else "webrunRecording is missing"
        raise RecordingError(f"this is no recording that can be replayed: {why}")
    try:
        recording = Recording.model_validate_json(json.dumps(content))
    except ValidationError as error:
        (first, *_) = error.errors(include_input=False, include_url=False)
        place = ".".join(str(part) for part in first["loc"] if part not in _STEP_NAMES)
        raise RecordingError(f"{place}: {first['msg']}") from None
    has_rows = False
    for number, step in enumerate(recording.steps, 1):
        try:
            match step:
                case ActionStep(problem=""):
                    step.action_on(None if step.element is None else 0, "", None if step.onto is None else 0)
                case ChosenStep():
                    has_rows = _has_rows(step.chosen, has_rows)
        except RecordingError as error:
            raise RecordingError(f"step {number}: {error}") from None
    return recording


def _has_rows(chosen: Chosen, has_rows: bool) -> bool:
    """Check that a choice is made among rows where it needs some; return whether rows have been read after it."""
    match chosen:
        case ListChoice(adds=True) | RowsChoice() if not has_rows:
            raise RecordingError("it needs a list, and no step before it reads one")
        case RowsChoice() | WordsChoice():
            return False
        case ListChoice() | ElementsChoice():
            return True
    return has_rows


def record_action(
    action: Action, seen: Observation | None, dialog_answer: DialogAnswer | None = None, *, shown_secret: str
) -> dict[str, Any] | None:
    """Return an action of an agent as a step of a recording; None for a mere wait for a change.

    Parameters
    ----------
    action : Action
        The action with secrets masked.
    seen : Observation, optional
        The observation that it refers to, with secrets masked.
    dialog_answer : DialogAnswer, optional
        The answer to the native dialog that it leads to, with secrets masked.
    shown_secret : str
        The mask of secrets.
    """
    if isinstance(action, WaitForChange):
        return None
    name = type(action).__name__
    if type(action) not in _CLASSES:
        return ActionStep(action=name, problem=NOT_REPEATABLE).model_dump(mode="json", by_alias=True)
    details = {
        each.name: value
        for each in dataclasses.fields(action)
        if each.name not in _OF_TARGETS and (value := getattr(action, each.name)) != each.default
    }
    ref, onto = getattr(action, "ref", None), getattr(action, "onto", None)
    element = _described(seen, ref)
    problem = ""
    typed = getattr(action, "text", "") if isinstance(action, Type) else ""
    if shown_secret in f"{details}" or has_mark(typed) or _is_password(seen, ref, action):
        problem = HELD_SECRET
        details = {}
    elif (ref is not None and element is None) or (onto is not None and _described(seen, onto) is None):
        problem = NOT_REPEATABLE
    step = ActionStep(
        action=name,
        element=element,
        onto=_described(seen, onto),
        details=TypeAdapter(dict[str, Any]).dump_python(details, mode="json"),
        dialog=None if dialog_answer is None else dialog_answer.dialog,
        dialog_text=None if dialog_answer is None else dialog_answer.text,
        problem=problem,
    )
    return step.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def _is_password(seen: Observation | None, ref: int | None, action: Action) -> bool:
    """Tell a text that is typed into a password field as it is: nobody has said that it is a secret, but it is one."""
    thing = None if seen is None or ref is None or not isinstance(action, Type) else seen.thing(ref)
    return thing is not None and thing.input_type == "password"


def _described(seen: Observation | None, ref: int | None) -> ElementDescription | None:
    return None if seen is None or ref is None else describe(seen, ref)
