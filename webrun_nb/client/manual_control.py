"""What a person does in a session's browser (contract, section 3, interaction)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable
from typing import Any

from webrun_nb.client._sync import blocking_and_async
from webrun_nb.client.errors import refusal
from webrun_nb.client.screencast import LiveView, ViewListener
from webrun_nb.client.transport import HOSTED_URL, ApiTransport
from webrun_nb.common.codes import ErrorCode

PAGE_WIDTH_PX, PAGE_HEIGHT_PX = 1024, 600
BROWSER_BAR_PX = 155
"""On the wire, y counts a browser bar above the page."""


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
    def has_view(self) -> bool:
        """Whether its browser can be watched live through this client (`webrun_nb`'s emulator alone)."""
        return self.http.base_url != HOSTED_URL

    def view(self, listener: ViewListener, fps: float = 8.0) -> LiveView:
        """Watch the browser live; only on the loop thread.

        Parameters
        ----------
        listener : ViewListener
            Told of pictures and of what is done.
        fps : float
            Pictures a second at most.
        """
        view = LiveView(self.http, self.session_id, listener, fps)
        view.open()
        return view

    @abstractmethod
    async def sent(self, message: Awaitable[None]) -> None:
        """Send a message and read what has become of the session."""

    async def _interact(self, kind: str, **fields: Any) -> None:
        await self.sent(self.http.interact(self.session_id, {"type": kind, **fields}))

    async def _take_over(self) -> None:
        """Take the browser over: the running task holds until `release`."""
        await self._interact("takeOverControl")

    async def _release(self) -> None:
        """Give the browser back; the task goes on."""
        await self._interact("releaseControl")

    async def _click(self, x: float, y: float) -> None:
        """Click at a place of the page.

        Parameters
        ----------
        x, y : float
            px of the page, from its top left: 0…1024, 0…600.
        """
        await self._interact("CLICK", **_on_wire(x, y))

    async def _double_click(self, x: float, y: float) -> None:
        """Click twice at a place of the page.

        Parameters
        ----------
        x, y : float
            px of the page, from its top left: 0…1024, 0…600.
        """
        await self._interact("DOUBLE_CLICK", **_on_wire(x, y))

    async def _type(self, text: str, human_like: bool = False) -> None:
        """Type into what has the focus.

        Parameters
        ----------
        text : str
            What to type.
        human_like : bool
            With a person's pauses.
        """
        await self._interact("TYPE", text=text, humanLike=human_like)

    async def _press(self, key: str) -> None:
        """Press a key.

        Parameters
        ----------
        key : str
            Its name: `Enter`, `Tab`, `ArrowDown`, `a`.
        """
        await self._interact("KEY_PRESS", key=key)

    async def _scroll(self, x: float, y: float, dx: float = 0, dy: float = 0) -> None:
        """Turn the mouse wheel at a place of the page.

        Parameters
        ----------
        x, y : float
            px of the page, from its top left: 0…1024, 0…600.
        dx, dy : float
            How far, in px; a positive `dy` goes down the page.
        """
        await self._interact("SCROLL", **_on_wire(x, y), deltaX=dx, deltaY=dy)

    take_over, atake_over = blocking_and_async(_take_over)
    release, arelease = blocking_and_async(_release)
    click, aclick = blocking_and_async(_click)
    double_click, adouble_click = blocking_and_async(_double_click)
    type, atype = blocking_and_async(_type)
    press, apress = blocking_and_async(_press)
    scroll, ascroll = blocking_and_async(_scroll)


def _on_wire(x: float, y: float) -> dict[str, float]:
    """Return a point of the page in the contract's coordinates.

    Raises
    ------
    RequestError
        `INVALID_PARAMETER`: it is outside the page.
    """
    for name, value, most in (("x", x, PAGE_WIDTH_PX), ("y", y, PAGE_HEIGHT_PX)):
        if not 0 <= value <= most:
            details = {"parameter": name, "value": value, "min": 0, "max": most}
            raise refusal(
                400, ErrorCode.INVALID_PARAMETER, f"{name} has to be 0…{most}, not {value:g}", details=details
            )
    return {"x": x, "y": y + BROWSER_BAR_PX}
