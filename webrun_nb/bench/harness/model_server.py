"""A server that speaks OpenAI's chat completions as providers do, with answers by a script and with their faults."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Answer:
    """An answer of the server.

    Parameters
    ----------
    tool, arguments
        The call; no tool for an answer in words alone.
    words : str
        What the model says beside it.
    status : int
        The HTTP status.
    body : str, optional
        Sent in the place of a completion.
    headers : mapping
        Added to the answer's.
    cut : bool
        Only half of it arrives, then the connection ends.
    usage : bool
        Tokens are counted in it.
    finish : str, optional
        The reason why the model stopped.
    """

    tool: str = ""
    arguments: Mapping[str, Any] | str = field(default_factory=dict)
    words: str = ""
    status: int = 200
    body: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False
    usage: bool = True
    finish: str | None = None

    def written(self, model: str) -> bytes:
        """Return the body of the answer."""
        if self.body is not None:
            return self.body.encode()
        message: dict[str, Any] = {"role": "assistant", "content": self.words or None}
        if self.tool:
            arguments = self.arguments if isinstance(self.arguments, str) else json.dumps(self.arguments)
            function = {"name": self.tool, "arguments": arguments}
            message["tool_calls"] = [{"id": "call_1", "type": "function", "function": function}]
        completion = {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1_760_000_000,
            "model": model,
            "choices": [
                {
                    "index": 0,
                    "message": message,
                    "finish_reason": self.finish or ("tool_calls" if self.tool else "stop"),
                }
            ],
        }
        if self.usage:
            completion["usage"] = {"prompt_tokens": 1000, "completion_tokens": 20, "total_tokens": 1020}
        return json.dumps(completion).encode()


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
            written = answer.written(body["model"])
            self.send_response(answer.status)
            for name, value in {"Content-Type": "application/json", **answer.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(written)))
            self.end_headers()
            if answer.cut:
                self.wfile.write(written[: len(written) // 2])
                self.close_connection = True
            else:
                self.wfile.write(written)
            served.busy_s += time.perf_counter() - began_s

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
