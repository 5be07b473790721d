"""Tests of the loop thread and of blocking methods."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import os
import signal
import threading
from collections.abc import Iterator

import pytest

from webrun_nb.client._sync import (
    Runtime,
    blocking,
    interrupts_reported_by,
    on_loop_thread,
    on_loop_thread_within,
    run_in_caller_thread,
    runtime,
    wait_for_result,
)
from webrun_nb.client.errors import ArgumentError


@pytest.fixture
def own() -> Iterator[Runtime]:
    runtime = Runtime()
    yield runtime
    runtime.stop()


async def _thread_name() -> str:
    return threading.current_thread().name


def test_everything_runs_on_the_one_loop_thread(own: Runtime) -> None:
    assert {own.run(_thread_name()) for _ in range(3)} == {"webrun"}


async def test_a_blocking_call_works_inside_a_running_loop(own: Runtime) -> None:
    assert own.run(_thread_name()) == "webrun"


async def test_the_awaitable_face_works_from_another_loop(own: Runtime) -> None:
    assert await own.wait(_thread_name()) == "webrun"


def test_errors_come_out_as_they_are(own: Runtime) -> None:
    async def fail() -> None:
        raise LookupError("this one")

    with pytest.raises(LookupError, match="this one"):
        own.run(fail())


def test_an_interrupt_cancels_the_coroutine_and_lets_it_tidy_up(own: Runtime) -> None:
    tidied: list[str] = []

    async def work() -> None:
        asyncio.get_running_loop().call_soon(os.kill, os.getpid(), signal.SIGINT)
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            await asyncio.sleep(0)
            tidied.append("stopped")
            raise

    with pytest.raises(KeyboardInterrupt):
        own.run(work())
    assert tidied == ["stopped"]


def test_an_interrupt_just_before_the_wait_is_noticed(own: Runtime) -> None:
    """It comes just before the wait begins. Another thread gets it here, since this one blocks the signal."""
    waited_in_vain: list[bool] = []

    async def work() -> None:
        asyncio.get_running_loop().call_soon(os.kill, os.getpid(), signal.SIGINT)
        await asyncio.sleep(20)
        waited_in_vain.append(True)

    own.run(_thread_name())  # its thread is there, and takes signals
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        with pytest.raises(KeyboardInterrupt):
            own.run(work())
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    assert waited_in_vain == []


def test_an_interrupt_just_before_the_wait_for_a_result_is_noticed(own: Runtime) -> None:
    """It comes as in the test above, while the wait is for a call that runs by itself."""
    own.run(_thread_name())
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    call = own.submit(asyncio.sleep(20))
    try:
        with pytest.raises(KeyboardInterrupt):  # noqa: PT012 - it may come before the wait
            own.loop.call_soon_threadsafe(os.kill, os.getpid(), signal.SIGINT)
            wait_for_result(call.result)
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    assert not call.result.done()


def test_a_result_that_takes_too_long_is_a_timeout(own: Runtime) -> None:
    with pytest.raises(TimeoutError):
        wait_for_result(own.submit(asyncio.sleep(20)).result, 0.01)


def test_a_timeout_cancels_the_coroutine(own: Runtime) -> None:
    with pytest.raises(TimeoutError):
        own.run(asyncio.Event().wait(), timeout_s=0.01)


async def test_cancelling_the_awaitable_face_cancels_the_coroutine(own: Runtime) -> None:
    began, cancelled = threading.Event(), threading.Event()

    async def work() -> None:
        began.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise

    waiting = asyncio.ensure_future(own.wait(work()))
    await asyncio.to_thread(began.wait, 5)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert await asyncio.to_thread(cancelled.wait, 5)


def test_blocking_on_the_loop_thread_is_refused_rather_than_hanging(own: Runtime) -> None:
    async def block() -> None:
        own.run(_thread_name())

    with pytest.raises(RuntimeError, match="awaitable twin"):
        own.run(block())


def test_what_a_coroutine_asks_for_runs_in_the_thread_that_waits(own: Runtime) -> None:
    async def ask() -> threading.Thread:
        return await run_in_caller_thread(threading.current_thread)

    assert own.run(ask()) is threading.current_thread()


async def test_without_a_waiting_thread_it_runs_in_one_of_its_own(own: Runtime) -> None:
    async def ask() -> threading.Thread:
        return await run_in_caller_thread(threading.current_thread)

    assert await own.wait(ask()) not in (threading.current_thread(), threading.main_thread())


def test_it_starts_again_after_it_was_stopped(own: Runtime) -> None:
    own.run(_thread_name())
    own.stop()
    assert own.run(_thread_name()) == "webrun"


class Lamp:
    """An example class whose methods have both forms."""

    def __init__(self) -> None:
        self.entered: list[str] = []

    @on_loop_thread
    async def alight(self, colour: str) -> str:
        """Light it."""
        return f"{colour} on {await _thread_name()}"

    @blocking(alight)
    def light(self, colour: str) -> str:
        return runtime.run(self.alight(colour))

    @on_loop_thread_within(lambda lamp: lamp.room())
    async def adim(self) -> str:
        """Dim it."""
        return await _thread_name()

    @contextlib.contextmanager
    def room(self) -> Iterator[None]:
        self.entered.append(threading.current_thread().name)
        yield

    async def burn(self) -> None:
        asyncio.get_running_loop().call_soon(os.kill, os.getpid(), signal.SIGINT)
        await asyncio.Event().wait()


def test_both_forms_run_on_the_loop_thread() -> None:
    assert Lamp().light("red") == "red on webrun"
    assert asyncio.run(Lamp().alight("red")) == "red on webrun"


def test_the_blocking_form_has_the_signature_and_documentation_of_its_twin() -> None:
    assert (Lamp.light.__name__, Lamp.alight.__name__, Lamp.light.__doc__) == ("light", "alight", "Light it.")
    assert str(inspect.signature(Lamp.light)) == str(inspect.signature(Lamp.alight)) == "(self, colour: 'str') -> 'str'"


def test_both_forms_refuse_unknown_arguments_by_their_own_name() -> None:
    with pytest.raises(ArgumentError, match=r"light\(\) has no argument 'color' · did you mean colour\?"):
        Lamp().light(color="red")  # type: ignore[call-arg]
    with pytest.raises(ArgumentError, match=r"alight\(\) has no argument 'color'"):
        asyncio.run(Lamp().alight(color="red"))  # type: ignore[call-arg]


def test_a_context_is_entered_where_the_awaitable_form_is_awaited() -> None:
    lamp = Lamp()
    assert asyncio.run(lamp.adim()) == "webrun"
    assert lamp.entered == [threading.current_thread().name]
    assert runtime.run(lamp.adim()) == "webrun"
    assert len(lamp.entered) == 1, "a caller on the loop thread enters none"


def test_an_interrupt_can_be_reported_as_another_error() -> None:
    with (
        pytest.raises(KeyboardInterrupt, match="the lamp is out"),
        interrupts_reported_by(lambda: KeyboardInterrupt("the lamp is out")),
    ):
        runtime.run(Lamp().burn())


def test_an_interrupt_with_nothing_to_report_stays_as_it_is() -> None:
    with pytest.raises(KeyboardInterrupt, match=r"^$"), interrupts_reported_by(lambda: None):
        runtime.run(Lamp().burn())


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork.*:DeprecationWarning")
def test_a_forked_child_has_a_loop_of_its_own(own: Runtime) -> None:
    own.run(_thread_name())
    child = os.fork()
    if child == 0:
        try:
            os._exit(0 if own.run(_thread_name(), timeout_s=60) == "webrun" else 1)
        finally:
            os._exit(2)
    assert os.waitpid(child, 0)[1] == 0


def test_the_process_has_one_runtime() -> None:
    assert runtime.run(_thread_name()) == "webrun"
