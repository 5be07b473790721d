"""Rewrites the errors of the client for people who type magics: options in place of arguments, verbs in place of calls.

The client speaks of Python, because programs use it too: "end it with `session.terminate()`". After a magic that is
"end it with `%webrun terminate`".
"""

from __future__ import annotations

from collections.abc import Mapping

from webrun_nb.client.errors import BudgetError, ShortTracebackMixin, default_hint
from webrun_nb.common.labels import label_actions, rename_fields
from webrun_nb.common.text import one_line

OPTIONS: Mapping[str, str] = {
    "prompt": "the task's text",
    "taskDetails": "the task's text",
    "startingPoint": "--url",
    "startingUrl": "--url",
    "maxDuration": "--timeout",
    "maxInputTokens": "--max-tokens",
    "maxOutputTokens": "max_output_tokens",
    "avoidDomains": "avoid_domains",
    "emulator.agent": "--agent",
    "emulator.model": "--model",
    "emulator.modelUrl": "--model-url",
    "emulator.maxSteps": "--max-steps",
    "emulator.vision": "--vision",
    "emulator.userAgent": "--user-agent",
    "emulator.replay": "--replay",
    "emulator.heal": "--heal",
    "terminateOnCompletion": "--end",
    "outputType": "the answer's type",
    "outputSchema": "--schema",
    "environmentId": "--env",
    "profileId": "--env",
    "policyId": "--policy",
    "sessionId": "the session's id",
    "taskId": "the task's id",
    "fileId": "the file's id",
    "newState": "the command",
    "actionType": "the command's kind",
}
"""The options of the magics, by the fields of requests that they become."""

_BY_CODE: Mapping[str, str] = {
    "TASK_NOT_FOUND": "`%webrun history` lists tasks with their ids",
}
"""The hints for error codes that say more here than the client's (`client.errors.default_hint`)."""

_TYPED: Mapping[str, str] = {
    "`webrun.start()`": "`%webrun start`",
    "`session.terminate()`": "`%webrun terminate`",
    "`session.stop()`": "`%webrun stop`",
    "`session.status()`": "`%webrun status`",
    "`policies.create(name, template=…)`": '`%webrun policy create NAME --template "Research Only"`',
    "`environments.create(name)`": "`%webrun env create NAME`",
    "`client.limit(…)`": "`%config WebrunMagics.max_cost = …`",
    "use a client of the emulator": "log out with `%webrun logout`",
    "ask a client of that server": "`%webrun login` and `%webrun logout` change the server",
    "timeout_ms= (at most 300000)": "--timeout (at most 5m)",
    "max_cost_usd=": "--max-cost",
    "max_input_tokens= and max_output_tokens=": "--max-tokens",
    "max_input_tokens=": "--max-tokens",
    "max_steps=": "--max-steps",
    "model='": "--model '",
    "agent='": "--agent '",
    "model_url=": "--model-url",
    "model=": "--model",
    "agent=": "--agent",
    "secrets={host: name}": "--secret HOST=NAME",
    'source="keyring"': "--from keyring",
    'source="prompt"': "--from prompt",
    "heal=True": "--heal",
    "replay=": "--replay",
    "new=True": "--new",
    "raw=True": "--raw",
    "cache= and refresh=": "--cache and --refresh",
    "(refresh=True) in a session with pictures=True": "(--refresh) in a session started with --pictures",
    "expect=": "--expect ",
    "resume=": "--resume ",
    "keep=": "--keep ",
    "concurrency=": "--concurrency ",
}
"""The form to type, by the Python form in the client's hints."""


def name_options(error: ShortTracebackMixin) -> None:
    """Name options instead of arguments in the message of an error, where the service wrote it."""
    if error.server_message:
        error.message = one_line(rename_fields(label_actions(error.server_message), OPTIONS))


def rewrite_for_magics(error: ShortTracebackMixin) -> None:
    """Rewrite an error's message and hint in place, in the words of the magics; a second time changes nothing."""
    name_options(error)
    if isinstance(error, BudgetError) and error.refused and error.scope == "session":
        error.hint = _larger_budget(error)
    elif error.hint and error.hint == default_hint(error.code):
        error.hint = _BY_CODE.get(error.code, error.hint)
    for python, typed in _TYPED.items():
        error.hint = error.hint.replace(python, typed)


def _larger_budget(error: BudgetError) -> str:
    more = f"--max-cost {error.doubled_limit}"
    return (
        f"`%webrun start {error.name} {more}` begins a larger budget, `%%webrun task {more}` allows one task,"
        " `%webrun start --new` has no budget"
    )
