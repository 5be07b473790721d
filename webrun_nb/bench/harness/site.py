"""Serves the pages that both sides open, in the process of the benchmarks, which no measurement counts."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import gzip
import html
import mimetypes
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

ORDERS = 10
ORDER_COLUMNS = ("order", "customer", "city", "total")

_HTML = "text/html; charset=utf-8"
_HEAD = '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title></head><body><h1>{title}</h1>'
_MOVING = """<p id="count">0</p><div id="box"></div><style>#box { width: 80px; height: 80px; background: teal; }
#box { animation: walk 3s linear infinite alternate; } @keyframes walk { to { transform: translateX(900px); } }</style>
<script>setInterval(() => { document.getElementById("count").textContent++; }, 20);</script>"""
_FORM = """<form action="orders">
<p><label>Customer <input name="customer"></label></p>
<p><label>City <input name="city"></label></p>
<p><button>Search</button></p>
</form>"""
# Relative, so that the table is as late as the form.
_CHOICE_FORM = """<form action="orders">
<p><label>Customer <input name="customer"></label></p>
<p><label>City <input name="city"></label></p>
<p><label>Delivery <select name="delivery"><option>Standard</option><option>Express</option></select></label></p>
<p><button>Search</button></p>
</form>"""
# The page reports here that it is parsed. The connection drops when the page is gone.
_WITNESS = """<p>A page.</p><script>new EventSource("/witness?visit={visit}")</script>"""
# Its local storage and its cookie show whether it was open before: then it reports as another visit.
_RETURN = """<p>A page.</p><script>
const back = localStorage.getItem("{visit}") && document.cookie.includes("visit-{visit}=");
localStorage.setItem("{visit}", "was here");
document.cookie = "visit-{visit}=1; max-age=600";
new EventSource("/witness?visit=" + (back ? {again} : {visit}));
</script>"""

PARTS = 50
_PARTS = """<p>Many parts.</p>{parts}<script>
addEventListener("load", () => setTimeout(() => {{
  const [opened] = performance.getEntriesByType("navigation");
  fetch("/loaded?visit={visit}&ms=" + opened.loadEventEnd);
}}));
</script>"""
_PART = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><desc>' + "part " * 800 + "</desc></svg>"


def orders(customer: str, city: str) -> list[dict[str, str]]:
    """Return the rows of a search's result: they contain what was typed, so that they prove the typing."""
    return [
        dict(zip(ORDER_COLUMNS, (f"A-{number:03}", customer, city, f"{10 + 3 * number}.50"), strict=True))
        for number in range(1, ORDERS + 1)
    ]


_FULL = """<script>
for (let n = 0; n < 50; n++) localStorage.setItem("key " + n, "0123456789".repeat(1000));
const request = indexedDB.open("full", 1);
request.onupgradeneeded = () => request.result.createObjectStore("things");
request.onsuccess = () => {
  const writing = request.result.transaction("things", "readwrite");
  for (let n = 0; n < 50; n++) writing.objectStore("things").put("0123456789".repeat(1000), n);
  writing.oncomplete = () => { document.body.append("full"); document.title = "full"; };
};
</script>"""


class Visit:
    """One visit to the reporting page, as the page itself reports it."""

    def __init__(self) -> None:
        self.opened = asyncio.Event()
        self.gone = asyncio.Event()
        self.loaded = asyncio.Event()
        self.load_ms = 0.0
        """Load time of the page with all its parts, by its own clock; set once it is loaded."""
        self._loop = asyncio.get_running_loop()

    def tell(self, event: asyncio.Event) -> None:
        """Set an event from the server's thread."""
        self._loop.call_soon_threadsafe(event.set)


class Site:
    """A web server on a free loopback port.

    Parameters
    ----------
    pages : Path, optional
        A folder that is served under `/pages/`.
    products : Path, optional
        A folder of compressed pages that are served under `/products/`.
    """

    def __init__(self, pages: Path | None, products: Path | None = None) -> None:
        self._visits: dict[str, Visit] = {}
        self._pages = pages
        self._products = products
        self._published: dict[str, str] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Handler, self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="bench-site", daemon=True)
        self._thread.start()
        self._origin = f"http://127.0.0.1:{self._server.server_port}"

    @property
    def form_url(self) -> str:
        """URL of a form with two fields that leads to a table."""
        return f"{self._origin}/form"

    def late_form_url(self, after_ms: int) -> str:
        """Return the address of the same form; it and its table answer after a time."""
        return f"{self._origin}/after/{after_ms}/form"

    def late_choice_url(self, after_ms: int) -> str:
        """Return the address of a form with two fields and a choice, which the table has behind the city."""
        return f"{self._origin}/after/{after_ms}/choice"

    @property
    def moving_url(self) -> str:
        """URL of a page in which something always moves."""
        return f"{self._origin}/moving"

    @property
    def orders_url(self) -> str:
        """URL of the table alone."""
        return f"{self._origin}/orders?customer=Ada&city=Ulm"

    def page_url(self, name: str) -> str:
        """Return the address of a file in the folder of pages."""
        return f"{self._origin}/pages/{quote(name)}"

    def product_url(self, page_id: str) -> str:
        """Return the address of a compressed page."""
        return f"{self._origin}/products/{quote(page_id)}"

    def publish(self, name: str, html: str, *, after_ms: int = 0) -> str:
        """Serve HTML under a name; return its address, where it is answered after a time."""
        self._published[name] = html
        return f"{self._origin}{f'/after/{after_ms}' if after_ms else ''}/published/{quote(name)}"

    def published_url(self, name: str, after_ms: int) -> str:
        """Return the address of published HTML that answers after a time."""
        return f"{self._origin}/after/{after_ms}/published/{quote(name)}"

    @property
    def full_url(self) -> str:
        """A page that keeps 1 MB in local storage and IndexedDB, and is called `full` once it has."""
        return f"{self._origin}/full"

    def visit(self) -> tuple[str, Visit]:
        """Return a visit whose page reports when it has opened and when it has closed, for one opening."""
        number = str(len(self._visits))
        self._visits[number] = Visit()
        return f"{self._origin}/visit?visit={number}", self._visits[number]

    def visit_of_many_parts(self) -> tuple[str, Visit]:
        """Return the address of a page with `PARTS` pictures that says how long it took to load."""
        url, visit = self.visit()
        return f"{url}&parts={PARTS}", visit

    def return_visit(self) -> tuple[str, Visit, Visit]:
        """Return the address of a page with a memory, its first visit, and the one where it remembers the first."""
        url, first = self.visit()
        _, again = self.visit()
        return f"{url}&again={len(self._visits) - 1}", first, again

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, target: str) -> tuple[bytes, str] | Visit | None:
        """Return a body and its type, the visit whose page is calling, or None: there is no such thing."""
        url = urlsplit(target)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        match url.path.split("/"):
            case ["", "witness"]:
                return self._visits.get(query.get("visit", ""))
            case ["", "part"]:
                return _PART.encode(), "image/svg+xml"
            case ["", "loaded"]:
                visit = self._visits[query["visit"]]
                visit.load_ms = float(query["ms"])
                visit.tell(visit.loaded)
                return b"", "text/plain"
            case ["", "visit"] if "parts" in query:
                parts = "".join(f'<img src="/part?{query["visit"]}-{n}">' for n in range(int(query["parts"])))
                return _page("A page of parts", _PARTS.format(visit=int(query["visit"]), parts=parts))
            case ["", "visit"] if "again" in query:
                return _page("A page", _RETURN.format(visit=int(query["visit"]), again=int(query["again"])))
            case ["", "visit"]:
                return _page("A page", _WITNESS.format(visit=int(query["visit"])))
            case ["", "full"]:
                return _page("filling", _FULL)
            case ["", "moving"]:
                return _page("Moving", _MOVING)
            case ["", "after", after_ms, *rest]:
                time.sleep(int(after_ms) / 1000)  # in the connection's own thread
                return self.answer(f"/{'/'.join(rest)}?{url.query}")
            case ["", "form"]:
                return _page("Find orders", _FORM)
            case ["", "choice"]:
                return _page("Find orders", _CHOICE_FORM)
            case ["", "orders"]:
                where = f"{query.get('city', '')} {query.get('delivery', '')}".strip()
                return _page("Orders", _table(orders(query.get("customer", ""), where)))
            case ["", "pages", name] if self._pages is not None:
                return _file(self._pages / name)
            case ["", "products", name] if self._products is not None and name.isalnum():
                packed = self._products / f"{name}.html.gz"
                return (gzip.decompress(packed.read_bytes()), _HTML) if packed.is_file() else None
            case ["", "published", name] if name in self._published:
                return self._published[name].encode(), _HTML
            case _:
                return None


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # connections are kept, as real servers keep them
    disable_nagle_algorithm = True  # or a kept connection waits 40 ms for an acknowledgement between head and body

    def __init__(self, site: Site, *args: object) -> None:
        self._site = site
        super().__init__(*args)  # type: ignore[arg-type] # what the server hands over

    def do_GET(self) -> None:
        answer = self._site.answer(self.path)
        if isinstance(answer, Visit):
            self._witness(answer)
            return
        body, content_type = answer or (b"not found", "text/plain")
        with contextlib.suppress(ConnectionError):  # a session may end before its page has all of its parts
            self.send_response(200 if answer else 404)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def _witness(self, visit: Visit) -> None:
        visit.tell(visit.opened)
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        self.wfile.flush()
        try:
            while self.connection.recv(1024):
                pass
        except OSError:
            pass  # reset rather than closed: gone all the same
        visit.tell(visit.gone)
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent."""


def _page(title: str, body: str) -> tuple[bytes, str]:
    return (_HEAD.format(title=title) + body).encode(), _HTML


def _table(rows: list[dict[str, str]]) -> str:
    head = "".join(f"<th>{name.capitalize()}</th>" for name in ORDER_COLUMNS)
    lines = ("".join(f"<td>{html.escape(value)}</td>" for value in row.values()) for row in rows)
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _file(path: Path) -> tuple[bytes, str] | None:
    if not path.is_file():
        return None
    content_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return path.read_bytes(), f"{content_type}; charset=utf-8" if content_type.startswith("text/") else content_type
