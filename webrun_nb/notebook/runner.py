"""Which function does which command, in a notebook."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from IPython.core.interactiveshell import InteractiveShell

from webrun_nb.notebook import (
    asyncio_in_cells,
    commands,
    emulator_verbs,
    env_verbs,
    history_verbs,
    job_verbs,
    login_verbs,
    policy_commands,
    policy_verbs,
    proxy_verbs,
    session_verbs,
    task_verb,
    usage_verb,
    view_verb,
)
from webrun_nb.notebook.commands import Asyncio, Command, Help, ProxyHelp
from webrun_nb.notebook.completion import Names
from webrun_nb.notebook.front_end import page_may_show_it
from webrun_nb.notebook.help import help_text
from webrun_nb.notebook.starting import notice
from webrun_nb.notebook.workspace import Workspace


def _help(workspace: Workspace, command: Help | ProxyHelp) -> None:
    print(help_text(command.verb))


def _asyncio(workspace: Workspace, command: Asyncio) -> None:
    print(asyncio_in_cells.switch_on())


_VERBS: dict[type[Any], Callable[[Workspace, Any], Any]] = {
    commands.Start: session_verbs.start,
    commands.Status: session_verbs.status,
    commands.View: view_verb.view,
    commands.Pause: session_verbs.pause,
    commands.Resume: session_verbs.resume,
    commands.Stop: session_verbs.stop,
    commands.Terminate: session_verbs.terminate,
    commands.Answer: session_verbs.answer,
    commands.Task: task_verb.task,
    commands.Jobs: job_verbs.jobs,
    commands.Wait: job_verbs.wait,
    commands.Cancel: job_verbs.cancel,
    commands.History: history_verbs.history,
    commands.Code: history_verbs.code,
    commands.Login: login_verbs.login,
    commands.Logout: login_verbs.logout,
    commands.Usage: usage_verb.usage,
    commands.Help: _help,
    commands.Asyncio: _asyncio,
    commands.EnvList: env_verbs.list_environments,
    commands.EnvCreate: env_verbs.create,
    commands.EnvShow: env_verbs.show,
    commands.EnvDelete: env_verbs.delete,
    commands.EnvUpload: env_verbs.upload,
    commands.EnvDownload: env_verbs.download,
    commands.FileList: env_verbs.list_files,
    commands.FileUpload: env_verbs.upload_file,
    commands.FileDownload: env_verbs.download_file,
    commands.FileDelete: env_verbs.delete_file,
    policy_commands.PolicyList: policy_verbs.listed,
    policy_commands.PolicyCreate: policy_verbs.create,
    policy_commands.PolicyShow: policy_verbs.show,
    policy_commands.PolicyDelete: policy_verbs.delete,
    policy_commands.PolicyAudit: policy_verbs.audit,
    policy_commands.PolicyTest: policy_verbs.test,
    commands.ProxyHelp: _help,
    commands.ProxyTest: proxy_verbs.test,
    commands.EmulatorStatus: emulator_verbs.status,
    commands.EmulatorRestart: emulator_verbs.restart,
    commands.EmulatorAdvance: emulator_verbs.advance,
    commands.EmulatorFreeze: emulator_verbs.freeze,
    commands.EmulatorInstance: emulator_verbs.instance,
    commands.EmulatorAccount: emulator_verbs.account,
    commands.EmulatorFaults: emulator_verbs.faults,
    commands.EmulatorReset: emulator_verbs.reset,
    commands.EmulatorState: emulator_verbs.state,
}


class Runner:
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
        with notice.held(), self._workspace.seeing(scope):
            result = _VERBS[type(command)](self._workspace, command)
        if page_may_show_it():
            self._workspace.say_which_jobs_ask()
        return result
