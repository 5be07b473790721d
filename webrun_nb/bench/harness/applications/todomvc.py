"""Serves TodoMVC's React build from npm, with a script that sets the entries of a task and reports every change."""

from __future__ import annotations

import http.server
import json
import shutil
import subprocess
import tarfile
import tempfile
import threading
from pathlib import Path
from typing import Any

from webrun_nb.bench.harness.applications.application import Application
from webrun_nb.bench.harness.applications.todomvc_tasks import SEEDS, TASKS, Todos, TodoState
from webrun_nb.bench.results import NotAvailableError

_PACKAGE = "todomvc-react@1.0.4"
_TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript"}
_REPORT = "/state-of-the-page"
_SCRIPT = """
<script>
(() => {
  const having = (fiber, key) => {
    for (let at = fiber; at; at = at.sibling) {
      if (at.stateNode?.state && key in at.stateNode.state) return at.stateNode;
      const found = having(at.child, key);
      if (found) return found;
    }
  };
  const part = key => having(document.getElementById('root')._reactRootContainer.current, key);
  const todos = SEED;
  part('todos').setState({todos: todos.map(([text, completed], id) => ({id, text, completed}))});
  let last = '';
  const report = () => {
    const now = JSON.stringify({todos: part('todos').state.todos, shown: part('filter').state.filter});
    if (now !== last) navigator.sendBeacon('PATH', last = now);
  };
  const all = {subtree: true, childList: true, attributes: true, characterData: true};
  new MutationObserver(report).observe(document, all);
  report();
})();
</script>
"""


class TodoMvc(Application[TodoState]):
    """The to-do list; its state lives in the page, which tells it to the server after every change."""

    name = "todomvc"
    tasks = TASKS

    def __enter__(self) -> str:
        self._folder = Path(tempfile.mkdtemp(prefix="webrun-bench-todomvc-"))
        try:
            self._pages = _download(self._folder)
        except NotAvailableError:
            shutil.rmtree(self._folder)
            raise
        self._seed: Todos = ()
        self._state = TodoState((), "")
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{self._server.server_port}"

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def reset(self, number: int) -> None:
        """Have the next page that is opened start with the task's entries."""
        self._seed = SEEDS[number - 1]
        self._state = TodoState((), "")

    def state(self) -> TodoState:
        """Return what the page has last reported."""
        return self._state

    def report(self, said: Any) -> None:
        """Take a report of the page."""
        self._state = TodoState(tuple((each["text"], each["completed"]) for each in said["todos"]), said["shown"])

    def page(self, path: str) -> bytes | None:
        """Return a file of the build, or None."""
        name = "index.html" if path == "/" else path.lstrip("/")
        file = self._pages / name
        if Path(name).name != name or not file.is_file():
            return None
        if name != "index.html":
            return file.read_bytes()
        script = _SCRIPT.replace("SEED", json.dumps(self._seed)).replace("PATH", _REPORT)
        return file.read_text(encoding="utf-8").replace("</body>", f"{script}</body>").encode()


def _handler(application: TodoMvc) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = application.page(self.path.split("?")[0])
            self.send_response(404 if content is None else 200)
            self.send_header("Content-Type", f"{_TYPES.get(Path(self.path).suffix, 'text/html')}; charset=utf-8")
            self.send_header("Content-Length", str(len(content or b"")))
            self.end_headers()
            self.wfile.write(content or b"")

        def do_POST(self) -> None:
            application.report(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *arguments: object) -> None:
            """Print nothing."""

    return Handler


def _download(folder: Path) -> Path:
    npm = shutil.which("npm")
    if npm is None:
        raise NotAvailableError(f"npm is not installed, which downloads {_PACKAGE}")
    ended = subprocess.run(
        [npm, "pack", _PACKAGE, "--silent"], cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )
    if ended.returncode:
        raise NotAvailableError(f"npm does not download {_PACKAGE}: {ended.stderr.strip()[:200]}")
    with tarfile.open(folder / ended.stdout.strip()) as archive:
        archive.extractall(folder, filter="data")
    return folder / "package" / "dist"
