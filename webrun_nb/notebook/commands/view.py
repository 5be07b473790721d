"""Command `view`: a session's browser, live."""

from __future__ import annotations

from dataclasses import dataclass

from IPython.display import IFrame, display

from webrun_nb.client.sessions.session import Session
from webrun_nb.notebook.commands.options import session_name
from webrun_nb.notebook.syntax import values
from webrun_nb.notebook.syntax.errors import CommandError
from webrun_nb.notebook.syntax.spec import Command, Option
from webrun_nb.notebook.workspace import Workspace

DEFAULT_FPS = 8
"""Pictures per second that a live view shows at most, unless `--fps` says otherwise."""

_HEIGHT_PX = 660


@dataclass(frozen=True, slots=True)
class View:
    """Arguments of `view`."""

    name: str | None = None
    fps: int = DEFAULT_FPS


def view(workspace: Workspace, arguments: View) -> None:
    """Show a session's browser live.

    Raises
    ------
    CommandError
        The session has ended, or its server gives no live view.
    """
    session = workspace.session(arguments.name)
    if not session.ended:
        session.status()
    if session.ended:
        raise CommandError(f"session {session.name} has ended: there is no browser to see", "%webrun start opens one")
    show_view(workspace, session, arguments.fps)


def show_view(workspace: Workspace, session: Session, fps: float) -> None:
    """Show a session's browser live: in a widget, or in the page that the hosted service gives for it.

    Raises
    ------
    CommandError
        The server gives no live view.
    """
    if session.has_view:
        workspace.show_view(session, fps)
        return
    url = session.web_view_url
    if url is None:
        raise CommandError("the hosted service gives no live view of this session", "%webrun status shows its card")
    print("the hosted service's live view; this output holds an address that can drive the session until it ends")
    display(IFrame(url, "100%", _HEIGHT_PX, extras=['allow="autoplay"']))  # type: ignore[no-untyped-call]


VIEW = Command(
    "view",
    "show the live browser; click into it to take over",
    View,
    view,
    (session_name(), Option("--fps", "fps", f"pictures per second at most ({DEFAULT_FPS})", "8", values.fps)),
    examples=("%webrun view shop --fps 4",),
    details="""\
The same view is in the session's card, under "Live view". No pictures are sent while it is folded, out of view, or
nothing changes.

Take over with its button, or with a click into the picture (that click only takes over). Then clicks, double-clicks,
the wheel, keys and paste go to the page; a running task waits, and every viewer sees that a person has control.
Release gives control back, and the task continues.

Keyboard: Tab goes to the page while you have control. Esc leaves the picture, onto Release; Shift+Esc sends Esc to the
page. What the browser around it keeps for itself (Ctrl+T, Ctrl+W, F5, …) is not sent.

In Python: session.take_over(), .click(x, y), .type(text), .press(key), .scroll(x, y, dy=…), .release().

Pictures are in no output and no saved notebook. Fields that a secret was typed into show dots; if the page itself shows
a secret, it can be seen.

In another window, or for another person: print(session.web_view_url). Whoever has this address can watch and drive the
session until it ends, without the API key.

On ipykernel 6.29 a running cell delays the picture and your input until it is done.""",
)

COMMANDS = (VIEW,)
