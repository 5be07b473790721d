"""Recorded observations of pages, on which an agent can be tested without a browser.

`python tests/helpers/stored_pages.py` records them again.
"""

from __future__ import annotations

import asyncio
import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import MISSING, dataclass, fields, is_dataclass
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from webrun_nb.browsers.observation import Box, Element, FormError, Group, Observation, SeenFrame
from webrun_nb.extraction.snapshot import Snapshot, read_snapshot

FOLDER = Path(__file__).parent / "stored_pages"

PROGRAMME = """<title>Harbour Data Days</title><h1>Harbour Data Days</h1>
<nav><a href="/programme">Programme</a> <a href="/venue">Venue and travel</a></nav>
<h2>Day 1</h2><table><tr><th>Time</th><th>Talk</th><th>Speaker</th><th>Room</th></tr>
<tr><td>09:00</td><td>Reading tides</td><td>Ines Okafor</td><td>Pier</td></tr>
<tr><td>10:00</td><td>Sparse maps</td><td>Jonas Weil</td><td>Dock</td></tr>
<tr><td>11:00</td><td>Slow queries</td><td>Mara Lindt</td><td>Pier</td></tr></table>
<h2>Day 2</h2><table><tr><th>Time</th><th>Talk</th><th>Speaker</th><th>Room</th></tr>
<tr><td>09:30</td><td>Counting gulls</td><td>Tomas Brandt</td><td>Dock</td></tr>
<tr><td>10:30</td><td>Columns at sea</td><td>Ruth Amsel</td><td>Pier</td></tr></table>
<form action="/register"><label>Your name <input name="name"></label><button>Register</button></form>"""

REGIONS = """<title>Sales</title><h1>Sales</h1>
<table><caption>Households</caption><tr><th>Region</th><th>State</th><th>Households</th></tr>
<tr><td>North</td><td>HI</td><td>120</td></tr><tr><td>South</td><td>TX</td><td>340</td></tr>
<tr><td>North</td><td>AK</td><td>75</td></tr></table>
<table><caption>Sales</caption><tr><th>Region</th><th>State</th><th>Unit price</th><th>Pack price</th></tr>
<tr><td>North</td><td>HI</td><td>$4.00</td><td>$40.00</td></tr>
<tr><td>South</td><td>TX</td><td>$5.00</td><td>$50.00</td></tr>
<tr><td>West</td><td>CA</td><td>$6.00</td><td>$60.00</td></tr></table>"""

QUOTES = """<title>Quotes</title><h1>Quotes</h1><main>
<div class="quote"><span class="text">The sea is patient.</span> by <small class="author">Ines Okafor</small></div>
<div class="quote"><span class="text">Boats forgive slowly.</span> by <small class="author">Jonas Weil</small></div>
<div class="quote"><span class="text">Ropes remember knots.</span> by <small class="author">Mara Lindt</small></div>
</main><a href="/page/2/">Next</a>"""

FORM = """<title>Berth booking</title><h1>Berth booking</h1><form method="post">
<label>Boat <input name="boat" placeholder="e.g. Anna"></label><label>Length <input type="number" name="length"></label>
<label>Pier <select name="pier"><option>North pier</option><option>South pier</option></select></label>
<label><input type="checkbox" name="power"> Shore power</label>
<label><input type="radio" name="stay" value="1"> One night</label>
<label><input type="radio" name="stay" value="7"> One week</label>
<label>Papers <input type="file" name="papers"></label><label>Password <input type="password" name="p"></label>
<label>Notes <textarea name="notes"></textarea></label>
<button>Save draft</button><button type="button">Delete</button><button type="submit">Submit</button></form>
<input type="search" aria-label="Search berths"><a href="/prices">Prices</a><a href="/harbour.pdf">Download map</a>
<button aria-label="Close"></button><button>Next</button><div role="tab">Overview</div>"""

PRODUCT = """<title>Skiff lamp</title><h1>Skiff lamp</h1><p class="price">$48.00</p><p>In stock</p>
<dl><dt>Weight</dt><dd>1.2 kg</dd><dt>Colour</dt><dd>Brass</dd></dl><button>Add to cart</button>"""

EMPTY = "<title></title>"

CONTROLS = """<title>Crew</title><style>.hand {cursor: pointer}
.bin, .star {width: 16px; height: 16px; background: #ccc}</style><h1>Crew</h1>
<nav><a href="/crew">Crew</a> <a href="/boats">Boats</a></nav>
<main><div class="mails"><div class="mail"><span class="hand from">Ines</span><span>Slow tide</span>
<span class="hand bin icon-trash">&nbsp;</span><span class="hand star">&nbsp;</span></div>
<div class="mail"><span class="hand from">Jonas</span><span>Two ropes</span>
<span class="hand bin icon-trash">&nbsp;</span><span class="hand star">&nbsp;</span></div>
<div class="mail"><span class="hand from">Mara</span><span>Jonas is late</span>
<span class="hand bin icon-trash">&nbsp;</span><span class="hand star">&nbsp;</span></div></div>
<h2>Watch</h2><table><tr><th>Name</th><th>State</th><th>Hours</th><th></th></tr>
<tr><td>Ada</td><td><input aria-label="State" value="HI"></td><td>12</td><td><button>Delete</button></td></tr>
<tr><td>Bob</td><td><input aria-label="State" value="TX"></td><td>40</td><td><button>Delete</button></td></tr>
<tr><td>Cy</td><td><input aria-label="State" value="AK"></td><td>7</td><td><button>Delete</button></td></tr></table>
<h2>Shipping</h2><p>Sent by sea.</p><div>Street: <input id="s1"></div><div>City <input id="s2"></div>
<button>Save</button><h2>Billing</h2><div>Street: <input id="b1"></div><div>City <input id="b2"></div>
<button>Save</button><button disabled>Send</button></main>
<h2>Shapes</h2><svg width="400" height="100"><circle cx="40" cy="40" r="30" fill="red"></circle>
<circle cx="120" cy="40" r="8" fill="red"></circle><circle cx="200" cy="40" r="30" fill="blue"></circle>
<rect x="260" y="10" width="40" height="40" fill="green"></rect></svg>
<div role="dialog" style="position:fixed;left:0;top:480px;width:1024px;height:120px;background:white"><h3>Leave?</h3>
<button>Cancel</button><button>Leave</button></div><footer><a href="/boats">Boats</a></footer>"""

CARDS = """<title>Flights</title><h1>Flights</h1>
<ul><li><a href="/home">Home</a></li><li><a href="/help">Help</a></li></ul>
<section>
<div class="card"><h3><a href="/f/1">Dawn</a></h3><p>Price: $120</p><p>Was <s>$40</s></p>
<p>Duration: 5h 10m</p><button>Book</button></div>
<div class="card"><h3><a href="/f/2">Noon</a></h3><p>Price: $95</p><p>Duration: 7h</p><button>Book</button></div>
<div class="card"><h3><a href="/f/3">Dusk</a></h3><p>Price: $310</p><p>Duration: 45m</p><button>Book</button></div>
</section><h2>Extras</h2><label><input type="checkbox"> Meal</label><label><input type="checkbox" checked> Bag</label>
<label><input type="radio" name="s" checked> Aisle</label><label><input type="radio" name="s"> Window</label>
<p>The quick <b>brown</b> fox</p><button aria-expanded="false">Details</button><a href="/list">Price list</a>"""


def _table(*lines: str) -> str:
    head, *rows = [line.split("|") for line in lines]
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><tr>{''.join(f'<th>{cell}</th>' for cell in head)}</tr>{body}</table>"


SAMPLES = f"""<title>River lab</title><h1>River samples</h1>
<h2>Day 1</h2>{_table("Sample|pH|Turbidity", "A1|7.1|2.0", "A2|6.8|2.4", "A3|7.4|1.9")}
<h2>Day 2</h2>{_table("pH|Sample|Turbidity", "6.2|B1|3.1", "7.0|B2|2.2")}"""

DEPOTS = f"""<title>Depots</title><h1>Depots</h1>
<h2>Paris</h2>{_table("Item|Price|Stock", "Bolt|$2|4", "Nut|$1|9")}
<h2>Lyon</h2>{_table("Item|Price|Stock", "Bolt|$3|0", "Gear|$8|2", "Cog|$5|1")}
<h2>Nice</h2>{_table("Item|Price|Stock", "Washer|$1|7")}"""

MEMBERS = f"""<title>Members</title><h1>Members</h1>
{_table("Name|Age|Town", "Ada|41|Ulm", "Bo|29|Kiel", "Cy|33|Ulm", "Di|30|Bonn")}"""

SURVEY = f"""<title>Survey</title><h1>Survey</h1>
{_table("Household|Persons|Income", "1|2|$41,000", "2|4|$58,500", "3|1|$22,000")}"""

TEAMS = """<title>Teams</title><h1>Teams</h1>
<h2>Red</h2><ul><li><b>Ann</b> <i>3</i></li><li><b>Ben</b> <i>7</i></li><li><b>Cat</b> <i>2</i></li></ul>
<h2>Blue</h2><ul><li><b>Dan</b> <i>1</i></li><li><b>Eve</b> <i>9</i></li></ul>"""

BOXES = """<title>Groceries</title><h1>Groceries</h1><table><tr><th></th><th>Food</th><th>Amount</th></tr>
<tr><td><input type="checkbox" aria-label="Select"></td><td>Milk</td><td>2</td></tr>
<tr><td><input type="checkbox" aria-label="Select"></td><td>Bread</td><td>1</td></tr></table>
<p><span>w</span><span>o</span><span>r</span><span>d</span></p>"""

PAGES = {
    "programme": PROGRAMME, "regions": REGIONS, "quotes": QUOTES, "form": FORM, "product": PRODUCT, "empty": EMPTY,
    "controls": CONTROLS, "cards": CARDS, "boxes": BOXES,
    "samples": SAMPLES, "depots": DEPOTS, "members": MEMBERS, "survey": SURVEY, "teams": TEAMS,
}  # fmt: skip


@dataclass(frozen=True)
class StoredPage:
    """A page as a browser observed it."""

    observation: Observation
    snapshot: Snapshot


@lru_cache
def stored(name: str) -> StoredPage:
    """Return a stored page."""
    raw = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    return StoredPage(_observation(raw["observation"]), read_snapshot(raw["snapshot"]))


def names() -> list[str]:
    """List the stored pages."""
    return sorted(path.stem for path in FOLDER.glob("*.json"))


def _made(kind: Any, raw: dict[str, Any]) -> Any:
    return kind(**{field.name: raw[field.name] for field in fields(kind) if field.name in raw})


def _element(raw: dict[str, Any]) -> Element:
    box = Box(**raw["box"]) if raw.get("box") else None
    lists = {key: tuple(raw.get(key, ())) for key in ("options", "selected_options")}
    made: Element = _made(Element, {**raw, **lists, "box": box})
    return made


def _group(raw: dict[str, Any]) -> Group:
    made: Group = _made(Group, {**raw, "box": Box(**raw["box"]) if raw.get("box") else None})
    return made


def _things(raw: dict[str, Any]) -> dict[str, Any]:
    things = {key: tuple(map(_element, raw.get(key, ()))) for key in ("elements", "texts")}
    return {**things, "groups": tuple(map(_group, raw.get("groups", ())))}


def _observation(raw: dict[str, Any]) -> Observation:
    frames = tuple(
        _made(SeenFrame, {"url": f["url"], "title": f["title"], "text": f["text"], **_things(f)})
        for f in raw.get("frames", ())
    )
    form_errors = tuple(FormError(**each) for each in raw.get("form_errors", ()))
    changed = {**_things(raw), "frames": frames, "form_errors": form_errors, "secrets": (), "messages": ()}
    made: Observation = _made(Observation, {**raw, **changed})
    return made


def _short(value: Any) -> Any:
    """Return a dataclass as plain data without the fields that have their default."""
    if is_dataclass(value):
        kept = {field.name: getattr(value, field.name) for field in fields(value)}
        return {
            field.name: _short(kept[field.name])
            for field in fields(value)
            if field.default is MISSING or kept[field.name] != field.default
        }
    return [_short(each) for each in value] if isinstance(value, tuple) else value


def _plain(snapshot: Snapshot) -> dict[str, Any]:
    """Return a snapshot in the form that `read_snapshot` reads."""
    nodes = list(snapshot.root.walk())
    places, tags = {id(node): place for place, node in enumerate(nodes)}, sorted({node.tag for node in nodes})
    hidden = (None, "display", "visibility", "offscreen", "clipped", "transparent", "template")
    lines: list[list[Any]] = [
        [
            node.content if node.is_text else tags.index(node.tag),
            -1 if node.parent is None else places[id(node.parent)],
            hidden.index(node.hidden),
            node.is_block + 2 * node.is_struck + 4 * node.is_raised + 8 * node.is_bold,
            dict(node.attributes) or 0,
            list(node.box) if node.box else 0,
        ]
        for node in nodes
    ]
    for line in lines:
        while line[-1] == 0 and len(line) > 2:
            line.pop()
    return {
        "url": snapshot.url,
        "title": snapshot.title,
        "status": snapshot.status,
        "captured": snapshot.captured_ms,
        "embedded": list(snapshot.embedded),
        "cut": snapshot.is_cut,
        "tags": tags,
        "nodes": lines,
    }


# --- capturing them ---------------------------------------------------------------------------------------------------


@contextmanager
def _served() -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = PAGES.get(self.path.strip("/"), "").encode()
            self.send_response(200 if body else 404)
            self.send_header("content-type", "text/html; charset=utf-8")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


async def _capture(folder: Path) -> None:
    from helpers.chromium import FakeListener, open_pool
    from helpers.practice_server import serving
    from webrun_nb.browsers.actions import Navigate

    with _served() as base, serving() as sites:
        urls = {name: f"{base}/{name}" for name in PAGES}
        urls |= {"shop": sites.url("shop", "/category/laptops"), "bank": sites.url("bank"), "admin": sites.url("admin")}
        async with open_pool() as browsers:
            for name, url in urls.items():
                instance = await browsers.open("context", FakeListener())
                await instance.perform(Navigate(url))
                page = {
                    "observation": _short(await instance.observe()),
                    "snapshot": _plain(await instance.snapshot()),
                }
                text = json.dumps(page, ensure_ascii=False, indent=None, default=dict)
                host = url.split("/")[2]
                text = text.replace(host, host.split(":")[0].replace("127.0.0.1", "harbour.example"))
                (folder / f"{name}.json").write_text(text + "\n", "utf-8")
                await instance.close()


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))
    asyncio.run(_capture(FOLDER))
