"""Tests of the messages and pictures of a live view that a widget's pages get, without a browser or server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from webrun_nb.client._sync import runtime
from webrun_nb.client.transport import ApiTransport
from webrun_nb.notebook.widgets.view_feed import ViewFeed

STATE = {"type": "state", "phase": "idle", "ended": False}


class FakeView:
    """A live view that records its calls."""

    def __init__(self) -> None:
        self.said: list[Any] = []
        self.over = False

    def acknowledge(self) -> None:
        self.said.append("ack")

    def set_visible(self, visible: bool) -> None:
        self.said.append(visible)

    def act(self, action: Mapping[str, Any]) -> None:
        self.said.append(dict(action))

    def close(self) -> None:
        self.over = True


class Pages:
    """A feed, the views that it opened, and the messages that its pages were sent."""

    def __init__(self) -> None:
        self.views: list[FakeView] = []
        self.sent: list[tuple[dict[str, Any], list[bytes]]] = []
        self.feed = ViewFeed(self._send, self.open)

    def open(self, listener: Any, fps: float) -> Any:
        self.views.append(FakeView())
        return self.views[-1]

    def _send(self, content: dict[str, Any], buffers: Sequence[bytes] | None) -> None:
        self.sent.append((content, list(buffers or ())))

    def say(self, page: str = "a", **message: Any) -> None:
        self.feed._take({"type": "view", "page": page, "message": message})

    @property
    def pictures(self) -> list[bytes]:
        return [buffers[0] for _, buffers in self.sent if buffers]


@pytest.fixture
def pages() -> Pages:
    return Pages()


def test_nothing_is_opened_before_a_page_looks(pages):
    assert pages.views == []
    pages.say(type="visible", visible=True)
    assert len(pages.views) == 1


def test_a_picture_goes_on_and_its_acknowledgement_comes_back(pages):
    pages.say(type="visible", visible=True)
    pages.feed.picture(b"one")
    pages.say(type="ack")
    assert pages.pictures == [b"one"]
    assert pages.views[0].said == [True, "ack"]


def test_one_of_two_pages_may_look_away(pages):
    pages.say("a", type="visible", visible=True)
    pages.say("b", type="visible", visible=True)
    pages.say("a", type="visible", visible=False)
    assert pages.views[0].said[-1] is True
    pages.say("b", type="visible", visible=False)
    assert pages.views[0].said[-1] is False


def test_no_word_goes_to_pages_that_do_not_look(pages):
    pages.say(type="visible", visible=True)
    pages.say(type="visible", visible=False)
    pages.sent.clear()
    pages.feed.note(STATE)
    pages.feed.link("")
    assert pages.sent == []


def test_a_late_page_gets_the_state_and_the_last_picture(pages):
    pages.say("a", type="visible", visible=True)
    pages.feed.link("")
    pages.feed.note(STATE)
    pages.feed.picture(b"one")
    pages.sent.clear()
    pages.say("b", type="visible", visible=True)
    assert pages.sent == [
        ({"type": "view", "link": "", "note": STATE}, []),
        ({"type": "view", "picture": True}, [b"one"]),
    ]


def test_an_unacknowledged_picture_ends_the_sending(pages):
    pages.say(type="visible", visible=True)
    pages.feed.picture(b"one")
    sent_s = pages.feed._sent_s
    pages.feed._give_up(sent_s)
    assert pages.views[0].said[-2:] == [False, "ack"]


def test_an_acknowledged_picture_is_not_given_up(pages):
    pages.say(type="visible", visible=True)
    pages.feed.picture(b"one")
    sent_s = pages.feed._sent_s
    pages.say(type="ack")
    pages.feed._give_up(sent_s)
    assert pages.views[0].said[-1] == "ack"


def test_a_page_that_acknowledges_after_all_looks_again(pages):
    pages.say(type="visible", visible=True)
    pages.feed.picture(b"one")
    pages.feed._give_up(pages.feed._sent_s)
    pages.say(type="ack")
    assert pages.views[0].said[-2:] == [True, "ack"]


@pytest.mark.parametrize("message", [{"type": "ack"}, {"type": "input", "action": {"type": "TAKE_OVER"}}])
def test_a_page_that_was_slow_gets_the_state_that_it_missed(pages, message):
    pages.say(type="visible", visible=True)
    pages.feed.link("")
    pages.feed.picture(b"one")
    pages.feed._give_up(pages.feed._sent_s)
    pages.feed.note({**STATE, "phase": "manual"})
    pages.sent.clear()
    pages.say(**message)
    assert [content["note"]["phase"] for content, _ in pages.sent] == ["manual"]
    pages.feed.note(STATE)
    assert pages.sent[-1][0]["note"]["phase"] == "idle"


def test_a_page_that_looked_away_may_acknowledge_what_was_on_its_way(pages):
    pages.say(type="visible", visible=True)
    pages.feed.picture(b"one")
    pages.say(type="visible", visible=False)
    pages.say(type="ack")
    assert pages.views[0].said[-2:] == [False, "ack"]


def test_manual_input_goes_to_the_session(pages):
    pages.say(type="visible", visible=True)
    pages.say(type="input", action={"type": "CLICK", "x": 1, "y": 200})
    assert pages.views[0].said[-1] == {"type": "CLICK", "x": 1, "y": 200}


@pytest.mark.parametrize("content", [{}, {"message": 3}, {"message": {"type": "evil"}}, {"message": {"type": "input"}}])
def test_invalid_messages_of_a_page_do_nothing(pages, content):
    pages.feed._take(content)
    assert (pages.views, pages.sent) == ([], [])


def test_a_view_of_an_ended_session_is_not_opened_again(pages):
    pages.say(type="visible", visible=True)
    pages.feed.note({**STATE, "ended": True})
    pages.views[0].over = True
    pages.say(type="visible", visible=True)
    assert len(pages.views) == 1


def test_the_feed_turns_to_the_session_that_was_started_again(pages):
    pages.say(type="visible", visible=True)
    pages.feed.picture(b"old")
    pages.feed._switch(pages.open)
    assert (pages.views[0].over, len(pages.views)) == (True, 2)
    assert pages.sent[-1][0]["link"] == "Connecting…"


def test_a_server_has_its_sockets_where_it_is_and_the_key_in_a_header():
    address = ApiTransport("http://127.0.0.1:7/", "wr_key").socket_address("/x/view")
    assert address == ("ws://127.0.0.1:7/x/view", {"Authorization": "Bearer wr_key"})


def test_take_posts_to_the_loop_thread(pages):
    pages.feed.take({"message": {"type": "visible", "visible": True}})

    async def afterwards() -> int:
        return len(pages.views)

    assert runtime.run(afterwards()) == 1
