"""Serves the pages of MiniWoB++, a public collection of small tasks in web pages, each of which judges its own outcome.

An episode is one problem that a page has generated. The page itself reports its words and its reward to the server.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import importlib.util
import json
import mimetypes
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote, unquote, urlsplit

from webrun_nb.bench.results import NotAvailableError

T = TypeVar("T")

_HOW_TO_INSTALL = "pip install --no-deps miniwob (or say with --miniwob where its folder is)"
_LONGEST_REPORT = 100_000
_EPISODE_MAX_MS = 60_000
# Appended to each page, so that it runs after the page's own scripts and before they hear that the page is loaded.
_START_UP = """
<script>
(() => {
  const asked = new URLSearchParams(location.search);
  const report = (what) => navigator.sendBeacon("/episodes/" + asked.get("episode"), JSON.stringify(what));
  const endEpisode = core.endEpisode;
  core.endEpisode = function (...given) {
    const running = core.EP_TIMER !== null;
    endEpisode.apply(this, given);
    if (running) report({ reward: WOB_RAW_REWARD_GLOBAL });
  };
  const reportWhenReady = () => {
    if (!WOB_TASK_READY) return setTimeout(reportWhenReady, 20);
    const said = core.getUtterance();
    report({ utterance: said.utterance ?? said });
  };
  addEventListener("load", () => setTimeout(() => {
    core.EPISODE_MAX_TIME = %d;
    Math.seedrandom(asked.get("seed"));
    core.startEpisodeReal();
    reportWhenReady();
  }));
})();
</script>
"""


def miniwob_folder(given: Path | None) -> Path:
    """Return the folder of the collection's HTML.

    Parameters
    ----------
    given : Path or None
        The package's folder or the folder of its HTML; None looks for the installed package.

    Raises
    ------
    NotAvailableError
        It is not there.
    """
    if given is None:
        installed = importlib.util.find_spec("miniwob")
        if installed is None or installed.origin is None:
            raise NotAvailableError(f"MiniWoB++ is not installed; run: {_HOW_TO_INSTALL}")
        given = Path(installed.origin).parent
    for folder in (given, given / "html", given / "miniwob" / "html"):
        if (folder / "core" / "core.js").is_file() and (folder / "miniwob").is_dir():
            return folder
    raise NotAvailableError(f"{given} has no html/core and html/miniwob; run: {_HOW_TO_INSTALL}")


class Episode:
    """One problem, as its page reports it.

    Parameters
    ----------
    url : str
        The page's address, which names the episode and the seed.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._loop = asyncio.get_running_loop()
        self.utterance: asyncio.Future[str] = self._loop.create_future()
        """The task in the page's words."""
        self.reward: asyncio.Future[float] = self._loop.create_future()
        """The reward without any part for speed; it never comes where the episode is not ended."""

    def reported(self, what: dict[str, object]) -> None:
        """Take a report from the server's thread; only the first of each kind counts."""
        if "utterance" in what:
            self._loop.call_soon_threadsafe(_settle, self.utterance, str(what["utterance"]))
        if isinstance(reward := what.get("reward"), int | float):
            self._loop.call_soon_threadsafe(_settle, self.reward, float(reward))


def _settle(future: asyncio.Future[T], value: T) -> None:
    if not future.done():
        future.set_result(value)


class MiniwobPages:
    """A web server of the collection on a free loopback port.

    Parameters
    ----------
    folder : Path
        As `miniwob_folder` returns it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        self._episodes: dict[str, Episode] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Handler, self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="miniwob", daemon=True)
        self._thread.start()
        self._origin = f"http://127.0.0.1:{self._server.server_port}"

    def tasks(self) -> list[str]:
        """Return the names of all tasks."""
        return sorted(path.stem for path in (self._folder / "miniwob").glob("*.html"))

    def episode(self, task: str, seed: str) -> Episode:
        """Return a new episode, which starts when its page is opened.

        Raises
        ------
        NotAvailableError
            There is no such task.
        """
        if not (self._folder / "miniwob" / f"{task}.html").is_file():
            raise NotAvailableError(f"MiniWoB++ has no task {task}")
        number = str(len(self._episodes))
        episode = Episode(f"{self._origin}/miniwob/{quote(task)}.html?episode={number}&seed={quote(seed)}")
        self._episodes[number] = episode
        return episode

    def report(self, path: str, body: bytes) -> None:
        """Hand a report to its episode."""
        episode = self._episodes.get(path.rpartition("/")[2])
        with contextlib.suppress(ValueError):
            what = json.loads(body)
            if episode is not None and isinstance(what, dict):
                episode.reported(what)

    def file(self, target: str) -> tuple[bytes, str] | None:
        """Return a file's content and type; pages of tasks get the start-up script."""
        path = (self._folder / unquote(urlsplit(target).path).lstrip("/")).resolve()
        if not path.is_relative_to(self._folder) or not path.is_file():
            return None
        content = path.read_bytes()
        if path.parent == self._folder / "miniwob" and path.suffix == ".html":
            content += (_START_UP % _EPISODE_MAX_MS).encode()
        content_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        return content, f"{content_type}; charset=utf-8" if content_type.startswith("text/") else content_type

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # connections are kept, as real servers keep them
    disable_nagle_algorithm = True

    def __init__(self, pages: MiniwobPages, *args: object) -> None:
        self._pages = pages
        super().__init__(*args)  # type: ignore[arg-type] # what the server hands over

    def do_GET(self) -> None:
        body, content_type = self._pages.file(self.path) or (b"", "text/plain")
        self._answer(200 if body else 404, body, content_type)

    def do_POST(self) -> None:
        length = min(int(self.headers.get("Content-Length") or 0), _LONGEST_REPORT)
        self._pages.report(self.path, self.rfile.read(length))
        self._answer(204, b"", "text/plain")

    def _answer(self, status: int, body: bytes, content_type: str) -> None:
        with contextlib.suppress(ConnectionError):  # a session may end before its page has all of its parts
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            if status != 204:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent."""
