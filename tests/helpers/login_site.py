"""A site with a login form that repeats the values sent to it in all ways a page can; on any `*.localhost`."""

from __future__ import annotations

import base64
import html
import json
import ssl
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, quote, quote_plus, unquote, urlsplit

MARKER = "echoed-beside-the-secret"
"""Marks each echo: a place that contains it would also contain the secret."""
FORM = """<form method=post action="{action}"><label>E-mail <input type=email name=email autocomplete=username></label>
<label>Password <input type=password name=password></label><button>Log in</button></form>"""


class LoginSite:
    """A site that records the forms posted to it, by host.

    `page(path, body)` serves something of the test's own, where `{port}` is the site's port.
    """

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.scheme = "http" if tls is None else "https"
        self.posted: list[tuple[str, str, dict[str, str]]] = []
        self.pages: dict[str, str] = {}
        self.check: Callable[[dict[str, str]], bool] = lambda form: True
        self.held = threading.Event()
        """Set while a request for `/never`, which is not answered, is open."""
        self._closing = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        if tls is not None:  # greeted when the first bytes are read: on the connection's own thread
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def url(self, path: str = "/login", host: str = "login.localhost") -> str:
        return f"{self.scheme}://{host}:{self.port}{path}"

    def page(self, path: str, body: str) -> None:
        self.pages[path] = body.replace("{port}", str(self.port))

    def close(self) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path = urlsplit(self.path).path
                host = (self.headers["host"] or "").partition(":")[0]
                if path in site.pages:
                    self._answer(site.pages[path])
                elif path == "/login":
                    self._answer(f"<title>Log in</title><h1>Log in</h1>{FORM.format(action='/login')}")
                elif path == "/orders" and "in=1" not in (self.headers["cookie"] or ""):
                    self._redirect("/login?next=/orders")
                elif path == "/orders":
                    self._answer(
                        "<title>Orders</title><table><tr><th>order</th><th>total</th></tr>"
                        "<tr><td>A-17</td><td>30</td></tr><tr><td>A-18</td><td>40</td></tr></table>"
                    )
                elif path == "/never":
                    site.held.set()
                    site._closing.wait(60)
                elif path == "/named":
                    self._attach(unquote(urlsplit(self.path).query))
                elif path == "/away":
                    self._redirect(site.url(host="evil.localhost"))
                elif path == "/welcome":
                    said = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
                    self._answer(echoing(said))
                else:
                    self._answer(f"<h1>Nothing at {html.escape(host + path)}</h1>")

            def do_POST(self) -> None:
                size = int(self.headers["content-length"] or 0)
                form = {name: values[0] for name, values in parse_qs(self.rfile.read(size).decode()).items()}
                host = (self.headers["host"] or "").partition(":")[0]
                site.posted.append((host, self.path, form))
                if self.path.startswith("/again/"):  # the same once more, there: /again/307/HOST/PATH
                    _, _, code, there, path = self.path.split("/", 4)
                    self._redirect(site.url(f"/{path}", there), code=int(code))
                elif self.path == "/first":
                    self._redirect("/second")
                elif self.path == "/second":
                    self._redirect("/verify")
                elif not site.check(form):
                    wrong = "<p role=alert>That e-mail and password do not belong together.</p>"
                    self._answer(f"<title>Log in</title>{wrong}{FORM.format(action='/login')}")
                elif self.path == "/verify":
                    self._redirect("/orders", "in=1")
                else:
                    self._redirect("/welcome?" + "&".join(f"{k}={quote(v, safe='')}" for k, v in form.items()), "in=1")

            def _redirect(self, to: str, cookie: str = "", code: int = 303) -> None:
                self.send_response(code)
                self.send_header("location", to)
                if cookie:
                    self.send_header("set-cookie", cookie)
                self.send_header("content-length", "0")
                self.end_headers()

            def _attach(self, name: str) -> None:
                self.send_response(200)
                self.send_header("content-type", "text/csv")
                named = quote(f"{MARKER} {name}.csv", safe="")
                self.send_header("content-disposition", f"attachment; filename*=UTF-8''{named}")
                self.send_header("content-length", "2")
                self.end_headers()
                self.wfile.write(b"a\n")

            def _answer(self, body: str) -> None:
                data = f"<!doctype html><meta charset=utf-8>{body}".encode()
                self.send_response(200)
                self.send_header("content-type", "text/html; charset=utf-8")
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, format: str, *args: object) -> None:
                pass

        return Handler


def echoing(said: dict[str, str]) -> str:
    """Return a page that repeats the values it received in every way it can."""
    ways: list[Callable[[str], str]] = [
        str,
        str.upper,
        lambda v: quote(v, safe=""),
        quote_plus,
        lambda v: quote(quote(v, safe=""), safe="").lower(),
        html.escape,
        lambda v: json.dumps(v)[1:-1],
        lambda v: base64.b64encode(v.encode()).decode(),
        lambda v: base64.urlsafe_b64encode(b"x" + v.encode()).decode(),
        lambda v: base64.b64encode(f"me:{v}:you".encode()).decode(),
        lambda v: v.encode().hex(),
        lambda v: "\u200b".join(v),
    ]
    everything = " ".join(said.values())
    rows = "".join(
        f"<tr><td>{name} {number}</td><td>{MARKER} {html.escape(way(value))}</td></tr>"
        for name, value in said.items()
        for number, way in enumerate(ways)
    )
    first = next(iter(said.values()), "nobody")
    half = len(everything) // 2
    attribute = html.escape(everything, quote=True)
    script = json.dumps(everything).replace("<", "\\u003c")
    person = json.dumps({"@type": "Person", "name": f"{MARKER} {everything}", everything: 1}).replace("<", "\\u003c")
    shown = html.escape(everything)
    return f"""<title>{MARKER} {shown}</title>
<meta name=description content="{MARKER} {attribute}"><h1>Welcome {html.escape(first)}</h1>
<script type="application/ld+json">{person}</script>
<script>
  console.log("{MARKER}", {script});
  fetch("/seen?{MARKER}=" + encodeURIComponent({script}));
  document.cookie = "who=" + encodeURIComponent({script});
  history.replaceState(null, "", "/welcome/" + encodeURIComponent({script}) + location.search);
  setTimeout(() => alert("{MARKER} " + {script}), 0);
  setTimeout(() => {{ throw new Error({script}) }}, 0);
</script>
<table><tr><th>way</th><th>echo</th></tr>{rows}</table>
<a href="/with?q={quote(everything, safe="")}" title="{attribute}" download="{attribute}.csv">{MARKER} link</a>
<a href="/file" download="{MARKER} {attribute}.csv">Save it</a>
<a href="/named?{quote(everything, safe="")}">Named by the server</a>
<button data-testid="{attribute}" aria-label="{attribute}">{MARKER} {shown}</button>
<img alt="{attribute}" src="/pixel?{quote_plus(everything)}"><input aria-label="Filled {MARKER}" value="{attribute}">
<dl><dt>cut</dt><dd>{html.escape(everything[:half])}</dd><dd>{html.escape(everything[half:])}</dd></dl>
<ul><li>{MARKER} <b>{html.escape(everything[:half])}</b>{html.escape(everything[half:])}</li>
<li>{MARKER} other</li></ul>"""
