"""Tests of the command line without a browser: refusals before anything starts, copied notebooks, checks of doctor."""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import sys
from pathlib import Path

import pytest

from webrun_nb.cli import doctor, lab, main
from webrun_nb.cli.output import print_error, printable, program_name

Captured = pytest.CaptureFixture[str]


@pytest.mark.parametrize("command", ["demo", "lab", "emulator", "doctor", "install-browser"])
def test_every_command_explains_itself(command: str, capsys: Captured) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    assert f"webrun-nb {command}" in capsys.readouterr().out


def test_an_unknown_command_is_a_wrong_command_line(capsys: Captured) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["dmeo"])
    assert ended.value.code == 2


# --- output -----------------------------------------------------------------------------------------------------------


def test_an_error_is_one_line_on_stderr(capsys: Captured) -> None:
    print_error("demo", "two\nlines")
    assert capsys.readouterr() == ("", "webrun-nb demo: two lines\n")


def test_a_page_cannot_control_the_terminal() -> None:
    assert printable("Laptop \x1b[2J\x07 €5\n") == "Laptop �[2J� €5\n"


def test_a_program_that_is_not_on_the_path_is_named_as_it_was_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", [".venv/bin/webrun-nb", "demo"])
    monkeypatch.setenv("PATH", str(tmp_path))
    assert program_name() == ".venv/bin/webrun-nb"


def test_a_program_on_the_path_is_named_without_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "webrun-nb"
    program.touch(mode=0o755)
    monkeypatch.setattr(sys, "argv", [str(program), "demo"])
    monkeypatch.setenv("PATH", str(tmp_path))
    assert program_name() == "webrun-nb"


def test_a_module_is_named_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["webrun_nb/__main__.py", "demo"])
    assert program_name().endswith("-m webrun_nb")


# --- demo -------------------------------------------------------------------------------------------------------------

PAGE = "https://shop.example/"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--url", "ftp://shop.example/", "List the laptops"], "--url ftp://shop.example/ must be"),
        (["--url", "shop.example", "List the laptops"], "did you mean https://shop.example?"),
        (["--url", "practice:", "List the laptops"], "practice"),
        (["--url", PAGE, "--schema", "name:strr", "List the laptops"], "strr"),
        (["--url", PAGE, "--schema", "", "List the laptops"], "schema: it is empty"),
        (["--url", PAGE], "no task is given"),
        (["--url", PAGE, "  "], "task is empty"),
        (["List the laptops"], "--url"),
    ],
)
def test_demo_refuses_in_one_line_before_anything_starts(arguments: list[str], said: str, capsys: Captured) -> None:
    code = main(["demo", *arguments])
    out, err = capsys.readouterr()
    assert (code, out) == (2, "")
    assert err.startswith("webrun-nb demo: ")
    assert err.count("\n") == 1
    assert said in err


@pytest.mark.parametrize("command", ["demo", "install-browser"])
def test_without_the_emulator_s_packages_the_pip_line_is_said(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setitem(sys.modules, "webrun_nb.browsers.install", None)
    assert main([command]) == 1
    assert "-m pip install 'webrun-nb[emulator]'" in capsys.readouterr().err


# --- lab --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def ours(tmp_path: Path) -> Path:
    """Return the folder with the notebooks of the package."""
    folder = tmp_path / "ours"
    (folder / "data").mkdir(parents=True)
    (folder / lab.FIRST).write_text("first")
    (folder / "02_more.ipynb").write_text("second")
    (folder / "data" / "rows.csv").write_text("a,b")
    (folder / ".ipynb_checkpoints").mkdir()
    (folder / ".ipynb_checkpoints" / lab.FIRST).write_text("left by an editor")
    return folder


def test_notebooks_are_copied_with_what_belongs_to_them(ours: Path, tmp_path: Path) -> None:
    copied = lab.copy_notebooks(ours, tmp_path / "mine")
    assert copied == lab.CopyResult((lab.FIRST, "02_more.ipynb", "data/rows.csv"), ())
    assert (tmp_path / "mine" / "data" / "rows.csv").read_text() == "a,b"
    assert not (tmp_path / "mine" / ".ipynb_checkpoints").exists()


def test_a_second_copy_changes_nothing(ours: Path, tmp_path: Path) -> None:
    lab.copy_notebooks(ours, tmp_path / "mine")
    assert lab.copy_notebooks(ours, tmp_path / "mine") == lab.CopyResult((), ())


def test_what_the_user_changed_is_kept_when_ours_changes_too(ours: Path, tmp_path: Path) -> None:
    lab.copy_notebooks(ours, tmp_path / "mine")
    (tmp_path / "mine" / lab.FIRST).write_text("my own words")
    (ours / lab.FIRST).write_text("first, revised")
    assert lab.copy_notebooks(ours, tmp_path / "mine") == lab.CopyResult((), (lab.FIRST,))
    assert (tmp_path / "mine" / lab.FIRST).read_text() == "my own words"


def test_what_the_user_left_alone_follows_ours(ours: Path, tmp_path: Path) -> None:
    lab.copy_notebooks(ours, tmp_path / "mine")
    (ours / lab.FIRST).write_text("first, revised")
    assert lab.copy_notebooks(ours, tmp_path / "mine") == lab.CopyResult((lab.FIRST,), ())
    assert (tmp_path / "mine" / lab.FIRST).read_text() == "first, revised"


def test_a_file_that_was_there_before_is_kept(ours: Path, tmp_path: Path) -> None:
    (tmp_path / lab.FIRST).write_text("something else of the same name")
    assert lab.copy_notebooks(ours, tmp_path).kept == (lab.FIRST,)
    assert (tmp_path / lab.FIRST).read_text() == "something else of the same name"


def test_changes_survive_a_broken_record(ours: Path, tmp_path: Path) -> None:
    lab.copy_notebooks(ours, tmp_path / "mine")
    (tmp_path / "mine" / ".webrun-notebooks.json").write_text("{")
    (tmp_path / "mine" / lab.FIRST).write_text("my own words")
    assert lab.copy_notebooks(ours, tmp_path / "mine").kept == (lab.FIRST,)


@pytest.fixture
def become(ours: Path, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Record the command of JupyterLab instead of running it."""
    became: list[list[str]] = []
    monkeypatch.setattr(lab, "find_notebooks", lambda: ours)
    monkeypatch.setattr(lab.os, "execv", lambda program, arguments: became.append(arguments))
    return became


def test_lab_opens_jupyterlab_on_the_quickstart(
    become: list[list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lab.os, "geteuid", lambda: 1000, raising=False)
    main(["lab", "--dir", str(tmp_path / "mine"), "--", "--no-browser", "--port=9999"])
    opened = str(tmp_path / "mine" / lab.FIRST)
    assert become == [[sys.executable, "-m", "jupyterlab", opened, "--no-browser", "--port=9999"]]


def test_lab_says_where_jupyterlabs_options_go(capsys: Captured) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["lab", "--no-browser"])
    assert ended.value.code == 2
    assert "webrun-nb lab -- --no-browser" in capsys.readouterr().err


def test_an_unknown_option_of_any_other_command_is_a_wrong_command_line(capsys: Captured) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["install-browser", "--dir"])
    assert ended.value.code == 2
    assert "unrecognized arguments: --dir" in capsys.readouterr().err


def test_lab_as_root_may_run_as_root(
    become: list[list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setattr(lab.os, "geteuid", lambda: 0, raising=False)
    main(["lab", "--dir", str(tmp_path / "mine")])
    assert become[0][-1] == "--allow-root"
    assert "as root" in capsys.readouterr().out


def test_lab_names_the_notebooks_that_were_kept(become: list[list[str]], tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / "02_more.ipynb").write_text("mine")
    main(["lab", "--dir", str(tmp_path)])
    assert "02_more.ipynb: your version was kept" in capsys.readouterr().out


def test_lab_without_jupyterlab_says_the_pip_line(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    monkeypatch.setattr(lab.importlib.util, "find_spec", lambda name: None)
    assert main(["lab"]) == 1
    err = capsys.readouterr().err
    assert "-m pip install 'webrun-nb[lab]'" in err
    assert err.count("\n") == 1


def test_lab_where_the_folder_can_not_be_made_says_so(
    become: list[list[str]], tmp_path: Path, capsys: Captured
) -> None:
    (tmp_path / "file").write_text("in the way")
    assert main(["lab", "--dir", str(tmp_path / "file")]) == 1
    assert "--dir" in capsys.readouterr().err
    assert become == []


# --- doctor -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("version", "state"), [((3, 10, 14), "missing"), ((3, 11, 0), "ok"), ((3, 13, 1), "ok")])
def test_python_has_to_be_new_enough(version: tuple[int, ...], state: str) -> None:
    assert doctor.python_version(version).state == state


def test_a_required_package_that_is_not_there_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    found = groups(monkeypatch, ["no-such-package>=1", 'no-such-extra>=1; extra == "lab"'])
    assert (found["toolkit"].state, found["toolkit"].detail) == ("missing", "no no-such-package")


def test_an_extra_that_is_not_there_is_optional_and_says_its_pip_line(monkeypatch: pytest.MonkeyPatch) -> None:
    found = groups(monkeypatch, ["pytest", 'no-such-extra>=1; extra == "lab"'])
    assert found["lab's packages"].state == "optional"
    assert "pip install 'webrun-nb[lab]'" in found["lab's packages"].fix


def test_a_package_that_is_too_old_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    found = groups(monkeypatch, ["pytest>=1000"])
    assert "is not >=1000" in found["toolkit"].detail


def test_a_package_for_other_pythons_is_not_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    found = groups(monkeypatch, ["pytest", 'no-such-package; python_version < "3.0"'])
    assert found["toolkit"].detail == "1 packages"


def groups(monkeypatch: pytest.MonkeyPatch, requires: list[str]) -> dict[str, doctor.Finding]:
    monkeypatch.setattr(importlib.metadata, "requires", lambda name: requires)
    return {finding.name: finding for finding in doctor.package_groups()}


def test_cards_need_both_extensions_of_jupyterlab(tmp_path: Path) -> None:
    extension(tmp_path, "anywidget", "0.11.0")
    found = doctor.widgets_in_lab([tmp_path])
    assert found.state == "missing"
    assert "@jupyter-widgets/jupyterlab-manager" in found.detail


def test_the_extensions_may_be_in_different_folders(tmp_path: Path) -> None:
    extension(tmp_path / "one", "anywidget", "0.11.0")
    extension(tmp_path / "two", "@jupyter-widgets/jupyterlab-manager", "5.0.16")
    assert doctor.widgets_in_lab([tmp_path / "one", tmp_path / "two"]).state == "ok"


def extension(folder: Path, name: str, version: str) -> None:
    (folder / name).mkdir(parents=True)
    (folder / name / "package.json").write_text(json.dumps({"name": name, "version": version}))


@pytest.mark.parametrize(("version", "said"), [("7.4.0", "while a cell runs"), ("6.30.1", "has ended")])
def test_a_kernel_s_version_decides_when_buttons_answer(version: str, said: str) -> None:
    assert said in doctor.ipykernel_version(version).detail


def test_a_kernel_on_which_cards_do_not_update_is_missing() -> None:
    found = doctor.ipykernel_version("7.0.1")
    assert (found.state, "cards do not update" in found.detail, "ipykernel>=7.1" in (found.fix or "")) == (
        "missing",
        True,
        True,
    )


def test_a_data_folder_that_can_not_be_made_is_missing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert doctor.data_folder(tmp_path / "file" / "data").state == "missing"


def test_the_data_folder_is_left_empty(tmp_path: Path) -> None:
    assert doctor.data_folder(tmp_path / "data").state == "ok"
    assert list((tmp_path / "data").iterdir()) == []


def test_a_key_is_never_shown() -> None:
    assert "wr_secret" not in str(doctor.api_key("wr_secret"))


def test_libraries_that_ldd_does_not_find_are_named() -> None:
    said = "\tlibnss3.so => not found\n\tlibc.so.6 => /lib/libc.so.6 (0x00007f)\n\tlibgbm.so.1 => not found\n"
    assert doctor.missing_libraries(said) == ["libnss3.so", "libgbm.so.1"]


@pytest.mark.parametrize(("state", "code"), [("ok", 0), ("optional", 0), ("missing", 1)])
def test_doctor_fails_only_where_something_required_is_missing(
    state: doctor.State, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "run_checks", lambda *model: iter([doctor.Finding("browser", state, "whatever")]))
    assert doctor.run(argparse.Namespace(model=None, model_url=None)) == code


def test_the_report_is_aligned_and_says_states_in_words(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    findings = [doctor.Finding("Python", "ok", "here"), doctor.Finding("emulator", "missing", "here", "run: this")]
    monkeypatch.setattr(doctor, "run_checks", lambda *model: iter(findings))
    doctor.run(argparse.Namespace(model=None, model_url=None))
    first, second = capsys.readouterr().out.splitlines()[:2]
    assert first.split()[0] == "ok"
    assert second.split()[0] == "missing"
    assert first.index("here") == second.index("here")


@pytest.mark.parametrize(
    ("price", "said"),
    [
        ("comput=0.03", "there are: compute, input, output, proxy"),
        ("compute=cheap", "write dollars, as in compute=0.03"),
        ("compute=-1", "write dollars, as in compute=0.03"),
        ("compute=nan", "write dollars, as in compute=0.03"),
    ],
)
def test_an_invalid_price_is_refused_before_anything_starts(price: str, said: str, capsys: Captured) -> None:
    assert main(["emulator", "--price", price]) == 2
    assert said in capsys.readouterr().err


def test_an_invalid_host_to_allow_is_a_wrong_command_line(capsys: Captured) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["emulator", "--allow-host", "a b"])
    assert ended.value.code == 2
    assert "'a b' is not a host name" in capsys.readouterr().err
