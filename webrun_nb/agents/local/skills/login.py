"""Logging in: having a page's form filled in with secrets that the agent never sees, and seeing what came of it.

A form may ask for everything at once or in steps, and for a code at the end. What the session has for the page's host
is known by name only (`Observation.secrets`), whether the request brought it or the task's text; where it has nothing,
a person is asked. A login is done where its form is gone and no words of the page say that it was refused.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Protocol, TypeVar
from urllib.parse import urlsplit

from webrun_nb.agents.base import AgentError, Answered, Ask, AskKind, Reply, SettledByHand, Step, TaskSpec
from webrun_nb.agents.local.effects.loading import is_loading
from webrun_nb.agents.local.effects.logins import fields_of, login_refusal
from webrun_nb.agents.local.skills.login_form import (
    LoginForm,
    blocks_the_way,
    button_of,
    host_seen,
    is_email,
    is_login_page,
    login_form,
    page_of,
    part_to_log_in_on,
    secret_for,
    way_out,
    ways_to_login,
)
from webrun_nb.browsers.actions import Action, Click, Navigate, TypeSecret, WaitForChange
from webrun_nb.browsers.observation import Element, Observation
from webrun_nb.common.codes import TaskFailureCode
from webrun_nb.common.hosts import host_of

T = TypeVar("T")
Work = Generator[Step, Reply | None, T]

MAX_FORMS = 6
"""Forms in a row that a login may have."""
MAX_ANSWERS = 3
_CHANGE_MS = 1_000
"""The longest wait for one change of the page."""
_MAX_WAITS = 12
_MAX_SILENT = 3
"""Waits in a row without any change, after which a form that is still there was not taken."""


class Doer(Protocol):
    """The operations of a task that a login uses."""

    def look(self, *, again: bool = False) -> Work[Observation]:
        """Look at the page."""

    def attempt(self, action: Action, because: str) -> Work[str | None]:
        """Do something; return why it was not done, where it was not."""

    def note(self, text: str) -> Work[None]:
        """Say something."""

    @property
    def brief(self) -> TaskSpec:
        """The task's specification."""

    @property
    def meant(self) -> str | None:
        """The page that was asked for last; None where it was left since."""

    @property
    def dialog_remarks(self) -> list[str]:
        """The remarks on native dialogs so far."""

    @property
    def let_in_at(self) -> set[str]:
        """Hosts that were logged in on because their login stood in the way."""


class Login:
    """One login.

    Parameters
    ----------
    doer : Doer
        Looks and acts.
    sentence : str
        What it serves.
    """

    def __init__(self, doer: Doer, sentence: str) -> None:
        self._doer = doer
        self._sentence = sentence
        self._given: list[tuple[str, str]] = []
        """Which secret went to which page's host already: once each, or a form could be asking for ever."""
        self._last: tuple[str, ...] = ()
        """The secrets that the last form was given."""
        self._asked = 0
        self._is_answer_unread = False
        """The last question was answered: where its field is missing still, the answer could not be read."""

    def run(self) -> Work[str]:
        """Log in.

        Returns
        -------
        str
            What was seen of it, for people: `x.org was given the username and the password; its form is gone now`.

        Raises
        ------
        AgentError
            `ELEMENT_NOT_FOUND`: there is no form. `BLOCKED_BY_POLICY`: the form may not have the secrets.
            `AGENT_ERROR`: the site does not accept them, or nobody gave any.
        """
        seen = yield from self._doer.look()
        if part_to_log_in_on(seen) is None:
            out = way_out(seen)
            if out is not None:
                return f'somebody is logged in there already, as the page has "{out.name}": nothing was typed'
            seen = yield from self._find_form(seen)
        for _ in range(MAX_FORMS):
            part = part_to_log_in_on(seen)
            form = None if part is None else login_form(part)
            if part is None or form is None:
                return self._seen_of_it(seen)
            if part is not seen:
                self._check_frame(part, seen)
            sent = yield from self._fill(part, form)
            if not sent:  # a person answered, or has done it
                seen = yield from self._doer.look(again=True)
                continue
            before, seen = seen, (yield from self._settled(seen, form))
            self._check_accepted(before, seen)
        raise AgentError(
            TaskFailureCode.AGENT_ERROR,
            f'"{self._sentence}": the login at {host_seen(seen)} did not end after {MAX_FORMS} forms.',
        )

    def _settled(self, before: Observation, form: LoginForm) -> Work[Observation]:
        """Look at what came of a form, as soon as the page shows something of it; pages may answer late."""
        seen = yield from self._doer.look(again=True)
        silent = 0
        for _ in range(_MAX_WAITS):
            part = part_to_log_in_on(seen)
            now = None if part is None else login_form(part)
            is_same = now is not None and not seen.fresh and fields_of(now) == fields_of(form)
            is_waiting = is_loading(seen) or (now is not None and not _is_enabled(now, seen))
            if not is_waiting and (not is_same or login_refusal(before, seen, self._expected)):
                break
            yield from self._doer.attempt(WaitForChange(timeout_ms=_CHANGE_MS), self._sentence)
            seen = yield from self._doer.look(again=True)
            silent = silent + 1 if seen.untouched else 0
            if silent >= _MAX_SILENT:
                break
        return seen

    def _seen_of_it(self, seen: Observation) -> str:
        if not self._last:
            return ""
        out = way_out(seen)
        shown = f'the page has "{out.name}"' if out is not None else "its form is gone"
        return f"{self._given[-1][0]} was given the {self._sent()}; {shown} now"

    def _check_accepted(self, before: Observation, seen: Observation) -> None:
        """Check that nothing on the page says that it refused what was sent.

        Raises
        ------
        AgentError
            It did; the message quotes the page.
        """
        said = login_refusal(before, seen, self._expected)
        if said is not None:
            quoted = f"It {said}." if said.startswith("answered ") else f'The page says: "{said}"'
            raise AgentError(
                TaskFailureCode.AGENT_ERROR,
                f'"{self._sentence}": {_host_of_both(before, seen)} does not accept the {self._sent()}. {quoted}',
                {"sentence": self._sentence, "message": said},
            )

    def _sent(self) -> str:
        """Name what was sent last, for people."""
        return " and the ".join(name.replace("_", " ") for name in self._last)

    @property
    def _expected(self) -> frozenset[int]:
        return self._doer.brief.expect_status

    def _find_form(self, seen: Observation) -> Work[Observation]:
        """Follow the page's own way to its login."""
        way = next(ways_to_login(seen), None)
        if way is not None:
            yield from self._must(Click(way.ref, way.name))
            seen = yield from self._doer.look(again=True)
        for _ in range(_MAX_WAITS if seen.frames or way is not None else 0):  # forms and frames that come late
            if part_to_log_in_on(seen) is not None:
                break
            yield from self._doer.attempt(WaitForChange(timeout_ms=_CHANGE_MS), self._sentence)
            seen = yield from self._doer.look(again=True)
            if seen.untouched and not is_loading(seen):
                break
        if part_to_log_in_on(seen) is None:
            raise AgentError(
                TaskFailureCode.ELEMENT_NOT_FOUND,
                f'"{self._sentence}": there is no form to log in with on {seen.title or seen.url}.',
            )
        return seen

    def _check_frame(self, part: Observation, seen: Observation) -> None:
        """Check that a frame's login is one to fill in; nobody is asked for secrets in the name of another's frame.

        Raises
        ------
        AgentError
            `BLOCKED_BY_POLICY`.
        """
        if part.secrets or host_seen(part) == host_seen(seen):
            return
        raise AgentError(
            TaskFailureCode.BLOCKED_BY_POLICY,
            f'"{self._sentence}": the form to log in with is in a frame of {host_seen(part)} in {host_seen(seen)}, and '
            f"a frame is given secrets only where the session has some for both hosts; open {host_seen(part)} itself.",
        )

    def _fill(self, seen: Observation, form: LoginForm) -> Work[bool]:
        """Fill the form in and send it; True where that was done, False where a person was asked first."""
        chosen: list[tuple[Element, str]] = []
        missing: list[Element] = []
        for field in form.fields:
            name = secret_for(field, form, seen.secrets)
            if name is not None:
                chosen.append((field, name))
            elif field is not form.code or form.password is None:  # a code beside a password is for some users alone
                missing.append(field)
        known_here = form.identity is not None and missing == [form.identity] and form.identity.value
        if missing and not known_here:
            yield from self._ask(seen, form, missing)
            return False
        host = host_seen(seen)
        given = [name for _, name in chosen if (host, name) in self._given]
        if given and (len(given) == len(chosen) or any(field is not form.identity for field, _ in chosen)):
            told = self._doer.dialog_remarks[-1:]
            raise AgentError(
                TaskFailureCode.AGENT_ERROR,
                f'"{self._sentence}": {host} shows its form again after it was sent with the {self._sent()}, and '
                f"the page does not say why. {' '.join(told)}".rstrip(),
            )
        self._last = tuple(name for _, name in chosen)
        for field, name in chosen:
            yield from self._must(TypeSecret(field.ref, name, field.name or name))
            self._given.append((host, name))
        last = form.fields[-1]
        button = button_of(seen, last)
        if button is not None:
            yield from self._must(Click(button.ref, button.name))
        else:
            field, name = chosen[-1]
            yield from self._must(TypeSecret(field.ref, name, field.name or name, submit=True))
        return True

    def _ask(self, seen: Observation, form: LoginForm, missing: Sequence[Element]) -> Work[None]:
        """Ask a person for what is missing; the answer goes where the next look finds its name."""
        if self._asked >= MAX_ANSWERS:
            raise AgentError(
                TaskFailureCode.AGENT_ERROR, f'"{self._sentence}": nobody entered what {host_seen(seen)} asks for.'
            )
        kind: AskKind = "two_factor" if missing == [form.code] else "credentials"
        names = tuple(self._wanted(field, form) for field in missing)
        brief = self._doer.brief
        wanted = " and the ".join(name.replace("_", " ") for name in names)
        unclear = "I could not read that answer. " if self._is_answer_unread else ""
        elsewhere = brief.secrets and not seen.secrets
        known = f" (The session has secrets for {', '.join(brief.secrets)} alone.)" if elsewhere else ""
        order = ", in this order, with a blank between them" if len(names) > 1 else ""
        self._asked += 1
        question = f"{unclear}{_site(seen)} asks to log in: what is the {wanted} for it{order}?{known}"
        reply = yield Ask(kind, question, (), names, missing[0].ref)
        self._is_answer_unread = isinstance(reply, Answered)
        if not isinstance(reply, Answered | SettledByHand):  # the next look at the page shows what has become of it
            raise AgentError(
                TaskFailureCode.AGENT_ERROR, f'"{self._sentence}": nobody entered what {host_seen(seen)} asks for.'
            )

    @staticmethod
    def _wanted(field: Element, form: LoginForm) -> str:
        if field is form.password:
            return "password"
        if field is form.code:
            return "otp_code"
        return "email" if is_email(field) else "username"

    def _must(self, action: Action) -> Work[None]:
        why = yield from self._doer.attempt(action, self._sentence)
        if why is not None:
            raise AgentError(TaskFailureCode.ELEMENT_NOT_FOUND, f'"{self._sentence}": {why}')


def let_in(doer: Doer, sentence: str) -> Work[bool]:
    """Log in where a login stands in the way and the session has secrets for its host; then go on to the page meant.

    Returns
    -------
    bool
        Whether that was so.
    """
    if not doer.brief.secrets:
        return False
    seen = yield from doer.look(again=True)
    host, meant = host_seen(seen), doer.meant
    part = blocks_the_way(seen)
    if part is None or not part.secrets or host in doer.let_in_at:
        return False
    if meant is not None and page_of(meant) == page_of(seen.url) and is_login_page(meant):
        return False  # it is in nobody's way: it is what was asked for
    doer.let_in_at.add(host)
    yield from Login(doer, sentence).run()
    after = yield from doer.look()
    if meant is not None and page_of(meant) not in (page_of(seen.url), page_of(after.url)) and host == host_of(meant):
        yield from doer.attempt(Navigate(meant), sentence)
        yield from doer.look(again=True)
    return True


def _site(seen: Observation) -> str:
    """Return the host of a page, with its port where that tells services of one machine apart."""
    host = host_seen(seen)
    return host if host.endswith(".localhost") else urlsplit(seen.url).netloc.rpartition("@")[2] or host


def _is_enabled(form: LoginForm, seen: Observation) -> bool:
    """Tell whether a form can be used: many pages switch it, or its button, off until an answer has come."""
    off = (e for e in seen.elements if e.role == "button" and e.submits and not e.enabled)
    return form.is_enabled and not any(e.group == form.fields[-1].group or e.in_form for e in off)


def _host_of_both(before: Observation, seen: Observation) -> str:
    return host_seen(seen) if host_seen(seen) == host_seen(before) else f"{host_seen(before)} (now {host_seen(seen)})"
