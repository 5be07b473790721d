"""Manual control of a session's browser (contract, section 3, interaction)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable
from typing import Any

from webrun_nb.client._sync import blocking, on_loop_thread, runtime
from webrun_nb.client.errors import refusal
from webrun_nb.client.sessions.screencast import LiveView, ViewListener
from webrun_nb.client.transport import ApiTransport
from webrun_nb.common.codes import ErrorCode
from webrun_nb.wire.limits import BROWSER_BAR_PX, VIEW_HEIGHT_PX, VIEW_WIDTH_PX


class ManualControl(ABC):
    """The part of a session that acts for a person. Coordinates are px of the page, from its top left corner.

    All but taking over need a session that is idle, paused, asking, or taken over: `RequestError INVALID_STATE`
    otherwise.
    """

    session_id: str

    @property
    @abstractmethod
    def http(self) -> ApiTransport:
        """The server's calls."""

    @property
    @abstractmethod
    def has_view(self) -> bool:
        """True where the browser can be watched live through this client: on the emulator alone."""

    def view(self, listener: ViewListener, fps: float = 8.0) -> LiveView:
        """Watch the browser live; only on the loop thread.

        Parameters
        ----------
        listener : ViewListener
            Receives pictures and messages.
        fps : float
            Pictures a second at most.
        """
        view = LiveView(self.http, self.session_id, listener, fps)
        view.open()
        return view

    @abstractmethod
    async def send(self, message: Awaitable[None], command: str) -> None:
        """Send a message, which does what `command` names, and read what has become of the session."""

    async def _interact(self, kind: str, **fields: Any) -> None:
        await self.send(self.http.interact(self.session_id, {"type": kind, **fields}), kind)

    @on_loop_thread
    async def atake_over(self) -> None:
        """Take the browser over: the running task holds until `release`."""
        await self._interact("takeOverControl")

    @blocking(atake_over)
    def take_over(self) -> None:
        return runtime.run(self.atake_over())

    @on_loop_thread
    async def arelease(self) -> None:
        """Return control to the agent; the task continues."""
        await self._interact("releaseControl")

    @blocking(arelease)
    def release(self) -> None:
        return runtime.run(self.arelease())

    @on_loop_thread
    async def aclick(self, x: float, y: float) -> None:
        """Click at a place of the page.

        Parameters
        ----------
        x, y : float
            px of the page, from its top left: 0…1024, 0…600.
        """
        await self._interact("CLICK", **_on_wire(x, y))

    @blocking(aclick)
    def click(self, x: float, y: float) -> None:
        return runtime.run(self.aclick(x, y))

    @on_loop_thread
    async def adouble_click(self, x: float, y: float) -> None:
        """Click twice at a place of the page.

        Parameters
        ----------
        x, y : float
            px of the page, from its top left: 0…1024, 0…600.
        """
        await self._interact("DOUBLE_CLICK", **_on_wire(x, y))

    @blocking(adouble_click)
    def double_click(self, x: float, y: float) -> None:
        return runtime.run(self.adouble_click(x, y))

    @on_loop_thread
    async def atype(self, text: str, human_like: bool = False) -> None:
        """Type into what has the focus.

        Parameters
        ----------
        text : str
            The text.
        human_like : bool
            With a person's pauses.
        """
        await self._interact("TYPE", text=text, humanLike=human_like)

    @blocking(atype)
    def type(self, text: str, human_like: bool = False) -> None:
        return runtime.run(self.atype(text, human_like))

    @on_loop_thread
    async def apress(self, key: str) -> None:
        """Press a key.

        Parameters
        ----------
        key : str
            Its name: `Enter`, `Tab`, `ArrowDown`, `a`.
        """
        await self._interact("KEY_PRESS", key=key)

    @blocking(apress)
    def press(self, key: str) -> None:
        return runtime.run(self.apress(key))

    @on_loop_thread
    async def ascroll(self, x: float, y: float, dx: float = 0, dy: float = 0) -> None:
        """Turn the mouse wheel at a place of the page.

        Parameters
        ----------
        x, y : float
            px of the page, from its top left: 0…1024, 0…600.
        dx, dy : float
            The distance in px; a positive `dy` scrolls down.
        """
        await self._interact("SCROLL", **_on_wire(x, y), deltaX=dx, deltaY=dy)

    @blocking(ascroll)
    def scroll(self, x: float, y: float, dx: float = 0, dy: float = 0) -> None:
        return runtime.run(self.ascroll(x, y, dx, dy))


def _on_wire(x: float, y: float) -> dict[str, float]:
    """Return a point of the page in the contract's coordinates.

    Raises
    ------
    RequestError
        `INVALID_PARAMETER`: it is outside the page.
    """
    for name, value, most in (("x", x, VIEW_WIDTH_PX), ("y", y, VIEW_HEIGHT_PX)):
        if not 0 <= value <= most:
            details = {"parameter": name, "value": value, "min": 0, "max": most}
            raise refusal(
                400, ErrorCode.INVALID_PARAMETER, f"{name} has to be 0…{most}, not {value:g}", details=details
            )
    return {"x": x, "y": y + BROWSER_BAR_PX}
