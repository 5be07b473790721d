"""Runs commands for one notebook."""

from __future__ import annotations

from collections.abc import Mapping

from IPython.core.interactiveshell import InteractiveShell

from webrun_nb.notebook.display.startup_notice import notice
from webrun_nb.notebook.syntax.spec import Invocation, NameKind, Names, Registry
from webrun_nb.notebook.widgets.front_end import can_display_widgets
from webrun_nb.notebook.workspace import Workspace


class Dispatcher:
    """Runs commands in the workspace of one notebook.

    Parameters
    ----------
    shell : InteractiveShell
        Its names are the notebook's.
    commands : Registry
        All commands; help explains them.
    """

    def __init__(self, shell: InteractiveShell, commands: Registry) -> None:
        self._workspace = Workspace(shell, commands)

    def known_names(self) -> dict[NameKind, Names]:
        """Return how the names of each kind are looked up, for completion."""
        return self._workspace.known_names()

    @property
    def names(self) -> Mapping[str, object]:
        """The notebook's variables."""
        return self._workspace.names

    def run(self, invocation: Invocation, scope: Mapping[str, object]) -> object:
        """Run a command.

        Parameters
        ----------
        invocation : Invocation
            The command and its arguments.
        scope : mapping
            The names that its texts may mention.

        Returns
        -------
        object
            A DataFrame if the command shows a table, else None or what the cell is to show.

        Raises
        ------
        WebRunError
            The command failed; shown as one line.
        """
        with notice.deferred(), self._workspace.seeing(scope):
            result = invocation.command.run(self._workspace, invocation.arguments)
        if can_display_widgets():
            self._workspace.announce_questions()
        return result
