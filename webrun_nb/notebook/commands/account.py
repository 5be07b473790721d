"""`%webrun login` and `logout`: which service the notebook uses."""

from __future__ import annotations

from webrun_nb.client.client import Client
from webrun_nb.client.errors import AuthenticationError
from webrun_nb.client.secrets import check_service, find_key
from webrun_nb.client.session import Session
from webrun_nb.client.transport import HOSTED_URL
from webrun_nb.common.codes import ErrorCode
from webrun_nb.notebook.api import toolkit
from webrun_nb.notebook.commands.definitions import Login, Logout
from webrun_nb.notebook.display.result_frames import NotebookFrames
from webrun_nb.notebook.text import labels as words
from webrun_nb.notebook.workspace import Workspace

_WRONG_KEY = "look where it came from: %webrun login --from env, keyring or prompt says which place to use"


def login(workspace: Workspace, command: Login) -> None:
    """Use a hosted service from now on, once it has taken the key.

    Raises
    ------
    AuthenticationError
        There is no key, or the service does not take it; nothing has changed.
    RequestError, ConnectionLostError
        The URL can't be used, or the server can't be reached.
    """
    base_url = check_service(command.base_url or HOSTED_URL)
    key = find_key(base_url, command.source)
    client = Client(base_url, key=key.reveal(), frames=NotebookFrames())
    try:
        account = client.account()
    except BaseException as error:
        client.close()
        if isinstance(error, AuthenticationError) and error.code == ErrorCode.INVALID_API_KEY:
            raise AuthenticationError(f"{base_url} does not know this key", code=error.code, hint=_WRONG_KEY) from None
        raise
    left = workspace.live_sessions
    toolkit.use(client)
    workspace.current = None
    said = [f"logged in to {base_url}"]
    if account.balance is not None:
        said.append(f"balance ${account.balance:.2f}")
    print(" · ".join([*said, "sessions cost money from now on; %webrun logout goes back to the emulator"]))
    _say_left_open(left)


def logout(workspace: Workspace, command: Logout) -> None:
    """Go back to the emulator, and say what stays open and costs on."""
    if not toolkit.elsewhere or toolkit.current is None:
        print("not logged in: this is the emulator")
        return
    base_url, left = toolkit.current.base_url, workspace.live_sessions
    toolkit.use(None)
    workspace.current = None
    print(f"logged out of {base_url}: tasks go to the emulator again, where nobody pays")
    _say_left_open(left)


def _say_left_open(left: list[Session]) -> None:
    for session in left:
        snapshot = session.snapshot
        if snapshot.emulated:
            keeping = f"emulated; you pay $0.00, {words.rate(snapshot.prices.compute_usd_per_minute)} there"
        else:
            keeping = f"{words.cost(snapshot)} so far, {words.rate(snapshot.prices.compute_usd_per_minute)}"
        print(f"  {session.name} stays open there ({keeping}); %webrun terminate --all ends it")
