"""Runs the client's coroutines on one event loop in a daemon thread: awaited from any loop, or blocking.

All of the client runs on this one loop, so that a blocking cell, the notebook's own loop and `asyncio.run` can all use
it, and nothing depends on nest-asyncio. A blocking call can be interrupted: its coroutine is cancelled, and the call
returns once the coroutine has stopped its work on the server, or after `TIDY_UP_S`.

Why this is not anyio's `BlockingPortal` (measured with anyio 4.16): an interrupted `portal.call` returns while its
coroutine goes on, and a cancelled portal future is done before its coroutine has begun to tidy up. Worst of all, anyio
cancels the coroutine again at each `await` of its cleanup, so that the request which stops the task on the server is
never sent. A process whose portal still runs something does not exit. `tests/unit/client/test_sync.py` has the
properties; all of them would have to be rebuilt around the portal.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import contextvars
import inspect
import os
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future, wait
from contextlib import AbstractContextManager, nullcontext
from functools import wraps
from queue import Empty, SimpleQueue
from typing import Any, Generic, TypeVar, cast

from webrun_nb.client.arguments import check_arguments

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])

TIDY_UP_S = 4.0
"""The time that an interrupted call may take to stop its work."""
_LOOK_UP_S = 0.25
"""The interval at which a wait returns to Python code: a signal that comes just before the wait, or that another thread
is given, does not end it."""

_caller: contextvars.ContextVar[CallerThread | None] = contextvars.ContextVar("webrun_caller", default=None)


class CallerThread:
    """A thread that waits in a blocking call, and runs functions for the call's coroutine meanwhile.

    A guardrail handler thus runs in the cell it belongs to, where it may print, ask and make blocking calls.
    """

    def __init__(self) -> None:
        self._work: SimpleQueue[Callable[[], None] | None] = SimpleQueue()

    def serve(self) -> None:
        """Run the functions that `ask` is given, until `release`."""
        while True:
            try:
                work = self._work.get(timeout=_LOOK_UP_S)
            except Empty:
                continue
            if work is None:
                return
            work()

    def release(self) -> None:
        """End `serve`."""
        self._work.put(None)

    def ask(self, fn: Callable[[], T]) -> Future[T]:
        """Run `fn` in the thread; return a future of its result."""
        answer: Future[T] = Future()

        def work() -> None:
            try:
                answer.set_result(fn())
            except Exception as error:  # noqa: BLE001 - it is raised again, in the coroutine that asked
                answer.set_exception(error)

        self._work.put(work)
        return answer


class Call(Generic[T]):
    """A coroutine that runs on the loop thread from `begin` on. It can be cancelled at any moment, also before."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, coro: Coroutine[Any, Any, T], caller: CallerThread | None
    ) -> None:
        self.result: Future[T] = Future()
        self.result.set_running_or_notify_cancel()  # so that only the task itself can end it
        self._loop = loop
        self._coro = coro
        self._task: asyncio.Task[T] | None = None
        self._context = contextvars.copy_context()
        self._context.run(_caller.set, caller)

    def begin(self) -> None:
        """Start the coroutine; returns at once."""
        self._loop.call_soon_threadsafe(self._begin)

    def _begin(self) -> None:
        if not self.result.done():
            self._task = self._loop.create_task(self._coro, context=self._context)
            self._task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[T]) -> None:
        if task.cancelled():
            self.result.set_exception(asyncio.CancelledError())
        elif (error := task.exception()) is not None:
            self.result.set_exception(error)
        else:
            self.result.set_result(task.result())

    def cancel(self) -> None:
        """Cancel the coroutine, which may still tidy up; returns at once."""
        self._loop.call_soon_threadsafe(self._cancel)

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()
        elif not self.result.done():
            self._coro.close()
            self.result.set_exception(asyncio.CancelledError())


class Runtime:
    """An event loop in a daemon thread, started at its first use, and again in a forked child."""

    def __init__(self) -> None:
        self._starting = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._pid: int | None = None

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The running loop."""
        if self._pid != os.getpid():  # never started, or forked: threads don't survive a fork, nor may locks
            self._starting = threading.Lock()
            self._pid, self._loop = os.getpid(), None
        with self._starting:
            if self._loop is None:
                loop = asyncio.new_event_loop()
                self._thread = threading.Thread(target=loop.run_forever, name="webrun", daemon=True)
                self._thread.start()
                self._loop = loop
            return self._loop

    @property
    def is_current(self) -> bool:
        """True on the loop thread."""
        return threading.current_thread() is self._thread and self._pid == os.getpid()

    def submit(self, coro: Coroutine[Any, Any, T]) -> Call[T]:
        """Start `coro` on the loop thread; returns at once."""
        call = Call(self.loop, coro, None)
        call.begin()
        return call

    def run(self, coro: Coroutine[Any, Any, T], *, timeout_s: float | None = None) -> T:
        """Run `coro` on the loop thread and wait for it.

        Raises
        ------
        KeyboardInterrupt
            The wait was interrupted. The coroutine was cancelled and has tidied up, or had `TIDY_UP_S` to do so.
        TimeoutError
            It took longer than `timeout_s`; cancelled likewise.
        RuntimeError
            It was called on the loop thread itself, and would wait for ever.
        """
        if self.is_current:
            coro.close()
            raise RuntimeError("this is the client's own loop thread: use the awaitable twin (atask, astop, …) here")
        if timeout_s is not None:
            coro = _within(coro, timeout_s)
        caller = CallerThread()
        call = Call(self.loop, coro, caller)
        try:  # from here on the coroutine may run, and so an interrupt has to end it
            call.result.add_done_callback(lambda _: caller.release())
            call.begin()
            caller.serve()
        except BaseException:
            call.cancel()
            _settled(call.result)
            raise
        return call.result.result()

    async def wait(self, coro: Coroutine[Any, Any, T]) -> T:
        """Run `coro` on the loop thread and await it from any loop; being cancelled cancels it."""
        if asyncio.get_running_loop() is self.loop:
            return await coro
        call = self.submit(coro)
        try:
            return await asyncio.wrap_future(call.result)
        except asyncio.CancelledError:
            call.cancel()
            raise

    def stop(self) -> None:
        """Cancel all tasks and end the thread. The next use starts another."""
        loop, thread = self._loop, self._thread
        if loop is None or thread is None or self._pid != os.getpid() or not thread.is_alive():
            return
        _settled(self.submit(_cancel_others()).result)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(TIDY_UP_S)
        if not thread.is_alive():
            loop.close()
        self._loop = self._thread = None


async def _within(coro: Coroutine[Any, Any, T], timeout_s: float) -> T:
    async with asyncio.timeout(timeout_s):
        return await coro


async def _cancel_others() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


def _settled(future: Future[Any]) -> None:
    """Wait for a future for at most `TIDY_UP_S`; a second interrupt ends the wait."""
    with contextlib.suppress(TimeoutError):
        future.exception(TIDY_UP_S)


def wait_for_result(future: Future[T], timeout_s: float | None = None) -> T:
    """Wait for a future and return its result; an interrupt ends the wait, whenever it comes.

    Raises
    ------
    TimeoutError
        It took longer than `timeout_s`.
    """
    deadline_s = None if timeout_s is None else time.monotonic() + timeout_s
    while not future.done():
        left_s = _LOOK_UP_S if deadline_s is None else deadline_s - time.monotonic()
        if left_s <= 0:
            raise TimeoutError
        wait([future], min(left_s, _LOOK_UP_S))
    return future.result()


def has_caller() -> bool:
    """Return whether a thread waits for this coroutine in a blocking call."""
    return _caller.get() is not None


async def run_in_caller_thread(fn: Callable[[], T]) -> T:
    """Run `fn` in the thread that waits in the blocking call, else (no such call) in a thread of its own."""
    caller = _caller.get()
    if caller is None:
        return await asyncio.to_thread(fn)
    return await asyncio.wrap_future(caller.ask(fn))


runtime = Runtime()
"""The runtime of this process."""

atexit.register(runtime.stop)


def on_loop_thread(method: F) -> F:
    """Decorate a coroutine method whose body has to run on the loop thread, so that it can be awaited from any loop."""
    return on_loop_thread_within(lambda owner: nullcontext())(method)


def on_loop_thread_within(around: Callable[[Any], AbstractContextManager[None]]) -> Callable[[F], F]:
    """Decorate a coroutine method as `on_loop_thread` does, with a context that is entered where it is awaited.

    Parameters
    ----------
    around : callable
        Takes the method's object, and returns a context manager. It is entered in the caller's thread and context, and
        not at all where the caller is on the loop thread itself.
    """

    def decorate(method: F) -> F:
        accepted = _without_self(inspect.signature(method))

        @wraps(method)
        async def awaitable(owner: Any, /, *args: Any, **kwargs: Any) -> Any:
            check_arguments(method.__name__, accepted, args, kwargs)
            if runtime.is_current:
                return await method(owner, *args, **kwargs)
            with around(owner):
                return await runtime.wait(method(owner, *args, **kwargs))

        return cast(F, awaitable)

    return decorate


def blocking(twin: Callable[..., Coroutine[Any, Any, Any]]) -> Callable[[F], F]:
    """Decorate the blocking twin of a coroutine method: it gets the twin's signature, documentation and checks.

    Parameters
    ----------
    twin : coroutine function
        The awaitable method, which the blocking one calls.
    """
    signature = inspect.signature(twin)
    accepted = _without_self(signature)

    def decorate(method: F) -> F:
        @wraps(method)
        def call(owner: Any, /, *args: Any, **kwargs: Any) -> Any:
            check_arguments(method.__name__, accepted, args, kwargs)
            return method(owner, *args, **kwargs)

        call.__doc__ = twin.__doc__
        call.__signature__ = signature  # type: ignore[attr-defined]
        return cast(F, call)

    return decorate


@contextlib.contextmanager
def interrupts_reported_by(explain: Callable[[], BaseException | None]) -> Iterator[None]:
    """Replace a bare KeyboardInterrupt of this block by the error that says what the interrupt did, if there is one."""
    try:
        yield
    except KeyboardInterrupt:
        explained = explain()
        if explained is None:
            raise
        raise explained from None


def _without_self(signature: inspect.Signature) -> inspect.Signature:
    return signature.replace(parameters=list(signature.parameters.values())[1:])
