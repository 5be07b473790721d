"""How `%webrun env …` and `%webrun file …` are written: the contract's section 8."""

from __future__ import annotations

from webrun_nb.notebook import options
from webrun_nb.notebook.commands import (
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
from webrun_nb.notebook.grammar import Option, Verb


def _name(help_text: str = "its name or id") -> Option:
    return Option("", "name", help_text, "NAME", options.environment, required=True)


def _env(help_text: str) -> Option:
    return Option("--env", "env", help_text, "ENV", options.environment)


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
                Option("", "name", "what to call it", "NAME", options.environment, required=True),
                Option("--description", "description", "what it is for", "TEXT", options.text),
            ),
        ),
        Verb("env show", "what it holds; its files as a DataFrame", EnvShow, (_name(),), shows_rows=True),
        Verb("env delete", "delete it with its files; sessions that use it run on", EnvDelete, (_name(),)),
        Verb(
            "env upload",
            "put a profile's archive (.tar.gz) in the place of its profile",
            EnvUpload,
            (_name(), Option("", "path", "the archive", "PATH", options.path, required=True)),
        ),
        Verb(
            "env download",
            "save its profile and files as an archive",
            EnvDownload,
            (_name(), Option("", "path", "where to (NAME.tar.gz)", "PATH", options.path)),
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
                Option("", "path", "the file", "PATH", options.path, required=True),
                _env("the environment that keeps it"),
            ),
            shows_rows=True,
        ),
        Verb(
            "file download",
            "save what the last task downloaded",
            FileDownload,
            (
                Option("", "name", "which file, if not all", "NAME", options.path),
                Option("--to", "to", "the folder, or the file (the present folder)", "PATH", options.path),
            ),
        ),
        Verb(
            "file delete",
            "delete a file of an environment",
            FileDelete,
            (
                Option("", "name", "its name or id", "NAME", options.path, required=True),
                _env("the environment that has it"),
            ),
        ),
    ),
    shows_rows=True,
)
"""`%webrun file`, and each of its parts."""
