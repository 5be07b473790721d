"""`%webrun view`, in a notebook."""

from __future__ import annotations

from IPython.display import IFrame, display

from webrun_nb.client._sync import runtime
from webrun_nb.client.session import Session
from webrun_nb.notebook.commands.definitions import View
from webrun_nb.notebook.syntax.errors import CommandError
from webrun_nb.notebook.workspace import Workspace

_HEIGHT_PX = 660


def view(workspace: Workspace, command: View) -> None:
    """Show a session's browser live.

    Raises
    ------
    CommandError
        It has ended, or its server shows it nowhere.
    """
    session = workspace.session(command.name)
    if not session.ended:
        session.status()
    if session.ended:
        raise CommandError(f"session {session.name} has ended: there is no browser to see", "%webrun start opens one")
    show_view(workspace, session, command.fps)


def show_view(workspace: Workspace, session: Session, fps: float) -> None:
    """Show a session's browser live, wherever its server shows it.

    Raises
    ------
    CommandError
        It shows it nowhere.
    """
    if session.has_view:
        workspace.show_view(session, fps)
        return
    streaming = runtime.run(session.http.session_status(session.session_id)).streaming
    url = None if streaming is None else streaming.web_view_url
    if url is None:
        raise CommandError("the hosted service gives no live view of this session", "%webrun status shows its card")
    print(f"the hosted service shows it at {url}")
    display(IFrame(url, "100%", _HEIGHT_PX))  # type: ignore[no-untyped-call]
