"""The program of one task of the local agent: its steps, taken one after the other, and the answer."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Generator, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeVar

from webrun_nb.agents.base import (
    AgentError,
    Finish,
    PartialResult,
    Reply,
    SettledByHandError,
    Step,
)  # fmt: skip
from webrun_nb.agents.local.asking import MAX_ANSWERS
from webrun_nb.agents.local.each import names_of_each
from webrun_nb.agents.local.extracting.asked_for import shape_of
from webrun_nb.agents.local.extracting.collector import Collector
from webrun_nb.agents.local.language.flow import MOST_TURNS
from webrun_nb.agents.local.language.intended import intended
from webrun_nb.agents.local.language.intents import (
    AddEntry,
    AddToCart,
    AnswerDialog,
    Attach,
    Back,
    ChangeEntry,
    CheckOut,
    Choose,
    ClickOn,
    Copy,
    CopyValues,
    Download,
    DragTo,
    Either,
    Extract,
    Fill,
    FillForm,
    FilterEntries,
    Find,
    Focus,
    FollowPath,
    ForEach,
    Hover,
    If,
    Intent,
    LogIn,
    MostCommon,
    NamedAction,
    Open,
    Premise,
    PressKey,
    RemoveEntries,
    RenameEntry,
    Repeat,
    Request,
    RunText,
    SaveEntry,
    ScrollPage,
    SearchFor,
    SelectText,
    SetChecked,
    SetOpen,
    Skip,
    Solve,
    SortBy,
    Style,
    Target,
    Tell,
    TellStates,
    Transfer,
    Unclear,
    ValueOf,
    Wait,
)  # fmt: skip
from webrun_nb.agents.local.language.left_out import left_out
from webrun_nb.agents.local.language.meaning import request_in
from webrun_nb.agents.local.matching.page import PageModel
from webrun_nb.agents.local.messages import VALUES_BY_SCHEMA
from webrun_nb.agents.local.premises import holds
from webrun_nb.agents.local.references import References, likeliest, targets_of
from webrun_nb.agents.local.shown_names import needs_names, with_shown_name
from webrun_nb.agents.local.skills.clicking import click
from webrun_nb.agents.local.skills.controls import (
    choose,
    drag,
    fill,
    open_or_close,
    press_key,
    select_text,
    set_checked,
)
from webrun_nb.agents.local.skills.entry_steps import take_entry_step
from webrun_nb.agents.local.skills.errands import run_errand
from webrun_nb.agents.local.skills.fields import enter
from webrun_nb.agents.local.skills.form import empty_fields
from webrun_nb.agents.local.skills.login import Login, let_in
from webrun_nb.agents.local.skills.menus import follow_path
from webrun_nb.agents.local.skills.named_actions import named_action
from webrun_nb.agents.local.skills.requests import assigned, fill_request
from webrun_nb.agents.local.skills.running import run_text
from webrun_nb.agents.local.skills.solving import solution_of, solution_on
from webrun_nb.agents.local.skills.sorting import sort
from webrun_nb.agents.local.skills.states import told_states
from webrun_nb.agents.local.skills.styles import set_style
from webrun_nb.agents.local.skills.working import again
from webrun_nb.agents.local.task import Task
from webrun_nb.agents.local.unused import BY_HAND, ONE_LIST, unused
from webrun_nb.agents.local.values import Kept, text_of
from webrun_nb.browsers.actions import (
    Click,
    GoBack,
    Navigate,
    Scroll,
    ScrollBox,
    ScrollGoal,
    WaitFor,
    WaitForChange,
)
from webrun_nb.browsers.actions import Hover as HoverOn
from webrun_nb.browsers.observation import Element
from webrun_nb.browsers.protocol import VIEW_HEIGHT_PX
from webrun_nb.common.codes import TaskFailureCode

T = TypeVar("T")
Work = Generator[Step, Reply | None, T]
"""A part of a run: yields steps, is sent replies, returns a result."""

MOST_LOOKS = 200
"""The most looks at a page while it is waited for: its changes, or `CHANGE_MS` apart."""
CHANGE_MS = 1_000
_FIRST_WORD = re.compile(r"\w+\s+")


class Program:
    """The steps of one task, taken one after the other."""

    def __init__(self, task: Task) -> None:
        self.task = task
        task.follow = self.follow
        self._shape = shape_of(task.brief)
        self._references = References(task)
        self._kept = Kept()
        self._answers: list[Finish] = []
        self._sentences: list[str] = []
        """The sentence of each answer."""
        self._readings: list[str] = []
        """The sentences that values were read for, those of steps within others too."""
        self._is_by_schema = False
        """The schema alone asks for the values of the last step."""

    def work(self) -> Work[None]:
        """Take all steps, then finish."""
        brief = self.task.brief
        if brief.role:
            role = f"The policy's role for me, which I can repeat but not reason about: {brief.role}"
            yield from self.task.note(role)
        meant = intended(brief.instruction, self._shape, has_page=bool(brief.starting_url))
        queue = list(meant.steps)
        while queue:
            intent = queue.pop(0)
            self._is_by_schema = meant.values_by_schema and not queue
            if self._is_by_schema and self._answers:
                continue  # a person was asked meanwhile, and said which values are meant
            answered = len(self._answers)
            queue[:0] = yield from self._followed_by_both(intent)
            if queue and len(self._answers) > answered:
                yield PartialResult(lambda: self._finish(self._answers))
        if self.task.seen is None and self.task.last is not None and not self._answers:
            yield from self.task.observed()  # a visit that nothing is read from: the answer says where it ended
        self.task.statuses.check_expected()
        yield from self.task.check_unsent(as_note=bool(self._answers) and brief.output_type != "text")
        finish = self._finish(self._answers)
        dropped = self._sentences[:-1] if brief.output_type != "text" else []
        earlier = [unused(brief.instruction, said, said, ONE_LIST) for said in dropped]
        unused_parts = (*self.task.not_used, *earlier, *finish.unused)
        yield replace(finish, unused=unused_parts, readings=tuple(self._readings))

    def _followed_by_both(self, intent: Intent) -> Work[list[Intent]]:
        """Take one step, or leave it to the person who took over at a question about it."""
        self.task.sentence = intent.sentence
        try:
            return (yield from self.follow(intent))
        except SettledByHandError:
            self.task.page_changed_by_hand()
            self.task.done.append(f'"{intent.sentence}" was left to the person who took over')
            self.task.not_used.append(unused(self.task.brief.instruction, intent.sentence, intent.sentence, BY_HAND))
            yield from self.task.note(f'"{intent.sentence}": a person took over; I continue after it, from this page.')
            return []

    def _collected_by_both(self, wanted: Extract) -> Work[Finish]:
        """Extract; anew from the page as it is where a person took over at a question about it."""
        self.task.sentence = wanted.sentence
        for _ in range(MAX_ANSWERS):
            try:
                return (yield from self._collected(wanted))
            except SettledByHandError:
                self.task.page_changed_by_hand()
                yield from self.task.note(f'"{wanted.sentence}": a person took over; I read the page as it is now.')
        raise AgentError(
            TaskFailureCode.AGENT_ERROR,
            f'"{wanted.sentence}": a person took over {MAX_ANSWERS} times, and the same question remains.',
        )

    def _collected(self, wanted: Extract) -> Work[Finish]:
        """Extract; where only the schema asks for it, say so, and say what was done if the page has nothing of it."""
        implied = self._is_by_schema
        yield from let_in(self.task, wanted.sentence)
        if implied:
            yield from self.task.note(VALUES_BY_SCHEMA)
        try:
            return (yield from Collector(self.task, wanted, self._shape).collect())
        except AgentError as error:
            if not implied or not self.task.done:
                raise
            done = f"{error.message} Done before: {'; '.join(self.task.done)}."
            raise AgentError(error.code, done, error.details) from error

    def _read(self, wanted: Extract) -> Work[Finish]:
        """Read a value that a later step needs; as text, whatever the task's answer is."""
        return (yield from Collector(self.task, wanted, None).collect())

    def _finish(self, answers: Sequence[Finish]) -> Finish:
        task = self.task
        if not answers:
            where = f" at {task.seen.title or task.seen.url} ({task.seen.url})" if task.seen else ""
            said = f"Done: {'; '.join(task.done)}." if task.done else "Nothing was done: every step was skipped."
            said += f" The page says: {'; '.join(task.remarks)}." if task.remarks else ""
            said = " ".join([said, *task.dialog_remarks])
            text = f"{said}{' Ended' + where + '.' if where else ''} {task.not_sent}".rstrip()
            return Finish(text, None if task.brief.output_type == "text" else [{"answer": text}])
        if task.brief.output_type != "text" or (len(answers) == 1 and not task.not_sent and not task.dialog_remarks):
            return answers[-1]
        merged = merged_answers(answers)
        return replace(
            merged,
            data=answers[-1].data,
            text="\n\n".join([merged.text, *filter(None, [task.not_sent, *task.dialog_remarks])]),
        )

    def follow(self, intent: Intent) -> Work[list[Intent]]:
        """Take one step. Returns steps to take instead or next (from a person's answer), mostly none."""
        if isinstance(intent, Either):
            intent = yield from likeliest(self.task, intent)
        if isinstance(intent, If | Repeat | ForEach):
            yield from self._flow(intent)
            return []
        if isinstance(intent, AnswerDialog):  # answered with the click that opened it
            return [] if self.task.had_dialog else list(intent.otherwise)
        if needs_names(intent):
            intent = with_shown_name(intent, (yield from self.task.observed()))
        if isinstance(intent, Extract):
            self._answers.append((yield from self._collected_by_both(intent)))
            self._sentences.append(intent.sentence)
            self._readings.append(intent.sentence)
            self._kept.keep(self._answers[-1].text)
            rows = self._answers[-1].data
            is_whole = isinstance(rows, list) and all(each.is_whole for each in self._answers[-1].lists)
            self._kept.rows = len(rows) if is_whole else None
            return []
        sentence = intent.sentence
        intent = yield from self._references.resolved(intent)
        instead = yield from self._step(intent)
        if instead is not None:
            return instead
        if isinstance(intent, LogIn):  # a login has its own ways to fail
            self.task.sent = self.task.refusal = None
            self.task.unchecked.clear()
        yield from self.task.accepted()
        if not isinstance(intent, Tell | LogIn):  # which say themselves what came of them
            self.task.done.append(self.task.told(sentence))
        is_login_of_text = isinstance(intent, LogIn) and self.task.brief.names_user
        for part, why in left_out(intent).items() if not is_login_of_text else ():
            self.task.not_used.append(unused(self.task.brief.instruction, sentence, part, why))
        return []

    def _step(self, intent: Intent) -> Work[list[Intent] | None]:
        """Take a step that is no question for data. Returns a person's answer to take instead, mostly None."""
        task, sentence = self.task, intent.sentence
        task.sentence, task.dialog_wish = sentence, intent.dialog if isinstance(intent, ClickOn) else ""
        match intent:
            case Unclear(understood=understood, problem=problem):
                return (yield from task.ask_again(sentence, understood, problem))
            case Skip(what=what):
                return (yield from task.ask_again(sentence, f'leave out "{what}"'))
            case Open(url=url):
                yield from task.must(task.act(Navigate(url), sentence))
            case Back():
                yield from task.must(task.act(GoBack(), sentence))
            case PressKey(times=times):
                for _ in range(times):
                    yield from press_key(task, intent)
            case Wait(text=text, duration_ms=duration_ms):
                yield from task.must(task.act(WaitFor(text) if text else WaitFor(timeout_ms=duration_ms), sentence))
            case ScrollPage(target=target, screens=screens) if target != Target() and screens:
                box = yield from task.thing(sentence, target)
                frame = task.seen.frames[box.frame - 1].url if task.seen is not None and box.frame else ""
                goal: ScrollGoal = "end" if screens > 0 else "start"
                yield from task.must(task.act(ScrollBox(box.path, goal, frame=frame), sentence))
            case ScrollPage(target=target) if target != Target():
                element = yield from task.thing(sentence, target)
                yield from task.must(task.act(HoverOn(element.ref, element.name), sentence))
            case ScrollPage(screens=screens):
                yield from task.must(task.act(Scroll(delta_y=screens * VIEW_HEIGHT_PX), sentence))
            case ClickOn():
                yield from click(task, intent)
            case Fill():
                yield from fill(task, intent, self._kept, self._read)
            case SetChecked():
                yield from set_checked(task, intent)
            case Choose():
                yield from choose(task, intent)
            case SearchFor():
                yield from self._search(intent)
            case SortBy():
                yield from sort(task, intent)
            case LogIn():
                seen_of_it = yield from Login(task, sentence).run()
                task.done.append(f"{sentence} ({seen_of_it})" if seen_of_it else sentence)
            case AddToCart() | Attach() | CheckOut() | Transfer() | Download() | FillForm():
                yield from run_errand(task, intent)
            case TellStates(otherwise=otherwise):
                answer = yield from told_states(task, intent)
                if answer is None:
                    return list(otherwise)
                self._answer(answer, sentence)
            case MostCommon():
                yield from self._most_common(intent)
            case RunText():
                yield from run_text(task, intent)
            case AddEntry() | ChangeEntry() | FilterEntries() | RemoveEntries() | RenameEntry() | SaveEntry():
                done = yield from take_entry_step(task, intent)
                if done is None and isinstance(intent, FilterEntries):
                    return list(intent.otherwise)
            case Hover(target=target):
                element = yield from task.thing(sentence, target)
                yield from task.must(task.act(HoverOn(element.ref, element.name), sentence))
            case Focus(target=target):
                element = yield from task.thing(sentence, target)
                yield from task.must(task.act(Click(element.ref, element.name), sentence))
            case SelectText():
                yield from select_text(task, intent)
            case DragTo():
                yield from drag(task, intent)
            case SetOpen():
                yield from open_or_close(task, intent)
            case FollowPath(levels=levels):
                yield from follow_path(task, levels, sentence)
            case Copy(value=value):
                text = yield from text_of(task, value, sentence, self._kept, self._read)
                self._kept.keep(text, is_copy=True)
            case Find():
                yield from self._find(intent)
            case Tell():
                yield from self._tell(intent)
            case Solve():
                yield from self._solve(intent)
            case NamedAction(text=value):
                text = yield from text_of(task, value, sentence, self._kept, self._read)
                return (yield from named_action(task, intent, text))
            case Request():
                return (yield from fill_request(task, intent, partial(enter, task)))
            case CopyValues():
                yield from self._copy_values(intent)
            case Style():
                yield from set_style(task, intent)
            case Either() | AnswerDialog() | Extract() | If() | Repeat() | ForEach():
                raise AssertionError("steps that others are made of")
        return None

    def _find(self, intent: Find) -> Work[None]:
        """Find a thing for the steps after it; a text is kept as well, as it may be entered somewhere."""
        target = intent.target
        if target.role in ("text", "number", "paragraph") and not target.words:
            value = ValueOf(target.said or intent.sentence, target)
            self._kept.keep((yield from text_of(self.task, value, intent.sentence, self._kept, self._read)))
            return
        yield from self._references.find(intent)

    def _tell(self, intent: Tell) -> Work[None]:
        if isinstance(intent.what, Premise):
            is_so = yield from holds(self.task, intent.what, intent.sentence)
            text = "Yes." if is_so else "No."
        else:
            text = yield from text_of(self.task, intent.what, intent.sentence, self._kept, self._read)
        self._answer(text, intent.sentence)

    def _most_common(self, intent: MostCommon) -> Work[None]:
        """Count the values of a column of the whole list.

        Raises
        ------
        AgentError
            `AGENT_ERROR`: the list could not be read to its end, or has no such column.
        """
        wanted = Extract(intent.sentence, subject="rows", wishes=(intent.column,))
        read = yield from self._read(wanted)
        is_whole = all(each.is_whole for each in read.lists)
        rows = read.data if isinstance(read.data, list) and is_whole else []
        values = Counter(str(row[name]).strip() for row in rows for name in list(row)[:1] if row[name] is not None)
        if not values:
            raise AgentError(
                TaskFailureCode.AGENT_ERROR,
                f'"{intent.sentence}": the list could not be read to its end; nothing was counted.',
            )
        most = (min if intent.least else max)(values.values())
        named = ", ".join(value for value, count in values.items() if count == most)
        self._kept.rows = most
        self._answer(f"{named} ({most} of {values.total()})", intent.sentence)

    def _answer(self, text: str, sentence: str) -> None:
        data = None if self.task.brief.output_type == "text" else [{"answer": text}]
        self._answers.append(Finish(text, data))
        self._sentences.append(sentence)
        self._readings.append(sentence)

    def _search(self, intent: SearchFor) -> Work[None]:
        """Use the page's search: its form with a field for each part of the sentence, or else its search box."""
        request = request_in(intent.sentence)
        if request is not None:
            entries, left = assigned((yield from self.task.look()), request)
            if entries and not left and len(entries) > 1:
                yield from fill_request(self.task, request, partial(enter, self.task))
                return
        yield from self.task.search(intent.query, intent.sentence)

    def _copy_values(self, intent: CopyValues) -> Work[None]:
        """Enter into each empty field the value that the page shows for its label.

        Raises
        ------
        AgentError
            `ELEMENT_NOT_FOUND`: the page has no such field.
        """
        seen = yield from self.task.look()
        page = PageModel(seen)
        fields = [field for field in empty_fields(seen, in_forms=False) if _label(field, page)]
        if not fields:
            what = f'"{intent.sentence}": the page has no empty field with a label.'
            raise AgentError(TaskFailureCode.ELEMENT_NOT_FOUND, what)
        for field in fields:
            label = re.sub(r"\W+$", "", _label(field, page))
            value = ValueOf(f"the value of {label}", Target(role="text", near=label))
            text = yield from text_of(self.task, value, intent.sentence, self._kept, self._read)
            now = yield from again(self.task, field)
            yield from enter(self.task, now or field, text, intent.sentence)

    def _solve(self, intent: Solve) -> Work[None]:
        """Work out the problem that the page states.

        Raises
        ------
        AgentError
            `AGENT_ERROR`: it states none that is understood, or several.
        """
        solution = solution_of(_FIRST_WORD.sub("", intent.sentence))  # "calculate 3 + 4"
        if solution is None:
            solution = solution_on((yield from self.task.look()))
        if solution is None:
            raise AgentError(
                TaskFailureCode.AGENT_ERROR,
                f'"{intent.sentence}": the page states no sum or equation that I can work out, or several.',
            )
        self._kept.keep(solution)
        yield from self.task.note(f'"{intent.sentence}": {solution}.')

    # --- steps made of others -----------------------------------------------------------------------------------------

    def _flow(self, intent: If | Repeat | ForEach) -> Work[None]:
        match intent:
            case If(premise=premise, then=then, otherwise=otherwise):
                premise = self._references.in_premise(premise, intent.sentence)
                is_so = yield from holds(self.task, premise, intent.sentence)
                yield from self.task.note(f'"{premise.words}": {"yes" if is_so else "no"}.')
                yield from self._all(then if is_so else otherwise)
            case Repeat(times=int(times), until=None):
                for _ in range(times):
                    yield from self._all(intent.steps)
            case Repeat(until=Premise() as premise):
                yield from self._until(intent, premise)
            case ForEach():
                yield from self._for_each(intent)

    def _all(self, steps: Sequence[Intent]) -> Work[None]:
        queue = list(steps)
        while queue:
            queue[:0] = yield from self.follow(queue.pop(0))

    def _until(self, intent: Repeat, premise: Premise) -> Work[None]:
        """Take steps, or only wait, until a premise holds.

        Raises
        ------
        AgentError
            `AGENT_ERROR`: it did not hold after the most turns.
        """
        turns = MOST_TURNS if intent.steps else MOST_LOOKS
        named = targets_of(intent.steps[0]) if intent.steps else ()
        if premise.target.reference and named:
            self._references.point_to(named[0])
        premise = self._references.in_premise(premise, intent.sentence)
        for _ in range(turns):
            self.task.seen = None
            if (yield from holds(self.task, premise, intent.sentence)):
                return
            if intent.steps:
                yield from self._all(intent.steps)
            else:
                yield from self.task.must(self.task.act(WaitForChange(CHANGE_MS), intent.sentence))
        what = f"{turns} times the steps" if intent.steps else "waiting"
        raise AgentError(
            TaskFailureCode.AGENT_ERROR, f'"{intent.sentence}": "{premise.words}" was not so after {what}.'
        )

    def _for_each(self, intent: ForEach) -> Work[None]:
        """Take steps for each of several things; the page that lists them is opened again where a step left it.

        Raises
        ------
        AgentError
            `ELEMENT_NOT_FOUND`: the page has none of them.
        """
        found = yield from names_of_each(self.task, intent.target)
        if not found:
            raise AgentError(
                TaskFailureCode.ELEMENT_NOT_FOUND,
                f'"{intent.sentence}": the page has no {intent.target} to go through.',
            )
        start = (yield from self.task.look()).url
        before = len(self._answers)
        for name in found[:MOST_TURNS]:
            if (yield from self.task.look()).url != start:
                yield from self.task.must(self.task.act(Navigate(start), intent.sentence))
            self._references.point_to_each(name)
            yield from self._all(intent.steps)
        if len(found) > MOST_TURNS:
            yield from self.task.note(f'"{intent.sentence}": done for the first {MOST_TURNS} of {len(found)}.')
        if len(self._answers) > before + 1:
            self._answers[before:] = [merged_answers(self._answers[before:])]
            self._sentences[before:] = [intent.sentence]


def _label(field: Element, page: PageModel) -> str:
    return field.label or field.name or field.placeholder or page.caption_of(field)


def merged_answers(answers: Sequence[Finish]) -> Finish:
    """Return several answers as one: their texts below each other, their records in one list."""
    rows = [row for answer in answers for row in (answer.data if isinstance(answer.data, list) else [answer.data])]
    return Finish(
        "\n\n".join(answer.text for answer in answers),
        rows if all(answer.data is not None for answer in answers) else answers[-1].data,
        tuple(p for answer in answers for p in answer.provenance),
        tuple(part for answer in answers for part in answer.unused),
        tuple(column for answer in answers for column in answer.columns),
        tuple(each for answer in answers for each in answer.lists),
    )
