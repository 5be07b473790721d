"""A server that speaks OpenAI's chat completions as providers do, with answers by a script and with their faults."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal


@dataclass(frozen=True)
class Answer:
    """An answer of the server.

    Parameters
    ----------
    tool, arguments
        The call; no tool for an answer in words alone.
    words : str
        The words of the model beside it.
    thought : str
        Its thinking before that.
    status : int
        The HTTP status.
    body : str, optional
        Sent in the place of a completion.
    headers : mapping
        Added to the answer's.
    cut : bool
        Only half of it arrives, then the connection ends.
    stream : str
        A fault of the answer where it is asked for as a stream: half of it arrives, and then no more (`stalls`), an
        error (`error`) or an end without a reason (`half`); or it is not sent as a stream (`whole`).
    usage : bool
        Tokens are counted in it.
    finish : str, optional
        The reason why the model stopped.
    """

    tool: str = ""
    arguments: Mapping[str, Any] | str = field(default_factory=dict)
    words: str = ""
    thought: str = ""
    status: int = 200
    body: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False
    stream: Literal["", "stalls", "error", "half", "whole"] = ""
    usage: bool = True
    finish: str | None = None

    @property
    def _calls(self) -> list[dict[str, Any]]:
        arguments = self.arguments if isinstance(self.arguments, str) else json.dumps(self.arguments)
        return [{"id": "call_1", "type": "function", "function": {"name": self.tool, "arguments": arguments}}]

    @property
    def _finish(self) -> str:
        return self.finish or ("tool_calls" if self.tool else "stop")

    def written(self, model: str) -> bytes:
        """Return the body of the answer as a whole."""
        if self.body is not None:
            return self.body.encode()
        message: dict[str, Any] = {"role": "assistant", "content": self.words or None}
        if self.thought:
            message["reasoning_content"] = self.thought
        if self.tool:
            message["tool_calls"] = self._calls
        choice = {"index": 0, "message": message, "finish_reason": self._finish}
        return json.dumps(_completion("chat.completion", model, [choice], _USAGE if self.usage else None)).encode()

    def events(self, model: str, *, with_usage: bool) -> list[bytes]:
        """Return the events of the answer as a stream; its words and arguments come in pieces."""
        deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
        deltas += [{"reasoning_content": piece} for piece in _pieces(self.thought)]
        deltas += [{"content": piece} for piece in _pieces(self.words)]
        if self.tool:
            (call,) = self._calls
            named = {**call, "index": 0, "function": {**call["function"], "arguments": ""}}
            deltas.append({"tool_calls": [named]})
            deltas += [
                {"tool_calls": [{"index": 0, "function": {"arguments": piece}}]}
                for piece in _pieces(call["function"]["arguments"])
            ]
        choices: list[dict[str, Any]] = [{"index": 0, "delta": delta, "finish_reason": None} for delta in deltas]
        choices.append({"index": 0, "delta": {}, "finish_reason": self._finish})
        chunks = [_completion("chat.completion.chunk", model, [choice]) for choice in choices]
        if with_usage and self.usage:
            chunks.append(_completion("chat.completion.chunk", model, [], _USAGE))
        return [*map(_event, chunks), b"data: [DONE]\n\n"]


_USAGE = {"prompt_tokens": 1000, "completion_tokens": 20, "total_tokens": 1020}
_PIECE_CHARS = 12


def _pieces(text: str) -> list[str]:
    return [text[start : start + _PIECE_CHARS] for start in range(0, len(text), _PIECE_CHARS)]


def _completion(
    kind: str, model: str, choices: Sequence[Mapping[str, Any]], usage: Mapping[str, int] | None = None
) -> dict[str, Any]:
    made = {"id": "chatcmpl-1", "object": kind, "created": 1_760_000_000, "model": model, "choices": choices}
    return made if usage is None else {**made, "usage": usage}


def _event(data: Mapping[str, Any]) -> bytes:
    return f"data: {json.dumps(data)}\n\n".encode()


def refusal(status: int, message: str, **headers: str) -> Answer:
    """Return an error of the provider."""
    return Answer(status=status, body=json.dumps({"error": {"message": message}}), headers=headers)


Script = Callable[[str, int], Answer]
"""Returns the answer to what the model is told last, for the request of a number, from 0."""


class ModelServer:
    """A running server.

    Parameters
    ----------
    port : int
        Its port on the loopback interface.
    """

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/v1"
        self.script: Script = lambda told, number: Answer(words="Hello")
        self.requests: list[dict[str, Any]] = []
        """The bodies of the requests since the script was set."""
        self.headers: list[Mapping[str, str]] = []
        """Their headers, by names in lower case."""
        self.paths: list[str] = []
        self.left = threading.Event()
        """Set once a client has left before the end of an answer that stalls."""
        self.busy_s = 0.0
        """Time from the arrival of requests to their answers, all together."""

    def say(self, *answers: Answer | Callable[[str], Answer]) -> None:
        """Give these answers in order, then the last one again."""
        given: Sequence[Answer | Callable[[str], Answer]] = answers

        def script(told: str, number: int) -> Answer:
            entry = given[min(number, len(given) - 1)]
            return entry(told) if callable(entry) else entry

        self.follow(script)

    def follow(self, script: Script) -> None:
        """Answer by a script from now on."""
        self.script = script
        self.requests.clear()
        self.headers.clear()
        self.paths.clear()
        self.left.clear()

    @property
    def all_said(self) -> str:
        """All that the model was told."""
        return json.dumps(self.requests)


def last_told(body: Mapping[str, Any]) -> str:
    """Return what a request tells since the model's last answer."""
    told: list[str] = []
    for message in reversed(body["messages"]):
        if message["role"] == "assistant":
            break
        told.append(_text_of(message["content"]))
    return "\n".join(reversed(told))


def _text_of(content: Any) -> str:
    if isinstance(content, list):
        return "\n".join(part.get("text", "") for part in content)
    return str(content)


@contextmanager
def model_server() -> Iterator[ModelServer]:
    """Serve a scripted model until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            """Answer one request."""
            began_s = time.perf_counter()
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            number = len(served.requests)
            served.requests.append(body)
            served.headers.append({name.lower(): value for name, value in self.headers.items()})
            served.paths.append(self.path)
            answer = served.script(last_told(body), number)
            try:
                if body.get("stream") and answer.body is None and answer.stream != "whole":
                    options = body.get("stream_options") or {}
                    self._stream(answer, answer.events(body["model"], with_usage=bool(options.get("include_usage"))))
                else:
                    self._send(answer, answer.written(body["model"]))
            except ConnectionError:  # the client has left
                self.close_connection = True
            served.busy_s += time.perf_counter() - began_s

        def _send(self, answer: Answer, written: bytes) -> None:
            """Send an answer as a whole."""
            self._begin(answer, {"Content-Type": "application/json", "Content-Length": str(len(written))})
            self.wfile.write(written[: len(written) // 2] if answer.cut else written)
            self.close_connection = answer.cut

        def _stream(self, answer: Answer, events: list[bytes]) -> None:
            """Send an answer as a stream."""
            self._begin(answer, {"Content-Type": "text/event-stream", "Transfer-Encoding": "chunked"})
            is_whole = not (answer.cut or answer.stream)
            for event in events if is_whole else events[: len(events) // 2]:
                self._chunk(event)
            if answer.stream == "error":
                self._chunk(_event({"error": {"message": "the model has crashed", "type": "server_error"}}))
            if answer.stream == "stalls" and not self.connection.recv(1):  # until the client leaves
                served.left.set()
            if answer.cut or answer.stream == "stalls":
                self.close_connection = True
            else:
                self.wfile.write(b"0\r\n\r\n")

        def _begin(self, answer: Answer, headers: Mapping[str, str]) -> None:
            self.send_response(answer.status)
            for name, value in {**headers, **answer.headers}.items():
                self.send_header(name, value)
            self.end_headers()

        def _chunk(self, data: bytes) -> None:
            self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")

        def log_message(self, format: str, *args: object) -> None:
            """Log nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    served = ModelServer(server.server_port)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
