"""Commands for environments and files: env and file, with their subcommands."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from webrun_nb.common.text import closest_match, one_line
from webrun_nb.notebook.api import toolkit
from webrun_nb.notebook.commands.options import env_option
from webrun_nb.notebook.display.downloads import how_to_open, size_text
from webrun_nb.notebook.syntax import values
from webrun_nb.notebook.syntax.errors import CommandError
from webrun_nb.notebook.syntax.spec import Command, NameKind, Option
from webrun_nb.notebook.workspace import Workspace

if TYPE_CHECKING:
    import pandas as pd

_HOW_TO_DOWNLOAD = "ask a task for one, for example: Download the statement as CSV"


@dataclass(frozen=True, slots=True)
class EnvList:
    """Arguments of `env list`."""

    quiet: bool = False


def list_environments(workspace: Workspace, arguments: EnvList) -> pd.DataFrame | None:
    """Return all environments as a DataFrame."""
    from webrun_nb.notebook.display.compact_frame import compact
    from webrun_nb.notebook.display.tables import environments_frame

    whole = environments_frame(toolkit.client().environments.list())
    columns = ("name", "status", "size", "used", "last_used_at", "saved_at", "description")
    frame = compact(whole, *columns, when_empty="there is no environment yet; %webrun env create NAME makes one")
    return None if arguments.quiet else frame


@dataclass(frozen=True, slots=True)
class EnvCreate:
    """Arguments of `env create`."""

    name: str
    description: str = ""


def create(workspace: Workspace, arguments: EnvCreate) -> None:
    """Create an environment; its name must be new, because two of one name could be used only by their ids.

    Raises
    ------
    CommandError
        There is an environment of that name.
    """
    environments = toolkit.client().environments
    if twins := [known for known in environments.list() if known.name == arguments.name]:
        raise CommandError(
            f"there is an environment {one_line(arguments.name)!r} already, {twins[0].id}",
            f"--env {shlex.quote(one_line(arguments.name))} uses it; for an empty one choose another name,"
            " or %webrun env delete it first",
        )
    made = environments.create(arguments.name, arguments.description)
    print(f"environment {one_line(made.name)} · {made.id} · empty; %webrun start --env uses it")


@dataclass(frozen=True, slots=True)
class EnvShow:
    """Arguments of `env show`. `name` is a name or an id, as in all of these."""

    name: str
    quiet: bool = False


def show(workspace: Workspace, arguments: EnvShow) -> pd.DataFrame | None:
    """Print what an environment contains, and return its files as a DataFrame."""
    from webrun_nb.notebook.display.compact_frame import compact
    from webrun_nb.notebook.display.tables import files_frame

    environments = toolkit.client().environments
    found = environments.find(arguments.name)
    size = "" if found.size_bytes is None else f" · profile of {size_text(found.size_bytes)}"
    used = "1 time" if found.usage_count == 1 else f"{found.usage_count} times"
    print(f"environment {one_line(found.name)} · {found.id} · {found.status}{size} · used {used}")
    if found.description:
        print(one_line(found.description))
    frame = compact(files_frame(environments.files(found.id)), when_empty=_no_files(found.name))
    return None if arguments.quiet else frame


@dataclass(frozen=True, slots=True)
class EnvDelete:
    """Arguments of `env delete`."""

    name: str


def delete(workspace: Workspace, arguments: EnvDelete) -> None:
    """Delete an environment with its files."""
    environments = toolkit.client().environments
    found = environments.find(arguments.name)
    environments.delete(found.id)
    print(f"environment {one_line(found.name)} is deleted")


@dataclass(frozen=True, slots=True)
class EnvUpload:
    """Arguments of `env upload`."""

    name: str
    path: str


def upload(workspace: Workspace, arguments: EnvUpload) -> None:
    """Replace an environment's profile by an archive."""
    done = toolkit.client().environments.upload(arguments.name, arguments.path)
    print(f"environment {one_line(done.name)} · {done.status} · {size_text(done.size_bytes or 0)}")


@dataclass(frozen=True, slots=True)
class EnvDownload:
    """Arguments of `env download`."""

    name: str
    path: str | None = None


def download(workspace: Workspace, arguments: EnvDownload) -> None:
    """Save an environment's archive."""
    path = toolkit.client().environments.download(arguments.name, arguments.path)
    print(f"{path} · {size_text(path.stat().st_size)}; it contains logins: protect it like a password")


@dataclass(frozen=True, slots=True)
class FileList:
    """Arguments of `file list`."""

    env: str | None = None
    quiet: bool = False


def list_files(workspace: Workspace, arguments: FileList) -> pd.DataFrame | None:
    """Return an environment's files as a DataFrame, or what the last task downloaded."""
    from webrun_nb.notebook.display.compact_frame import compact
    from webrun_nb.notebook.display.tables import downloads_frame, files_frame

    if arguments.env is not None:
        whole = files_frame(toolkit.client().environments.files(arguments.env))
        frame = compact(whole, when_empty=_no_files(arguments.env))
    else:
        whole = downloads_frame(workspace.last_files)
        frame = compact(whole, when_empty=f"the last task downloaded no file; {_HOW_TO_DOWNLOAD}")
    return None if arguments.quiet else frame


def _no_files(environment: str) -> str:
    named = shlex.quote(one_line(environment))
    return f"environment {one_line(environment)} has no files; %webrun file upload PATH --env {named} adds one"


@dataclass(frozen=True, slots=True)
class FileUpload:
    """Arguments of `file upload`."""

    path: str
    env: str | None = None
    quiet: bool = False


def upload_file(workspace: Workspace, arguments: FileUpload) -> pd.DataFrame | None:
    """Upload a file, into an environment or for an hour."""
    from webrun_nb.notebook.display.compact_frame import compact
    from webrun_nb.notebook.display.tables import files_frame

    files = toolkit.client().environments.upload_files([arguments.path], arguments.env)
    if arguments.env is None:
        print("kept for an hour; a task of a session with an environment keeps it there")
    return None if arguments.quiet else compact(files_frame(files))


@dataclass(frozen=True, slots=True)
class FileDownload:
    """Arguments of `file download`."""

    name: str | None = None
    to: str | None = None


def download_file(workspace: Workspace, arguments: FileDownload) -> None:
    """Save what the last task downloaded.

    Raises
    ------
    CommandError
        The last task downloaded nothing, or nothing of that name.
    """
    files = workspace.last_files
    if not files:
        raise CommandError("the last task downloaded nothing", _HOW_TO_DOWNLOAD)
    names = [file.filename for file in files]
    if arguments.name is not None and arguments.name not in names:
        meant = closest_match(arguments.name, names)
        raise CommandError(
            f"the last task downloaded no {arguments.name!r}",
            f"did you mean {meant}?" if meant else f"there are: {', '.join(names)}",
        )
    wanted = [file for file in files if arguments.name in (None, file.filename)]
    for file in wanted:
        path = file.save(arguments.to or ".")
        size = size_text(path.stat().st_size)
        print(f"{one_line(str(path))} · {size} · {how_to_open(str(path))} opens it")


@dataclass(frozen=True, slots=True)
class FileDelete:
    """Arguments of `file delete`."""

    name: str
    env: str | None = None


def delete_file(workspace: Workspace, arguments: FileDelete) -> None:
    """Delete a file of an environment.

    Raises
    ------
    CommandError
        No environment is named.
    """
    if arguments.env is None:
        raise CommandError("file delete: which environment?", "%webrun file delete NAME --env ENV")
    toolkit.client().environments.delete_file(arguments.name, arguments.env)
    print(f"{one_line(arguments.name)} is deleted")


def _name(help_text: str = "its name or id", names: NameKind | None = "env") -> Option:
    return Option("", "name", help_text, "NAME", values.environment, required=True, names=names)


ENV = Command(
    "env",
    "environments: logins and files that outlive their sessions",
    EnvList,
    list_environments,
    subcommands=(
        Command("env list", "all environments, as a DataFrame", EnvList, list_environments, shows_rows=True),
        Command(
            "env create",
            "create an empty one: %webrun start --env NAME uses it",
            EnvCreate,
            create,
            (_name("its name", names=None), Option("--description", "description", "its purpose", "TEXT", values.text)),
        ),
        Command("env show", "what it contains; its files as a DataFrame", EnvShow, show, (_name(),), shows_rows=True),
        Command(
            "env delete",
            "delete it with its files; sessions that use it continue",
            EnvDelete,
            delete,
            (_name(),),
        ),
        Command(
            "env upload",
            "replace its profile by a profile's archive (.tar.gz)",
            EnvUpload,
            upload,
            (_name(), Option("", "path", "the archive", "PATH", values.path, required=True)),
        ),
        Command(
            "env download",
            "save its profile and files as an archive",
            EnvDownload,
            download,
            (_name(), Option("", "path", "the archive's path (NAME.tar.gz)", "PATH", values.path)),
        ),
    ),
    shows_rows=True,
    examples=("%webrun env create work",),
)
"""`%webrun env`, and its subcommands."""

FILE = Command(
    "file",
    "files that tasks downloaded, and files for tasks to upload",
    FileList,
    list_files,
    subcommands=(
        Command(
            "file list",
            "what the last task downloaded, or an environment's files, as a DataFrame",
            FileList,
            list_files,
            (env_option("list this environment's files"),),
            shows_rows=True,
        ),
        Command(
            "file upload",
            "keep a file in an environment; without --env, for an hour",
            FileUpload,
            upload_file,
            (
                Option("", "path", "the file", "PATH", values.path, required=True),
                env_option("the environment that keeps it"),
            ),
            shows_rows=True,
        ),
        Command(
            "file download",
            "save what the last task downloaded",
            FileDownload,
            download_file,
            (
                Option("", "name", "which file, if not all", "NAME", values.path, names="file"),
                Option("--to", "to", "the folder, or the file (the current folder)", "PATH", values.path),
            ),
        ),
        Command(
            "file delete",
            "delete a file of an environment",
            FileDelete,
            delete_file,
            (
                Option("", "name", "its name or id", "NAME", values.path, required=True),
                env_option("the environment that has it"),
            ),
        ),
    ),
    shows_rows=True,
    examples=("%webrun file list",),
)
"""`%webrun file`, and its subcommands."""

COMMANDS = (ENV, FILE)
