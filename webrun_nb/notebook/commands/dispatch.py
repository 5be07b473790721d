"""Which function does which command, in a notebook."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from IPython.core.interactiveshell import InteractiveShell

from webrun_nb.notebook.commands import (
    account,
    definitions,
    emulator,
    environments,
    general,
    history,
    jobs,
    policies,
    proxies,
    session,
    task,
    usage,
    view,
)
from webrun_nb.notebook.commands.definitions import Asyncio, Command, Help, ProxyHelp
from webrun_nb.notebook.display.startup_notice import notice
from webrun_nb.notebook.syntax.help import help_text
from webrun_nb.notebook.syntax.spec import Names
from webrun_nb.notebook.widgets.front_end import can_display_widgets
from webrun_nb.notebook.workspace import Workspace


def _help(workspace: Workspace, command: Help | ProxyHelp) -> None:
    print(help_text(command.verb))


def _asyncio(workspace: Workspace, command: Asyncio) -> None:
    print(general.switch_on())


_VERBS: dict[type[Any], Callable[[Workspace, Any], Any]] = {
    definitions.Start: session.start,
    definitions.Status: session.status,
    definitions.View: view.view,
    definitions.Pause: session.pause,
    definitions.Resume: session.resume,
    definitions.Stop: session.stop,
    definitions.Terminate: session.terminate,
    definitions.Answer: session.answer,
    definitions.Task: task.task,
    definitions.Jobs: jobs.jobs,
    definitions.Wait: jobs.wait,
    definitions.Cancel: jobs.cancel,
    definitions.History: history.history,
    definitions.Code: history.code,
    definitions.Login: account.login,
    definitions.Logout: account.logout,
    definitions.Usage: usage.usage,
    definitions.Help: _help,
    definitions.Asyncio: _asyncio,
    definitions.EnvList: environments.list_environments,
    definitions.EnvCreate: environments.create,
    definitions.EnvShow: environments.show,
    definitions.EnvDelete: environments.delete,
    definitions.EnvUpload: environments.upload,
    definitions.EnvDownload: environments.download,
    definitions.FileList: environments.list_files,
    definitions.FileUpload: environments.upload_file,
    definitions.FileDownload: environments.download_file,
    definitions.FileDelete: environments.delete_file,
    definitions.PolicyList: policies.listed,
    definitions.PolicyCreate: policies.create,
    definitions.PolicyShow: policies.show,
    definitions.PolicyDelete: policies.delete,
    definitions.PolicyAudit: policies.audit,
    definitions.PolicyTest: policies.test,
    definitions.ProxyHelp: _help,
    definitions.ProxyTest: proxies.test,
    definitions.EmulatorStatus: emulator.status,
    definitions.EmulatorRestart: emulator.restart,
    definitions.EmulatorAdvance: emulator.advance,
    definitions.EmulatorFreeze: emulator.freeze,
    definitions.EmulatorInstance: emulator.instance,
    definitions.EmulatorAccount: emulator.account,
    definitions.EmulatorFaults: emulator.faults,
    definitions.EmulatorReset: emulator.reset,
    definitions.EmulatorState: emulator.state,
}


class Dispatcher:
    """Runs commands for one notebook.

    Parameters
    ----------
    shell : InteractiveShell
        Its names are the notebook's.
    """

    def __init__(self, shell: InteractiveShell) -> None:
        self._workspace = Workspace(shell)

    def known_names(self) -> dict[str, Names]:
        """Return how the names are looked up that a line may need, for the Tab key."""
        return self._workspace.known_names()

    @property
    def names(self) -> Mapping[str, object]:
        """The notebook's variables."""
        return self._workspace.names

    def run(self, command: Command, scope: Mapping[str, object]) -> Any:
        """Do what a command says.

        Parameters
        ----------
        command : Command
        scope : mapping
            The names that its texts may mention.

        Returns
        -------
        object
            A DataFrame where the verb shows a table, else None.

        Raises
        ------
        WebRunError
            In one line.
        """
        with notice.deferred(), self._workspace.seeing(scope):
            result = _VERBS[type(command)](self._workspace, command)
        if can_display_widgets():
            self._workspace.say_which_jobs_ask()
        return result
