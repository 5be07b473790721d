"""Commands for the account: login and logout, which choose the service that the notebook uses."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from webrun_nb.client.client import Client
from webrun_nb.client.errors import AuthenticationError, RequestError
from webrun_nb.client.monitoring.costs import usd_per_minute
from webrun_nb.client.secrets import SOURCES, Source, check_service, find_key
from webrun_nb.client.sessions.session import Session
from webrun_nb.client.transport import HOSTED_URL
from webrun_nb.common.codes import ErrorCode
from webrun_nb.notebook.api import toolkit
from webrun_nb.notebook.display.result_frames import NotebookFrames
from webrun_nb.notebook.syntax import values
from webrun_nb.notebook.syntax.errors import CommandError
from webrun_nb.notebook.syntax.spec import Command, Option
from webrun_nb.notebook.text import labels
from webrun_nb.notebook.workspace import Workspace

_WRONG_KEY = "check the place it came from; %webrun login --from env, keyring or prompt chooses one"


@dataclass(frozen=True, slots=True)
class Login:
    """Arguments of `login`. The key comes from `source`; None: the first place that has one."""

    source: Source | None = None
    base_url: str | None = None


def login(workspace: Workspace, arguments: Login) -> None:
    """Use a hosted service from now on, after it has accepted the key.

    Raises
    ------
    AuthenticationError
        There is no key, or the service does not accept it; nothing has changed.
    RequestError, ConnectionLostError
        The URL can't be used, or the server can't be reached.
    """
    base_url = check_service(arguments.base_url or HOSTED_URL)
    key = find_key(base_url, arguments.source)
    client = Client(base_url, key=key.reveal(), frames=NotebookFrames())
    try:
        client.check_key()
    except BaseException as error:
        client.close()
        if isinstance(error, AuthenticationError) and error.code == ErrorCode.INVALID_API_KEY:
            raise AuthenticationError(f"{base_url} does not know this key", code=error.code, hint=_WRONG_KEY) from None
        raise
    left = workspace.live_sessions
    toolkit.use(client)
    workspace.current = None
    said = [f"logged in to {base_url}"]
    if (balance_usd := _balance_usd(client)) is not None:
        said.append(f"balance ${balance_usd:.2f}")
    print(" · ".join([*said, "sessions cost money from now on; %webrun logout returns to the emulator"]))
    _print_left_open(left)


def _balance_usd(client: Client) -> Decimal | None:
    """Return the account's balance; None where the service does not say it."""
    try:
        return client.account().balance
    except RequestError:
        return None


_LOGIN_HELP = """\
  %webrun login                     the key from the environment, else the keyring, else a prompt
  %webrun login --from keyring      from the keyring only
  %webrun logout                    the emulator again; says which sessions stay open there and cost money

Set the key as WEBRUN_API_KEY before Jupyter starts, or once in the system's keyring; in a terminal:
  keyring set webrun-nb connect.webrun.ai
It is checked with a call that costs nothing, held in memory only, and never shown. https is required, except for a
service on this machine (--base-url http://127.0.0.1:8000).

On the hosted service sessions cost money from their start to their end. What only the emulator has (%webrun emulator,
practice: addresses) is refused there in one line.
%config WebrunMagics.max_cost = 0.50 limits what a notebook may spend."""


def _key_source(value: str, label: str) -> str:
    """Check the name of a place that keys come from."""
    if value not in SOURCES:
        raise CommandError(
            f"{label} takes {', '.join(SOURCES)}, not {value!r}", "the key itself is never written in a cell"
        )
    return value


LOGIN = Command(
    "login",
    "use the hosted service instead of the emulator",
    Login,
    login,
    (
        Option(
            "--from",
            "source",
            "where the key comes from: env, keyring or prompt",
            "PLACE",
            _key_source,
            choices=tuple(SOURCES),
        ),
        Option("--base-url", "base_url", "another service than WebRun's own", "URL", values.url),
    ),
    examples=("%webrun login --from env",),
    details=_LOGIN_HELP,
)


@dataclass(frozen=True, slots=True)
class Logout:
    """Arguments of `logout`: none."""


def logout(workspace: Workspace, arguments: Logout) -> None:
    """Use the emulator again, and say which sessions stay open and cost money."""
    if not toolkit.elsewhere or toolkit.current is None:
        print("not logged in: the notebook uses the emulator")
        return
    base_url, left = toolkit.current.base_url, workspace.live_sessions
    toolkit.use(None)
    workspace.current = None
    print(f"logged out of {base_url}: tasks run on the emulator again, which is free")
    _print_left_open(left)


def _print_left_open(left: list[Session]) -> None:
    for session in left:
        snapshot = session.snapshot
        if snapshot.emulated:
            keeping = f"emulated; you pay $0.00, {labels.rate(usd_per_minute(snapshot))} there"
        else:
            keeping = f"{labels.cost(snapshot)} so far, {labels.rate(usd_per_minute(snapshot))}"
        print(f"  {session.name} stays open there ({keeping}); %webrun terminate --all ends it")


LOGOUT = Command("logout", "use the emulator again", Logout, logout, examples=("%webrun logout",), details=_LOGIN_HELP)

COMMANDS = (LOGIN, LOGOUT)
