"""The filter for secrets at a session's browser: it inserts them into actions, and redacts all output.

The agent works with redacted output alone, so that everything it says, answers or asks, and all that is recorded, was
masked at its source (contract, section 6).
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

import pyotp

from webrun_nb.browsers.actions import Action, Navigate, Type, TypeReleased, TypeSecret
from webrun_nb.browsers.observation import FieldPlace, Observation
from webrun_nb.browsers.protocol import BrowserError
from webrun_nb.common.codes import ErrorCode, TaskFailureCode
from webrun_nb.common.credentials.marks import has_mark, marked_secret
from webrun_nb.common.language_models import key_name
from webrun_nb.emulator.domain.errors import CommandRefusedError
from webrun_nb.emulator.domain.secrets.redaction import SHOWN
from webrun_nb.emulator.domain.secrets.task_text import AgentText
from webrun_nb.emulator.domain.secrets.vault import FieldContext, SecretHostPattern, SecretWithheldError, Vault
from webrun_nb.extraction.snapshot import Snapshot
from webrun_nb.wire.requests import TaskFields

T = TypeVar("T")

SECRET_KINDS = frozenset({"credentials", "two_factor"})
"""The kinds of questions whose answers are secrets."""


class SecretFilter:
    """Inserts and redacts the secrets of one session.

    Parameters
    ----------
    vault : Vault
        The secrets.
    """

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def redact_observation(self, observation: Observation) -> Observation:
        """Return a redacted observation, with the names of the secrets that may be typed into it."""
        if self._vault.redactor.is_empty and self._vault.empty:
            return observation
        masked = self._vault.redactor.redact(observation)
        frames = tuple(
            replace(shown, secrets=self._vault.names(frame.url, frame.around))
            for shown, frame in zip(masked.frames, observation.frames, strict=True)
        )
        return replace(masked, secrets=self._vault.names(observation.url), frames=frames)

    def redact_snapshot(self, snapshot: Snapshot) -> Snapshot:
        """Return a snapshot redacted; its nodes are changed, so it must be one that nobody has read yet."""
        if self._vault.redactor.is_empty:
            return snapshot
        nodes = [*snapshot.root.walk()]
        texts: Mapping[str, Any] = {
            "text": [node.content for node in nodes],
            "attributes": [dict(node.attributes) for node in nodes],
            "page": [snapshot.url, snapshot.title],
            "embedded": tuple(snapshot.embedded),
        }
        masked = self._vault.redactor.redact(texts)
        for node, content, attributes in zip(nodes, masked["text"], masked["attributes"], strict=True):
            node.content, node.attributes = content, attributes
        url, title = masked["page"]
        frames = tuple(self.redact_snapshot(frame) for frame in snapshot.frames)
        return replace(snapshot, url=url, title=title, embedded=masked["embedded"], frames=frames)

    def shows_secret(self, page: Snapshot) -> bool:
        """Return whether a redacted snapshot has the mask of a secret anywhere."""
        if self._vault.redactor.is_empty:
            return False
        texts = ((node.content, *node.attributes.values()) for node in page.root.walk())
        shown = any(SHOWN in text for several in texts for text in several)
        return shown or SHOWN in f"{page.url} {page.title}" or any(map(self.shows_secret, page.frames))

    def redact(self, data: T) -> T:
        """Return plain data, or a dataclass, redacted."""
        return self._vault.redactor.redact(data)

    @contextlib.contextmanager
    def redact_errors(self) -> Iterator[None]:
        """Redact the errors of the browser that the block raises."""
        try:
            yield
        except BrowserError as error:
            message, url = map(self._vault.redactor.redact_text, (error.message, error.url))
            if (message, url) == (error.message, error.url):
                raise
            raise BrowserError(error.code, message, url) from None  # the cause has it in its own words

    def read_mark(self, action: Action) -> Action:
        """Return the action that types a secret by its name, where the given one would type the mark of one."""
        if isinstance(action, Type) and (name := marked_secret(action.text)) is not None:
            return TypeSecret(action.ref, name, action.target, action.submit)
        return action

    def insert_secrets(self, action: Action) -> Action:
        """Return an action with the secrets that it names, as the browser performs it.

        Raises
        ------
        BrowserError
            It contains the mask of a secret.
        """
        if isinstance(action, TypeSecret):
            return TypeReleased(action.ref, lambda place: self._reveal(action, place), action.target, action.submit)
        if not self._vault.redactor.is_empty:
            if isinstance(action, Type) and (SHOWN in action.text or has_mark(action.text)):
                why = f"{SHOWN} stands for a secret; a secret is typed by its name"
                raise BrowserError(TaskFailureCode.BLOCKED_BY_POLICY, why)
            if isinstance(action, Navigate) and (SHOWN in action.url or has_mark(action.url)):
                raise BrowserError(
                    TaskFailureCode.NAVIGATION_FAILED, f"The address holds a secret, shown as {SHOWN}: follow its link"
                )
        return action

    def _reveal(self, action: TypeSecret, place: FieldPlace) -> str:
        try:
            return self._vault.reveal_for(
                action.field, FieldContext(place.url, place.targets, place.input_type, place.around)
            )
        except SecretWithheldError as error:
            raise BrowserError(TaskFailureCode.BLOCKED_BY_POLICY, f"{error}: nothing was typed") from None


def extract_secrets(fields: TaskFields, vault: Vault, task_id: str) -> tuple[TaskFields, AgentText]:
    """Move a task's secrets to the vault, those in its text as well; return the task without them.

    Returns
    -------
    TaskFields
        With the text as it is stored and shown.
    AgentText
        The text as its agent gets it.

    Raises
    ------
    CommandRefusedError
        `INVALID_PARAMETER`: an invalid `match`, an `otp_secret` that makes no codes, or a text with too many secrets.
    """
    for number, secret in enumerate(fields.secrets):
        part = "match"
        try:
            SecretHostPattern.parse(secret.match)
            part = "fields.otp_secret"
            vault.check_codes(secret.fields)
        except ValueError as error:
            parameter = f"task.secrets[{number}].{part}"
            raise CommandRefusedError(
                ErrorCode.INVALID_PARAMETER, f"{parameter}: {error}", parameter=parameter
            ) from None
    for secret in fields.secrets:
        vault.put(secret.match, secret.fields)
    try:
        text = vault.read_text(task_id, fields.prompt)
    except ValueError as error:
        message = f"task.prompt: {error}"
        raise CommandRefusedError(ErrorCode.INVALID_PARAMETER, message, parameter="task.prompt") from None
    asked = fields.emulator
    if asked.model is not None and asked.model_key is not None:
        vault.put_model_key(key_name(asked.model, asked.model_url), asked.model_key)
    without = {"secrets": [], "prompt": text.stored, "emulator": asked.model_copy(update={"model_key": None})}
    return fields.model_copy(update=without), text.for_agent


_STRUCTURE = frozenset(
    {"type", "name", "taskId", "sessionId", "id", "code", "kind", "status", "reason", "usage", "seq"}
)
"""Keys whose values are the contract's words, never a page's, and so are not redacted."""


def redact_event(body: Mapping[str, Any], vault: Vault) -> Mapping[str, Any]:
    """Return an event redacted for listeners, so that no secret can be put together from several events."""
    if vault.redactor.is_empty:
        return body
    kind = str(body.get("type", ""))
    return {key: _masked(value, f"{kind}.{key}", vault) for key, value in body.items()}


def _masked(value: Any, path: str, vault: Vault) -> Any:
    key = path.rpartition(".")[2]
    if key in _STRUCTURE:
        return value
    if isinstance(value, str):
        return vault.redactor.redact_stream(path, value)
    if isinstance(value, Mapping):
        return {name: _masked(inner, f"{path}.{name}", vault) for name, inner in value.items()}
    return vault.redactor.redact(value)


_DIGESTS = {"SHA1": hashlib.sha1, "SHA256": hashlib.sha256, "SHA512": hashlib.sha512}


class _Authenticator(pyotp.TOTP):
    min_secret_length_bits = 0  # sites choose how long it is, and 80 bits are usual; what they gave has to do


def code_now(setup: str) -> str:
    """Return the code for this moment.

    Parameters
    ----------
    setup : str
        A base32 secret (blanks and lower case allowed), or the whole `otpauth://totp/…` address of the QR code.

    Raises
    ------
    ValueError
        It is neither; the message does not hold it.
    """
    try:
        return _authenticator(setup.strip()).now()
    except (ValueError, KeyError, IndexError):  # base32's message could hold the secret
        raise ValueError("otp_secret is neither base32 nor an otpauth://totp/ address") from None


def _authenticator(setup: str) -> pyotp.TOTP:
    if not setup.startswith("otpauth:"):
        return _Authenticator("".join(setup.split()).replace("-", "").upper())
    parts = urlsplit(setup)
    if parts.netloc != "totp":  # counters would have to be kept
        raise ValueError("no TOTP")
    given = parse_qs(parts.query)
    return _Authenticator(
        given["secret"][0],
        digits=int(given.get("digits", ["6"])[0]),
        digest=_DIGESTS[given.get("algorithm", ["SHA1"])[0].upper()],
        interval=int(given.get("period", ["30"])[0]),
    )
