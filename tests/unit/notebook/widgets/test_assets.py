"""Tests of the linker of the widgets' ES modules."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from helpers.node import node
from webrun_nb.notebook.widgets.assets import LinkError, link
from webrun_nb.notebook.widgets.job_card import JobCard
from webrun_nb.notebook.widgets.live_view import LiveViewWidget
from webrun_nb.notebook.widgets.session_card import SessionCard
from webrun_nb.notebook.widgets.sessions_table import SessionsTable
from webrun_nb.notebook.widgets.task_line import TaskLine

CIRCLE = {"numbers": 'import { x } from "./other.js";\n', "other": 'import { y } from "./numbers.js";\n'}
ENTRY = 'import { double, add as plus } from "./numbers.js";\nexport default plus(double(20), 2);\n'


def write(folder: Path, **modules: str) -> Path:
    """Write modules by name; return the path of `entry`."""
    for name, text in modules.items():
        (folder / f"{name}.js").write_text(text)
    return folder / "entry.js"


def default_export(module: str) -> str:
    """Return the printed default export of a module, run by Node."""
    script = f"import('data:text/javascript,' + encodeURIComponent({module!r})).then(m => console.log(m.default))"
    done = subprocess.run([str(node()), "-e", script], capture_output=True, text=True, timeout=60, check=True)
    return done.stdout.strip()


def test_linked_modules_do_what_they_do_apart(tmp_path: Path) -> None:
    numbers = (
        'import {\n  TWO,\n} from "./two.js";\n'
        "export const double = (n) => n * TWO;\nexport function add(a, b) { return a + b; }\n"
    )
    linked = link(write(tmp_path, entry=ENTRY, numbers=numbers, two="export const TWO = 2;\nconst add = null;\n"))
    assert "import" not in linked
    assert default_export(linked) == "42"


def test_a_module_that_two_import_is_there_once(tmp_path: Path) -> None:
    count = "globalThis.count = (globalThis.count ?? 0) + 1;\nexport const count = () => globalThis.count;\n"
    left = 'import { count } from "./count.js";\nexport const left = count;\n'
    entry = 'import { left } from "./left.js";\nimport { count } from "./count.js";\nexport default left() + count();\n'
    assert default_export(link(write(tmp_path, entry=entry, left=left, count=count))) == "2"


def test_linking_is_deterministic(tmp_path: Path) -> None:
    entry = write(tmp_path, entry=ENTRY, numbers="export const double = 1;\nexport const add = 2;\n")
    assert link(entry) == link(entry)


@pytest.mark.parametrize(
    ("modules", "message"),
    [
        ({"entry": ENTRY}, "numbers.js, which does not exist"),
        ({"entry": ENTRY, "numbers": "export const double = 1;\n"}, "add, which numbers.js does not export"),
        ({"entry": 'import numbers from "./numbers.js";\n'}, "does not support 'import numbers from"),
        ({"entry": 'import * as all from "./numbers.js";\n'}, "does not support 'import [*] as all"),
        ({"entry": 'const all = await import("./numbers.js");\n'}, "does not support 'import[(]'"),
        ({"entry": 'export * from "./numbers.js";\n'}, "does not support 'export [*]"),
        ({"entry": ENTRY, "numbers": "export let double = 1;\n"}, "does not support 'export let double"),
        ({"entry": ENTRY, "numbers": "export default 1;\n"}, "does not support 'export default'|does not export"),
        (
            {
                "entry": ENTRY,
                "numbers": 'import { x } from "./other.js";\n',
                "other": 'import { y } from "./numbers.js";\n',
            },
            "numbers.js → other.js → numbers.js",
        ),
    ],
)
def test_what_cannot_be_linked_is_refused(tmp_path: Path, modules: dict[str, str], message: str) -> None:
    with pytest.raises(LinkError, match=message):
        link(write(tmp_path, **modules))


@pytest.mark.parametrize("widget", [SessionCard, SessionsTable, JobCard, TaskLine, LiveViewWidget])
def test_each_widget_has_one_module_that_node_can_load(widget: type) -> None:
    script = widget._esm if isinstance(widget._esm, str) else widget._esm.read_text()  # type: ignore[attr-defined]
    assert default_export(script).startswith("{")
    assert "render" in default_export(script)
