"""Tests in a kernel of `%webrun env`, `%webrun file` and `--env`, with a real emulator."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from helpers.kernels import Kernel, running_kernel, value

#: greets whoever has been here before
PAGE = """<!doctype html><title>Door</title><table><tr><th>visitor</th><th>seen</th></tr>
<tr><td id=v></td><td id=s></td></tr></table>
<script>
v.textContent = localStorage.getItem('who') || 'nobody'; s.textContent = 'here';
localStorage.setItem('who', 'an old friend');
</script>"""
SERVER = """
import http.server, functools, threading
pages = functools.partial(http.server.SimpleHTTPRequestHandler, directory={folder!r})
pages.log_message = lambda *_: None
server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), pages)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f'http://127.0.0.1:{{server.server_port}}/door.html'
"""
TASK = "%%webrun task --url {{{{url}}}} --schema visitor:str -q -o {name} {options}\nList the visitors."


@pytest.fixture(scope="module")
def kernel(tmp_path_factory) -> Iterator[Kernel]:
    folder = tmp_path_factory.mktemp("pages")
    (folder / "door.html").write_text(PAGE)
    (folder / "files.html").write_text('<a href="towns.csv" download>Download the towns</a>')
    (folder / "towns.csv").write_text("town,people\nUlm,129000\n")
    with running_kernel(WEBRUN_DATA_DIR=str(tmp_path_factory.mktemp("data"))) as kernel:
        assert kernel.run("%load_ext webrun_nb\n" + SERVER.format(folder=str(folder))).status == "ok"
        yield kernel


def test_an_environment_keeps_what_a_session_leaves(kernel):
    made = kernel.run("%webrun env create home --description 'where I live'")
    assert "environment home" in made.text
    twin = kernel.run("%webrun env create home")
    (known,) = re.findall("[0-9a-f]{24}", made.text)
    assert f"'home' already, {known} · --env home uses it" in twin.one_line
    for name in ("first", "second"):
        kernel.run("%webrun start --env home")
        assert kernel.run(TASK.format(name=name, options="")).status == "ok"
        kernel.run("%webrun terminate")
    assert value(kernel.run("[first.visitor[0], second.visitor[0]]")) == ["nobody", "an old friend"]


def test_a_single_task_may_have_an_environment(kernel):
    kernel.run("%webrun env create visit")
    for name in ("first", "second"):
        ran = kernel.run(TASK.format(name=name, options="--env visit"))
        assert ran.status == "ok", ran.errors
    kernel.run("from webrun_nb.common.money import rounded_dollars\nfrom webrun_nb.notebook.api import toolkit")
    latest = "[*toolkit.current.sessions.values()][-1]"
    assert value(kernel.run(f"rounded_dollars({latest}.snapshot.cost_usd)")) in ran.text, "as its card"
    assert value(kernel.run("[first.visitor[0], second.visitor[0]]")) == ["nobody", "an old friend"]


def test_an_open_session_has_its_environment_already(kernel):
    kernel.run("%webrun start")
    said = kernel.run(TASK.format(name="x", options="--env visit")).one_line
    kernel.run("%webrun terminate")
    assert "--env" in said


def test_environments_and_files_are_tables(kernel, tmp_path):
    (tmp_path / "cv.txt").write_text("a life")
    kernel.run("%webrun env create tables")
    uploaded = kernel.run(f"up = %webrun file upload '{tmp_path / 'cv.txt'}' --env tables\nup.name.tolist()")
    assert value(uploaded) == ["cv.txt"]
    assert value(kernel.run("files = %webrun file list --env tables\n[files.name[0], int(files['size'][0])]")) == [
        "cv.txt",
        6,
    ]
    listed = "all_ = %webrun env list\nbool((all_.name == 'tables').any()), str(all_.created_at.dt.tz)"
    assert value(kernel.run(listed)) == (True, "UTC")
    assert kernel.run("%webrun file delete cv.txt --env tables").status == "ok"
    assert value(kernel.run("left = %webrun file list --env tables\nlen(left)")) == 0


def test_an_archive_goes_out_and_comes_back(kernel, tmp_path):
    kernel.run("%webrun env create out\n%webrun env create back")
    kernel.run(TASK.format(name="first", options="--env out"))
    saved = kernel.run(f"%webrun env download out '{tmp_path}'")
    assert "logins" in saved.text
    assert kernel.run(f"%webrun env upload back '{tmp_path / 'out.tar.gz'}'").status == "ok"
    kernel.run(TASK.format(name="second", options="--env back"))
    assert value(kernel.run("second.visitor[0]")) == "an old friend"
    assert kernel.run("%webrun env delete back").status == "ok"
    assert "ENVIRONMENT_NOT_FOUND" in kernel.run("%webrun env show back").one_line


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("%webrun start --env nowhere", "there is no environment 'nowhere'"),
        ("%webrun file upload /no/such/file.txt", "there is no file /no/such/file.txt"),
        ("%webrun env upload visit /no/such/file.tgz", "there is no file"),
        ("%webrun file download", "downloaded nothing"),
        ("%webrun file delete x", "which environment"),
        ("%webrun env shwo x", "did you mean"),
        ("%%webrun task --file /no/such/cv.pdf\nAttach cv.pdf", "there is no file /no/such/cv.pdf"),
    ],
)
def test_what_there_is_not_is_one_line(kernel, line, said):
    assert said in kernel.run(line).one_line


def test_two_sessions_in_one_environment_are_reported(kernel):
    kernel.run("%webrun env create shared\n%webrun start a --env shared")
    said = kernel.run("%webrun start b --env shared").text
    kernel.run("%webrun terminate --all")
    assert "environment shared is used by session" in said


def test_a_download_says_its_name_its_size_and_how_it_is_opened(kernel, tmp_path):
    task = "%%webrun task --url {{ url.replace('door', 'files') }}{options}\nDownload the towns"
    ran = kernel.run(task.replace("{options}", ""))
    line = (
        'downloaded towns.csv · 23 bytes · webrun.last.files[0].df reads it, webrun.last.files[0].save(".") keeps it\n'
    )
    assert line in ran.text, ran.outputs
    assert value(kernel.run("webrun.last.files[0].df.town.tolist()")) == ["Ulm"]
    assert kernel.run(task.replace("{options}", " --bg towns")).status == "ok"
    assert "· towns.result().files[0].df reads it" in kernel.run("%webrun wait towns").text
    saved = kernel.run(f"%webrun file download --to '{tmp_path}'").text
    opens = f'pd.read_csv("{tmp_path}/towns.csv")'
    assert saved == f"{tmp_path}/towns.csv · 23 bytes · {opens} opens it\n"
    assert value(kernel.run(f"import pandas as pd\n{opens}.town.tolist()")) == ["Ulm"]
