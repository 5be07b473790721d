"""One task of the local agent: its talk with the worker, and what it knows of the page meanwhile."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import replace
from typing import TypeVar

from webrun_nb.agents.base import (
    AgentError,
    Failed,
    Log,
    Observe,
    Observed,
    Perform,
    Performed,
    Refused,
    Reply,
    SettledByHand,
    SettledByHandError,
    SnapshotTaken,
    Step,
    TakeSnapshot,
    TaskSpec,
    TokenUse,
    Unused,
)  # fmt: skip
from webrun_nb.agents.local.approval import approved, risk_level
from webrun_nb.agents.local.asking import Asking
from webrun_nb.agents.local.effects.changes import changes, same_element
from webrun_nb.agents.local.effects.checks import NO_CHANGE, Acted, Verdict, check
from webrun_nb.agents.local.effects.dialogs import answered as answered_dialogs
from webrun_nb.agents.local.effects.dialogs import first_answer
from webrun_nb.agents.local.effects.loading import is_loading
from webrun_nb.agents.local.effects.overlays import overlay_over
from webrun_nb.agents.local.effects.refusals import refusal, remarks, sends
from webrun_nb.agents.local.effects.statuses import Statuses
from webrun_nb.agents.local.effects.unsent import Unsent, unsent_after
from webrun_nb.agents.local.language.intents import (
    Intent,
    Target,
)  # fmt: skip
from webrun_nb.agents.local.lists.view import View, best_first, joined_views, views_of
from webrun_nb.agents.local.matching.match import Matches, find
from webrun_nb.agents.local.matching.page import PageModel
from webrun_nb.agents.local.matching.roles import ANY, CLICKABLES, FIELD_ROLES, THINGS, Accepts, taking
from webrun_nb.agents.local.messages import (
    NO_PAGE,
    blocked,
    called,
    not_found,
    rendered,
)
from webrun_nb.agents.local.other_ways import other_ways
from webrun_nb.agents.local.skills.login import let_in
from webrun_nb.agents.local.skills.login_form import part_to_log_in_on, turned_away
from webrun_nb.agents.tokens import estimate_tokens
from webrun_nb.browsers.actions import (
    Action,
    Click,
    ElementTarget,
    Navigate,
    Scroll,
    ScrollBox,
    Select,
    Type,
    WaitFor,
    WaitForChange,
)
from webrun_nb.browsers.observation import Element, Observation
from webrun_nb.common.codes import TaskFailureCode
from webrun_nb.common.text import shortened
from webrun_nb.extraction.snapshot import Snapshot

T = TypeVar("T")
Work = Generator[Step, Reply | None, T]
"""A part of a run: yields steps, is sent replies, returns a result."""

_WAITS_AND_SCROLLS = WaitFor | WaitForChange | Scroll | ScrollBox
_LATE_S = 3.0
"""Time after an action within which what is not there yet is waited for, as long as nothing else happens."""
_STILL_S = 0.8
"""Time that a page which has long been still is waited for."""
_PATIENCE_S = 6.0
"""Time that a page which goes on changing, or says that it is loading, is waited for."""
_MAX_LOOKS = 30
"""Looks within that time."""
_MAX_OVERLAYS = 3
"""Layers over one page that are declined one after the other."""
_REPEATABLE_ROLES = frozenset({"link", "tab", "menuitem", "option", "treeitem", "checkbox", "radio", "switch"})
"""A click on these that had no effect at all may be repeated: it sends, buys and deletes nothing."""


class Task(Asking):
    """One run over one brief."""

    def __init__(self, brief: TaskSpec, tokens: TokenUse) -> None:
        self.brief = brief
        self.tokens = tokens
        self.sentence = ""
        """The sentence that is being followed; empty before the first one."""
        self.seen: Observation | None = None
        self._model: PageModel | None = None
        self.done: list[str] = []
        self.files = brief.files
        self.meant: str | None = brief.starting_url
        """The page that was asked for last; None where it was left since."""
        self.let_in_at: set[str] = set()
        self.acted = False
        self.statuses = Statuses(brief.expect_status)
        self.last: Action | None = None
        self.sent: tuple[str, Element, Observation] | None = None
        """The form that was sent and whose effect is not checked yet: sentence, element and the page before."""
        self._judged: tuple[str, Element, Observation] | None = None
        """The form whose effect was checked last: its answer may be late, and is looked for again then."""
        self.refusal: AgentError | None = None
        self.remarks: tuple[str, ...] = ()
        self.dialog_remarks: list[str] = []
        self.dialog_wish = ""
        """The answer that the present sentence wishes to a native dialog; empty once there was one."""
        self.unchecked: list[Acted] = []
        """The actions whose effect is not checked yet; the next look does it."""
        self._verdicts: list[tuple[Acted, Verdict]] = []
        self._step_remarks: list[str] = []
        self._error_stands = False
        """The last look showed an error page that nothing may be done on."""
        self._acted_at_s = time.monotonic()
        self._left_covered: set[str] = set()
        """Pages with a layer over them that is left where it is."""
        self._never_loads: set[str] = set()
        """Pages that went on saying that they load until the patience was over."""
        self._unsent: Unsent | None = None
        self.not_sent = ""
        """The sentence of the answer about a form that was not sent; empty where there is none."""
        self.not_used: list[Unused] = []
        """Parts of sentences that only act."""
        self.follow: Callable[[Intent], Work[list[Intent]]]
        """Takes a step that a person's answer leads to; set by the `Program` that has this task."""

    def page_changed_by_hand(self) -> None:
        """Forget what was seen, and what was expected of it: a person may have done anything."""
        self.seen = self.meant = self.statuses.error_page = None
        self.last = self.sent = self.refusal = self._unsent = None
        self.remarks = ()
        self.unchecked.clear()
        self._verdicts.clear()

    def check_unsent(self, *, as_note: bool) -> Work[None]:
        """Take note of a form that was filled in and not sent, where the page still shows it so."""
        if self._unsent is not None:
            self.not_sent = self._unsent.remark((yield from self.observed()))
        if self.not_sent and as_note:
            yield from self.note(self.not_sent)

    # --- talking to the worker ----------------------------------------------------------------------------------------

    def look(self, *, again: bool = False) -> Work[Observation]:
        """Look at the page to act on it, where the last look is stale.

        Raises
        ------
        AgentError
            `NAVIGATION_FAILED`: it is an error page; not where it asks to log in, or answers what was sent to it.
        """
        seen = self.seen
        if seen is None or again:
            seen = yield from self.observed()
        if self._error_stands:
            self.statuses.refuse("done on it")
        return (yield from self._clear_view(seen))

    def _clear_view(self, seen: Observation) -> Work[Observation]:
        """Have a consent banner or an offer that covers the page declined, and look again; it is said.

        Where it can only be accepted, a person is asked.
        """
        for _ in range(_MAX_OVERLAYS):
            overlay = None if seen.url in self._left_covered else overlay_over(seen, self.sentence)
            if overlay is None:
                return seen
            by = overlay.declines
            if by is None and overlay.accepts is not None:
                name = overlay.accepts.name
                question = f'In "{self.sentence}": a {overlay.kind} covers the page, and it can only be accepted.'
                leave = "leave it as it is"
                if (yield from self.choice(question, (leave, f'press "{shortened(name, 60)}"'))):
                    by = overlay.accepts
            reply = None if by is None else (yield Perform(Click(by.ref, by.name), self.sentence))
            if by is None or not isinstance(reply, Performed):
                self._left_covered.add(seen.url)
                return seen
            said = overlay.told(by)
            self._step_remarks.append(said)
            yield from self.note(f"{said[:1].upper()}{said[1:]}.")
            seen = yield from self.observed()
        self._left_covered.add(seen.url)
        return seen

    def observed(self) -> Work[Observation]:
        """Look at the page, whatever it answered, and check by it the effect of what was done before.

        A page that says that it is loading is waited for.
        """
        seen = yield from self._loaded_look()
        answers_what_was_sent = self.sent is not None
        self._arrived(seen.url, seen.status)
        self.seen = seen
        if self.sent is not None:
            (sentence, by, before), self._judged, self.sent = self.sent, self.sent, None
            self.refusal = refusal(sentence, by, before, seen, self.brief.expect_status)
            self.remarks = remarks(before, seen)
        self._verdicts += [(acted, check(acted, seen)) for acted in self.unchecked]
        self.unchecked.clear()
        self._error_stands = not answers_what_was_sent and self.refusal is None and part_to_log_in_on(seen) is None
        return seen

    def _loaded_look(self) -> Work[Observation]:
        """Look at the page as it is once it does not say any more that it is loading."""
        seen = yield from self._look_once()
        end_s = time.monotonic() + _PATIENCE_S
        for _ in range(_MAX_LOOKS):
            if not is_loading(seen) or seen.url in self._never_loads:
                return seen
            if time.monotonic() > end_s:
                break
            yield from self._wait(1.0)
            seen = yield from self._look_once()
        self._never_loads.add(seen.url)
        yield from self.note(
            f"{seen.title or seen.url} goes on showing that it is loading; I continue with it as it is."
        )
        return seen

    def _look_once(self) -> Work[Observation]:
        reply = yield Observe()
        if not isinstance(reply, Observed):
            raise AgentError(TaskFailureCode.AGENT_ERROR, f"The worker answered a look with {type(reply).__name__}.")
        self.tokens.prompt += estimate_tokens(self.brief.instruction + rendered(reply.observation))
        return reply.observation

    def _wait(self, most_s: float) -> Work[None]:
        """Wait until the page changes, and settles again."""
        yield Perform(WaitForChange(timeout_ms=max(50, int(most_s * 1000))))

    def until(self, holds: Callable[[Observation], bool]) -> Work[Observation]:
        """Look at the page until something holds, at most as long as it goes on changing; return the last look.

        Content comes late: a page that was acted on lately is given some seconds to begin with it.
        """
        seen = yield from self.look()
        end_s = time.monotonic() + _PATIENCE_S
        for _ in range(_MAX_LOOKS):
            now_s = time.monotonic()
            if holds(seen) or now_s > end_s:
                break
            before = seen
            yield from self._wait(max(_STILL_S, _LATE_S - (now_s - self._acted_at_s)))
            seen = yield from self.look(again=True)
            if changes(before, seen).is_nothing:
                break
        return seen

    def snapshot(self, *, takes_errors: bool = False) -> Work[Snapshot]:
        """Take a snapshot of the page, to read values from.

        Parameters
        ----------
        takes_errors : bool
            True if the caller looks at `statuses.error_page` and reads nothing from one.

        Raises
        ------
        AgentError
            `NAVIGATION_FAILED`: it is an error page; `AGENT_ERROR`: it is a login in the place of what was asked for.
        """
        reply = yield TakeSnapshot()
        if not isinstance(reply, SnapshotTaken):
            raise AgentError(TaskFailureCode.AGENT_ERROR, f"The worker answered a read with {type(reply).__name__}.")
        page = reply.snapshot
        self._arrived(page.url, page.status)
        host = turned_away(self.meant, page.url)
        if host is not None and host not in self.let_in_at:  # its words would be taken for the answer
            raise AgentError(
                TaskFailureCode.AGENT_ERROR,
                f"{host} asks to log in before it shows {self.meant}, and the session has no secret for {host}: name "
                f"one (--secret {host}=NAME), or take over and log in.",
            )
        if not takes_errors:
            self.statuses.refuse("read from it")
        self._count_read(page)
        return replace(page, status=None) if page.status in self.brief.expect_status else page

    def _arrived(self, url: str, status: int | None) -> None:
        """Take notice of where a look shows the browser to be.

        Raises
        ------
        AgentError
            `NAVIGATION_FAILED`: nowhere yet, so that there is nothing to look for.
        """
        if url == "about:blank" and not self.acted:
            raise AgentError(TaskFailureCode.NAVIGATION_FAILED, NO_PAGE)
        self.statuses.see(url, status)

    def note(self, text: str) -> Work[None]:
        """Say something."""
        yield Log(text)

    def act(self, action: Action, because: str, *, keeps_page: bool = False) -> Work[Failed | None]:
        """Do something; `keeps_page` where what was seen stays true. A policy's refusal ends the task."""
        outcome = yield from self.propose(action, because, keeps_page=keeps_page)
        if isinstance(outcome, Refused):
            raise blocked(because, outcome)
        return outcome

    def propose(self, action: Action, because: str, *, keeps_page: bool = False) -> Work[Failed | Refused | None]:
        """Perform an action like `act`, but return a refusal: the caller knows another way."""
        dared = yield from approved(self, action, because)
        if dared is None:  # a person has done it instead
            self.seen = self._unsent = None
            self.unchecked.clear()
            return None
        self.acted = True
        by, before = sends(dared, self.seen, self.last), self.seen
        wish = self.dialog_wish
        reply = yield Perform(dared, because, first_answer(wish))
        had_dialog = isinstance(reply, Performed) and bool(reply.dialogs)
        if isinstance(reply, Performed) and reply.dialogs:
            self.dialog_wish = ""
            reply = yield from answered_dialogs(self, dared, because, reply, self.dialog_remarks, wish)
        if isinstance(reply, SettledByHand):
            raise SettledByHandError(because)
        if isinstance(reply, Refused | Failed):
            return reply
        self._unsent = unsent_after(dared, before, self._unsent)
        if not isinstance(action, WaitFor | WaitForChange | ScrollBox):
            self.unchecked.append(Acted(dared, because, self._element_of(dared), before, had_dialog))
            self._acted_at_s = time.monotonic()
        if not isinstance(action, _WAITS_AND_SCROLLS):
            self.last, self.refusal, self.remarks = dared, None, ()
            self.sent = (because, by, before) if by is not None and before is not None else None
            self._judged = None
        if not keeps_page:
            self.seen = self.statuses.error_page = None
            if not isinstance(action, _WAITS_AND_SCROLLS):
                self.meant = action.url if isinstance(action, Navigate) else None
        return None

    def _element_of(self, action: Action) -> Element | None:
        aimed_at = action.aimed_at
        if self.seen is None or not isinstance(aimed_at, ElementTarget):
            return None
        return next((thing for thing in self.seen.all_things if thing.ref == aimed_at.ref), None)

    def accepted(self) -> Work[None]:
        """Make sure that the page took what was done to it: the effect of each action is seen, or not to be seen.

        An action without its effect is tried another way once where that is safe.

        Raises
        ------
        AgentError
            It did not; the message says what the page shows, or quotes it.
        """
        if self.unchecked or self.sent is not None:
            yield from self.observed()
        if self.refusal is not None:
            raise self.refusal
        verdicts, self._verdicts = self._verdicts, []
        for acted, verdict in verdicts:
            if verdict.outcome == "unseen":
                verdict = yield from self._another_try(acted, verdict)
            if verdict.words:
                self._step_remarks.append(verdict.words)
                yield from self.note(f'"{acted.sentence}": {verdict.words}.')
        if self.dialog_wish:
            self._step_remarks.append("no dialog opened")

    def _another_try(self, acted: Acted, verdict: Verdict) -> Work[Verdict]:
        """Do once more, otherwise, what had no effect; return what came of it.

        Raises
        ------
        AgentError
            A control does not have the value or state that it was given.
        """
        if verdict.words == NO_CHANGE:  # it may only be late
            yield from self._wait(1.0)
            self.sent = self._judged
            verdict = check(acted, (yield from self.observed()))
            if self.refusal is not None:
                raise self.refusal
            if verdict.outcome != "unseen":
                return verdict
        again = self._once_more(acted)
        if again is not None:
            outcome = yield from self.propose(again, acted.sentence)
            if outcome is None:
                after = yield from self.observed()
                self._verdicts.clear()
                if self.refusal is not None:
                    raise self.refusal
                verdict = check(replace(acted, action=again), after)
        if (
            verdict.outcome == "unseen"
            and isinstance(acted.action, Type | Select | Click)
            and verdict.words != NO_CHANGE
        ):
            message = f'"{acted.sentence}" had no effect: {verdict.words}.'
            raise AgentError(TaskFailureCode.AGENT_ERROR, message, {"sentence": acted.sentence})
        return verdict

    def _once_more(self, acted: Acted) -> Action | None:
        """Return another way to do what had no effect; None where there is none, or where it might be done twice."""
        action, seen = acted.action, self.seen
        element = same_element(acted.element, seen) if acted.element is not None and seen is not None else None
        if element is None or not element.enabled:
            return None
        match action:
            case Type(submit=False, by_keys=False, adds=False):
                return replace(action, ref=element.ref, by_keys=True)
            case Click(manner="click") if element.role in _REPEATABLE_ROLES and risk_level(element, "") is None:
                return replace(action, ref=element.ref)
            case Select():
                return replace(action, ref=element.ref)
            case _:
                return None

    def settled(self) -> None:
        """Forget the checks of the actions so far: a skill has tried several ways, and seen the effect itself."""
        self.unchecked.clear()
        self._verdicts.clear()

    def remark(self, said: str) -> None:
        """Have the answer say something beside the present step."""
        self._step_remarks.append(said)

    def wait_for_change(self, most_s: float = 1.0) -> Work[None]:
        """Wait until the page changes, and settles again."""
        yield from self._wait(most_s)
        self.seen = None

    def told(self, sentence: str) -> str:
        """Return a step that was taken as the answer says it, with what is to be said of its effect."""
        said, self._step_remarks = list(dict.fromkeys(self._step_remarks)), []
        return f"{sentence} ({'; '.join(said)})" if said else sentence

    def attempt(self, action: Action, because: str) -> Work[str | None]:
        """Do something that leaves what was seen true; return why it was not done, where it was not."""
        failed = yield from self.act(action, because, keeps_page=True)
        return failed.message if failed else None

    def shown(self) -> Work[Observation | None]:
        """Return what the open page shows, whatever it answered; None where no page is open."""
        if self.seen is not None:
            return self.seen
        reply = yield Observe()
        if not isinstance(reply, Observed) or reply.observation.url == "about:blank":
            return None
        self.tokens.prompt += estimate_tokens(self.brief.instruction + rendered(reply.observation))
        return reply.observation

    def lists(self) -> Work[Sequence[View]]:
        """Return the lists of the open page, whatever it answered, the best one first."""
        reply = yield TakeSnapshot()
        if not isinstance(reply, SnapshotTaken):
            return ()
        page = reply.snapshot
        self._count_read(page)
        return best_first(joined_views(page, views_of(page)))

    def _count_read(self, page: Snapshot) -> None:
        """Count the page as a model would get it."""
        self.tokens.prompt += estimate_tokens(f"{self.brief.instruction}{page.title}{page.root.text}")

    # --- elements and actions on them ---------------------------------------------------------------------------------

    def must(self, work: Work[Failed | None]) -> Work[None]:
        """Do something that the task is of no use without."""
        failed = yield from work
        if failed:
            raise AgentError(failed.code, failed.message)

    def on(
        self,
        intent: Intent,
        target: Target,
        roles: frozenset[str] | None,
        make: Callable[[Element], Action],
        keeps_page: bool,
    ) -> Work[None]:
        """Find an element and act on it; once more with a fresh look where it has gone meanwhile."""
        element = yield from self.element(intent.sentence, target, roles)
        outcome = yield from self.propose(make(element), intent.sentence, keeps_page=keeps_page)
        if isinstance(outcome, Failed):
            yield from self.look(again=True)
            element = yield from self.element(intent.sentence, target, roles)
            outcome = yield from self.propose(make(element), intent.sentence, keeps_page=keeps_page)
        if isinstance(outcome, Refused):
            yield from self.another_way(intent.sentence, element, make, outcome)
        elif outcome:
            raise AgentError(outcome.code, outcome.message)

    def another_way(
        self, sentence: str, element: Element, make: Callable[[Element], Action], why: Refused
    ) -> Work[None]:
        """Get done otherwise what a policy refused; where it refuses that too, the task ends."""
        for way in other_ways(element, (yield from self.look()), make):
            yield from self.note(f'"{sentence}" is not allowed this way; trying another.')
            outcome = yield from self.propose(way, sentence)
            if outcome is None:
                return
            why = outcome if isinstance(outcome, Refused) else why
        raise blocked(sentence, why)

    def element(self, sentence: str, target: Target, roles: frozenset[str] | None = None) -> Work[Element]:
        """Find the one element that is meant; look again, wait, ask; else `ELEMENT_NOT_FOUND`.

        Parameters
        ----------
        roles : frozenset of str, optional
            The only roles that can be meant; else what can be clicked, also a text where no control is called so.
        """
        found = yield from self._found(sentence, target, taking(roles))
        return found.elements[0] if len(found.best) == 1 else (yield from self.which(sentence, target, found.elements))

    def thing(self, sentence: str, target: Target) -> Work[Element]:
        """Find the one element, text or group that is meant, to point at; else `ELEMENT_NOT_FOUND`."""
        found = yield from self._found(sentence, target, THINGS)
        return found.elements[0] if len(found.best) == 1 else (yield from self.which(sentence, target, found.elements))

    def all_of(self, sentence: str, target: Target, accepts: Accepts = CLICKABLES) -> Work[tuple[Element, ...]]:
        """Find all that is meant: one thing, or several where the sentence asks for several; ask where it is unclear.

        Raises
        ------
        AgentError
            `ELEMENT_NOT_FOUND`: one of them is not there.
        """
        found: list[Element] = []
        for one in (replace(target, others=()), *target.others):
            matches = yield from self._found(sentence, one, accepts)
            if matches.is_ambiguous:
                found.append((yield from self.which(sentence, one, matches.elements)))
            else:
                found += matches.elements
        return tuple({element.ref: element for element in found}.values())

    def matching(self, target: Target, *, texts: bool = False) -> Work[tuple[Element, ...]]:
        """Return what a target may mean on the page as it was seen last; none where the page does not have it.

        Parameters
        ----------
        texts : bool
            True if it is read: any text and what is disabled may be meant too.
        """
        yield from self.look()
        return find(target, self._page(), accepts=ANY if texts else CLICKABLES).elements

    def until_matching(self, target: Target) -> Work[tuple[Element, ...]]:
        """Return what a target may mean; wait for it as long as the page changes."""
        found = yield from self.matching(target)
        if not found:
            yield from self.until(lambda seen: bool(find(target, PageModel(seen), accepts=CLICKABLES).best))
            found = yield from self.matching(target)
        return found

    def _found(self, sentence: str, target: Target, accepts: Accepts) -> Work[Matches]:
        """Find what is meant; look again, wait for it as long as the page changes; else `ELEMENT_NOT_FOUND`."""
        fresh = self.seen is None
        yield from self.look()
        found = find(target, self._page(), accepts=accepts)
        if not found.best and not fresh:
            yield from self.look(again=True)
            found = find(target, self._page(), accepts=accepts)
        if not found.best:
            yield from self.until(lambda seen: bool(find(target, PageModel(seen), accepts=accepts).best))
            found = find(target, self._page(), accepts=accepts)
        if not found.best and (yield from let_in(self, sentence)):
            yield from self.look()
            found = find(target, self._page(), accepts=accepts)
        if not found.best:
            raise not_found(sentence, target, found, self.seen)
        return found

    def _page(self) -> PageModel:
        """Return the model of the page as it was seen last."""
        assert self.seen is not None
        if self._model is None or self._model.seen is not self.seen:
            self._model = PageModel(self.seen)
        return self._model

    def search(self, query: str, sentence: str) -> Work[None]:
        """Use the page's search box."""
        seen = yield from self.look()
        fields = [e for e in seen.elements if e.enabled and e.role in FIELD_ROLES and e.tag != "select"]
        boxes = [
            e
            for e in fields
            if e.role == "searchbox"
            or re.search(r"search|\bq\b|query|find", f"{e.name} {e.placeholder} {e.hint}", re.I)
        ]
        boxes = boxes or (fields if len(fields) == 1 else [])
        if not boxes:
            raise not_found(sentence, Target("search", "field"), Matches(), seen)
        box = (
            boxes[0]
            if len(boxes) == 1 or boxes[0].role == "searchbox"
            else (yield from self.which(sentence, Target("search", "field"), tuple(boxes)))
        )
        yield from self.must(self.act(Type(box.ref, query, called(box), submit=True), sentence))
