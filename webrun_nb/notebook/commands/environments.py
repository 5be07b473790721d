"""`%webrun env …` and `%webrun file …`, in a notebook."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from webrun_nb.common.text import one_line
from webrun_nb.notebook.api import toolkit
from webrun_nb.notebook.commands.definitions import (
    EnvCreate,
    EnvDelete,
    EnvDownload,
    EnvList,
    EnvShow,
    EnvUpload,
    FileDelete,
    FileDownload,
    FileList,
    FileUpload,
)
from webrun_nb.notebook.display.downloads import how_to_open, size_text
from webrun_nb.notebook.syntax import values
from webrun_nb.notebook.syntax.errors import CommandError, near
from webrun_nb.notebook.syntax.spec import Option, Verb
from webrun_nb.notebook.workspace import Workspace

if TYPE_CHECKING:
    import pandas as pd

_HOW_TO_DOWNLOAD = "a task downloads one that it is asked for, for example: Download the statement as CSV"


def list_environments(workspace: Workspace, command: EnvList) -> pd.DataFrame | None:
    """Return all environments."""
    from webrun_nb.notebook.display.tables import environments_frame, narrow

    whole = environments_frame(toolkit.client().environments.list())
    telling = ("name", "status", "size", "used", "last_used_at", "saved_at", "description")
    frame = narrow(whole, *telling, when_empty="there is no environment yet; %webrun env create NAME makes one")
    return None if command.quiet else frame


def create(workspace: Workspace, command: EnvCreate) -> None:
    """Make an environment, but none of a name that there is: it could be used by its id alone.

    Raises
    ------
    CommandError
        There is one of that name.
    """
    environments = toolkit.client().environments
    if twins := [known for known in environments.list() if known.name == command.name]:
        raise CommandError(
            f"there is an environment {one_line(command.name)!r} already, {twins[0].id}",
            f"--env {shlex.quote(one_line(command.name))} uses it; for an empty one choose another name,"
            " or %webrun env delete it first",
        )
    made = environments.create(command.name, command.description)
    print(f"environment {one_line(made.name)} · {made.id} · empty; %webrun start --env uses it")


def show(workspace: Workspace, command: EnvShow) -> pd.DataFrame | None:
    """Say what an environment holds, and return its files."""
    from webrun_nb.notebook.display.tables import files_frame, narrow

    environments = toolkit.client().environments
    found = environments.find(command.name)
    size = "" if found.blob_size is None else f" · profile of {size_text(found.blob_size)}"
    used = "1 time" if found.usage_count == 1 else f"{found.usage_count} times"
    print(f"environment {one_line(found.name)} · {found.id} · {found.status}{size} · used {used}")
    if found.description:
        print(one_line(found.description))
    frame = narrow(files_frame(environments.files(found.id)), when_empty=_no_files(found.name))
    return None if command.quiet else frame


def delete(workspace: Workspace, command: EnvDelete) -> None:
    """Delete an environment."""
    environments = toolkit.client().environments
    found = environments.find(command.name)
    environments.delete(found.id)
    print(f"environment {one_line(found.name)} is deleted")


def upload(workspace: Workspace, command: EnvUpload) -> None:
    """Put an archive in the place of an environment's profile."""
    done = toolkit.client().environments.upload(command.name, command.path)
    print(f"environment {one_line(done.name)} · {done.status} · {size_text(done.blob_size or 0)}")


def download(workspace: Workspace, command: EnvDownload) -> None:
    """Save an environment's archive."""
    path = toolkit.client().environments.download(command.name, command.path)
    print(f"{path} · {size_text(path.stat().st_size)}; it holds logins: keep it as you keep a password")


def list_files(workspace: Workspace, command: FileList) -> pd.DataFrame | None:
    """Return an environment's files, or what the last task downloaded."""
    from webrun_nb.notebook.display.tables import downloads_frame, files_frame, narrow

    if command.env is not None:
        whole = files_frame(toolkit.client().environments.files(command.env))
        frame = narrow(whole, when_empty=_no_files(command.env))
    else:
        whole = downloads_frame(() if toolkit.last is None else toolkit.last.files)
        frame = narrow(whole, when_empty=f"the last task downloaded no file; {_HOW_TO_DOWNLOAD}")
    return None if command.quiet else frame


def _no_files(environment: str) -> str:
    named = shlex.quote(one_line(environment))
    return f"environment {one_line(environment)} has no files; %webrun file upload PATH --env {named} adds one"


def upload_file(workspace: Workspace, command: FileUpload) -> pd.DataFrame | None:
    """Upload a file."""
    from webrun_nb.notebook.display.tables import files_frame, narrow

    files = toolkit.client().environments.upload_files([command.path], command.env)
    if command.env is None:
        print("kept for an hour; a task of a session with an environment keeps it there")
    return None if command.quiet else narrow(files_frame(files))


def download_file(workspace: Workspace, command: FileDownload) -> None:
    """Save what the last task downloaded.

    Raises
    ------
    CommandError
        It downloaded nothing, or nothing of that name.
    """
    files = () if toolkit.last is None else toolkit.last.files
    if not files:
        raise CommandError("the last task downloaded nothing", _HOW_TO_DOWNLOAD)
    names = [file.filename for file in files]
    if command.name is not None and command.name not in names:
        meant = near(command.name, names)
        raise CommandError(
            f"the last task downloaded no {command.name!r}",
            f"did you mean {meant}?" if meant else f"there are: {', '.join(names)}",
        )
    wanted = [file for file in files if command.name in (None, file.filename)]
    for file in wanted:
        path = file.save(command.to or ".")
        size = size_text(path.stat().st_size)
        print(f"{one_line(str(path))} · {size} · {how_to_open(str(path))} opens it")


def delete_file(workspace: Workspace, command: FileDelete) -> None:
    """Delete a file of an environment.

    Raises
    ------
    CommandError
        No environment is named.
    """
    if command.env is None:
        raise CommandError("file delete: which environment?", "%webrun file delete NAME --env ENV")
    toolkit.client().environments.delete_file(command.name, command.env)
    print(f"{one_line(command.name)} is deleted")


def _name(help_text: str = "its name or id") -> Option:
    return Option("", "name", help_text, "NAME", values.environment, required=True)


def _env(help_text: str) -> Option:
    return Option("--env", "env", help_text, "ENV", values.environment)


ENV = Verb(
    "env",
    "environments: logins and files that outlive their sessions",
    EnvList,
    parts=(
        Verb("env list", "all of them, as a DataFrame", EnvList, shows_rows=True),
        Verb(
            "env create",
            "make one, empty: %webrun start --env NAME uses it",
            EnvCreate,
            (
                Option("", "name", "what to call it", "NAME", values.environment, required=True),
                Option("--description", "description", "what it is for", "TEXT", values.text),
            ),
        ),
        Verb("env show", "what it holds; its files as a DataFrame", EnvShow, (_name(),), shows_rows=True),
        Verb("env delete", "delete it with its files; sessions that use it run on", EnvDelete, (_name(),)),
        Verb(
            "env upload",
            "put a profile's archive (.tar.gz) in the place of its profile",
            EnvUpload,
            (_name(), Option("", "path", "the archive", "PATH", values.path, required=True)),
        ),
        Verb(
            "env download",
            "save its profile and files as an archive",
            EnvDownload,
            (_name(), Option("", "path", "where to (NAME.tar.gz)", "PATH", values.path)),
        ),
    ),
    shows_rows=True,
)
"""`%webrun env`, and each of its parts."""

FILE = Verb(
    "file",
    "files that tasks downloaded, and files for tasks to upload",
    FileList,
    parts=(
        Verb(
            "file list",
            "what the last task downloaded, or an environment's files, as a DataFrame",
            FileList,
            (_env("list this environment's files"),),
            shows_rows=True,
        ),
        Verb(
            "file upload",
            "keep a file in an environment; without --env, for an hour",
            FileUpload,
            (
                Option("", "path", "the file", "PATH", values.path, required=True),
                _env("the environment that keeps it"),
            ),
            shows_rows=True,
        ),
        Verb(
            "file download",
            "save what the last task downloaded",
            FileDownload,
            (
                Option("", "name", "which file, if not all", "NAME", values.path),
                Option("--to", "to", "the folder, or the file (the present folder)", "PATH", values.path),
            ),
        ),
        Verb(
            "file delete",
            "delete a file of an environment",
            FileDelete,
            (
                Option("", "name", "its name or id", "NAME", values.path, required=True),
                _env("the environment that has it"),
            ),
        ),
    ),
    shows_rows=True,
)
"""`%webrun file`, and each of its parts."""
