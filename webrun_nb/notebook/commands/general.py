"""General commands: help with the manual, and asyncio."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable

from IPython.display import display

from webrun_nb.common.text import closest_match
from webrun_nb.notebook.syntax import values
from webrun_nb.notebook.syntax.errors import CommandError
from webrun_nb.notebook.syntax.help import help_text
from webrun_nb.notebook.syntax.spec import Command, Option
from webrun_nb.notebook.text.markdown import PageText
from webrun_nb.notebook.workspace import Workspace

# --- help -------------------------------------------------------------------------------------------------------------


_SAME_CHARS = 3
"""The length of a beginning that is taken for that of a verb, as in `environments` and `env`."""
_FIRST_CHAPTER = "notebook.md"


@dataclass(frozen=True, slots=True)
class Help:
    """Arguments of `help`. Without `verb`, the first screen is meant."""

    verb: str | None = None


def show_help(workspace: Workspace, arguments: Help) -> None:
    """Print the help of a verb, or the first screen.

    Raises
    ------
    CommandError
        There is no such verb. Where the manual has a section on it, the hint names that.
    """
    try:
        print(help_text(workspace.commands, arguments.verb))
    except CommandError as error:
        word = arguments.verb or ""
        names = [name for command in workspace.commands for name in (command.name, *command.aliases)]
        found = None if any(name[:_SAME_CHARS] == word[:_SAME_CHARS] for name in names) else _section_on(word)
        if found is None:
            raise
        topic, heading = found
        hint = f"the manual tells of it: %webrun help docs {topic}, section “{heading}”"
        raise CommandError(error.message, hint) from None


@dataclass(frozen=True, slots=True)
class HelpDocs:
    """Arguments of `help docs`. Without `topic`, the list of topics is meant."""

    topic: str | None = None


def show_docs(workspace: Workspace, arguments: HelpDocs) -> None:
    """Show a chapter of the manual, or list its topics.

    Raises
    ------
    CommandError
        There is no such topic.
    """
    pages = {path.name.removesuffix(".md"): path for path in _manual()}
    if arguments.topic is None:
        width = max(map(len, pages))
        lines = [f"  {topic:<{width}}  {_title(page)}" for topic, page in pages.items()]
        print("\n".join(["%webrun help docs TOPIC shows one of:", *lines]))
        return
    if arguments.topic not in pages:
        meant = closest_match(arguments.topic, pages)
        hint = f"did you mean {meant}?" if meant else f"there are: {', '.join(pages)}"
        raise CommandError(f"the manual has no topic {arguments.topic!r}", hint)
    text = pages[arguments.topic].read_text(encoding="utf-8")
    display(PageText(text, rest=f"webrun_nb/docs/{arguments.topic}.md"))  # type: ignore[no-untyped-call]


def _manual() -> list[Traversable]:
    """Return the files of the manual, in the order of their names."""
    pages = [path for path in files("webrun_nb").joinpath("docs").iterdir() if path.name.endswith(".md")]
    return sorted(pages, key=lambda path: path.name)


def _section_on(word: str) -> tuple[str, str] | None:
    """Return the chapter and the heading of the first section on a word, in the singular or plural; None without one.

    The notebook's chapter comes before all others.
    """
    wanted = word.casefold().removesuffix("s")
    for page in sorted(_manual(), key=lambda path: path.name != _FIRST_CHAPTER):
        for line in page.read_text(encoding="utf-8").splitlines():
            words = {each.removesuffix("s") for each in line.casefold().split()}
            if line.startswith(("## ", "### ")) and wanted in words:
                return page.name.removesuffix(".md"), line.lstrip("# ")
    return None


def _title(page: Traversable) -> str:
    """Return the first heading of a page."""
    return page.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")


HELP = Command(
    "help",
    "show this text, the help of a verb, or the manual",
    Help,
    show_help,
    (Option("", "verb", "which verb", "VERB", values.words, names="verb"),),
    subcommands=(
        Command(
            "help docs",
            "show a chapter of the manual, or list its topics",
            HelpDocs,
            show_docs,
            (
                Option(
                    "",
                    "topic",
                    "which chapter",
                    "TOPIC",
                    values.words,
                    choices=tuple(path.name.removesuffix(".md") for path in _manual()),
                ),
            ),
        ),
    ),
    examples=("%webrun help task", "%webrun help docs"),
)


# --- asyncio ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asyncio:
    """Arguments of `asyncio`; `setting` is always `on`."""

    setting: str


def switch_asyncio_on(workspace: Workspace, arguments: Asyncio) -> None:
    """Patch asyncio for this kernel, so that `asyncio.run(...)` works in cells. The toolkit itself doesn't need it.

    nest-asyncio on ipykernel 6; its continuation nest-asyncio2 from 7 on, where the former breaks the delivery of
    widget messages.
    """
    if int(version("ipykernel").partition(".")[0]) >= 7:
        import nest_asyncio2 as nesting
    else:
        import nest_asyncio as nesting
    nesting.apply()
    print("asyncio.run(...) now works in this notebook's cells")


def _setting(value: str, label: str) -> str:
    """Accept only `on`, which is the label, too: nest-asyncio can't be removed."""
    if value == "off":
        raise CommandError("asyncio can't be turned off again in a running kernel", "restart the kernel")
    if value != label:
        raise CommandError(f"asyncio takes {label}, not {value!r}", f"%webrun asyncio {label}")
    return value


ASYNCIO = Command(
    "asyncio",
    "make asyncio.run(...) work in cells",
    Asyncio,
    switch_asyncio_on,
    (Option("", "setting", "on: from now on, in this kernel", "on", _setting, required=True, choices=("on",)),),
    examples=("%webrun asyncio on",),
)

COMMANDS = (ASYNCIO, HELP)
