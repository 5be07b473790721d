"""Tests that sessions of one browser share nothing: databases, cache, service workers, downloads."""

from __future__ import annotations

import pytest

from webrun_nb.browsers.actions import Click, Navigate, WaitFor
from webrun_nb.browsers.protocol import BrowserInstance

pytestmark = pytest.mark.asyncio(loop_scope="module")

DATABASE = """<body><script>
  const opening = indexedDB.open("people", 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore("names");
  opening.onsuccess = () => {
    const names = opening.result.transaction("names", "readwrite").objectStore("names");
    names.get(1).onsuccess = event => document.body.append("found " + event.target.result);
    names.put("ada", 1);
  };
</script>"""
CACHED = "<body><script src=/kept.js></script>"
WORKERS = """<body><script>
  const say = text => document.body.append(text);
  navigator.serviceWorker.getRegistrations().then(async known => {
    say("found " + known.length);
    await navigator.serviceWorker.register("/worker.js");
    say(" registered " + (await navigator.serviceWorker.getRegistrations()).length);
  });
</script>"""


async def text_of(instance: BrowserInstance, url: str, wait_for: str) -> str:
    """Open a page and return its text once it contains `wait_for`."""
    await instance.perform(Navigate(url))
    await instance.perform(WaitFor(wait_for))
    return (await instance.observe()).text


async def test_a_database_is_its_sessions_own(browsers, recorder, site, kind):
    url = site.page("/", DATABASE)
    first, second = [await browsers.open(kind, recorder()) for _ in range(2)]
    texts = [await text_of(each, url, "found") for each in (first, first, second)]
    await first.close()
    await second.close()
    assert texts == ["found undefined", "found ada", "found undefined"]


async def test_a_cache_is_its_sessions_own(browsers, recorder, site, kind):
    script = "document.body.append('kept')"
    site.page("/kept.js", script, content_type="text/javascript", headers={"cache-control": "max-age=3600"})
    url = site.page("/", CACHED)
    asked = []
    first, second = [await browsers.open(kind, recorder()) for _ in range(2)]
    for each in (first, first, second):
        await text_of(each, url, "kept")
        asked.append(site.asked.count("/kept.js"))
    await first.close()
    await second.close()
    assert asked == [1, 1, 2]


async def test_a_service_worker_is_its_sessions_own(browsers, recorder, site, kind):
    site.page("/worker.js", "addEventListener('fetch', () => {})", content_type="text/javascript")
    url = site.page("/", WORKERS)
    first, second = [await browsers.open(kind, recorder()) for _ in range(2)]
    texts = [await text_of(each, url, "registered") for each in (first, first, second)]
    await first.close()
    await second.close()
    assert texts == ["found 0 registered 1", "found 1 registered 1", "found 0 registered 1"]


async def test_a_download_is_reported_to_its_session_alone(browsers, recorder, site, kind):
    site.page("/list.csv", "a,b", content_type="text/csv", headers={"content-disposition": "attachment"})
    url = site.page("/", "<a href=/list.csv>Get the list</a>")
    ears = [recorder(), recorder()]
    first, second = [await browsers.open(kind, each) for each in ears]
    for each in (first, second):
        await each.perform(Navigate(url))
    (link,) = (await first.observe()).elements
    await first.perform(Click(link.ref, link.name))
    await first.downloads_finished(5)
    await first.close()
    await second.close()
    assert [each.downloads for each in ears] == [["list.csv"], []]
