"""Past tasks and what they cost, over all notebooks, sessions and runs of the user: `history`, `usage`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from webrun_nb.client.client import USERS_LEDGER
from webrun_nb.client.errors import ArgumentError, RequestError, WebRunError
from webrun_nb.client.monitoring.spending import GROUPINGS, Expense, expenses
from webrun_nb.common.codes import ErrorCode, ToolkitErrorCode
from webrun_nb.common.text import closest_match
from webrun_nb.notebook.api import toolkit

if TYPE_CHECKING:
    import pandas as pd
    from IPython.display import Image


def history(name: str | None = None, *, count: int | None = None) -> pd.DataFrame:
    """Return the user's past tasks as a DataFrame, newest first, over all notebooks, sessions and runs.

    `%webrun help history` describes the columns' amounts. Texts are those that the emulator keeps.

    >>> webrun.history().groupby(["run", "site"])["cost_usd"].sum()  # doctest: +SKIP

    Parameters
    ----------
    name : str, optional
        The name of a session: only tasks of sessions of that name.
    count : int, optional
        The greatest number of tasks; all of them by default.

    Raises
    ------
    RequestError
        `SESSION_NOT_FOUND`: no session of that name was ever opened.
    ArgumentError
        `count` is not a whole number of at least 1.
    """
    if count is not None and (not isinstance(count, int) or isinstance(count, bool) or count < 1):
        raise ArgumentError(f"history(count={count!r}) is not a number of tasks", "give a whole number of at least 1")
    return past_tasks(name, count, {})


def past_tasks(name: str | None, count: int | None, texts: Mapping[str, str]) -> pd.DataFrame:
    """Return what `history` does, with these texts of tasks before those that the emulator keeps."""
    from webrun_nb.notebook.display.ledger_tables import history_frame

    sessions = USERS_LEDGER.sessions()
    names = {record.name for record in sessions}
    if name is not None and name not in names:
        meant = closest_match(name, names)
        hint = f"did you mean {meant}?" if meant else "without a name, history has the tasks of all sessions"
        raise RequestError(f"no task of a session {name!r} is known", code=ErrorCode.SESSION_NOT_FOUND, hint=hint)
    spent = expenses(sessions, USERS_LEDGER.tasks())
    whole = history_frame([each for each in spent if name in (None, each.session.name)], texts)
    if count is not None:
        whole = whole.head(count)
    without = whole["text"].isna() & whole["emulated"]
    if without.any():
        whole.loc[without, "text"] = whole.loc[without, "task_id"].map(_kept_texts()).astype("string")
    return whole


def _kept_texts() -> dict[str, str]:
    """Return the texts of tasks that the emulator keeps; starts the emulator if it does not run."""
    try:
        return toolkit.client().task_texts()
    except WebRunError as error:
        if error.code != ToolkitErrorCode.EMULATOR_ONLY:
            print(f"the texts of earlier tasks can't be read: {error.message}")
        return {}


def usage(by: Literal["day", "run", "site", "session"] | None = None) -> pd.DataFrame:
    """Return what the user's sessions and tasks cost as a DataFrame, and what of it was wasted.

    Emulated money and money that is paid are in rows of their own: do not add them up. `%webrun help usage` describes
    the columns.

    >>> webrun.usage("site")[["site", "tasks", "cost_usd", "wasted_usd"]]  # doctest: +SKIP

    Parameters
    ----------
    by : str, optional
        `day`, `run`, `site` or `session`: a row for each. Without it: a row per task, and one per session for the time
        in which no task ran.

    Raises
    ------
    ArgumentError
        `by` is none of these.
    """
    from webrun_nb.notebook.display.ledger_tables import usage_frame, usage_sums_frame

    if by is not None and by not in GROUPINGS:
        raise ArgumentError(f"usage(by={by!r}) is not possible", f"give one of {', '.join(GROUPINGS)}")
    spent = present_expenses()
    return usage_frame(spent) if by is None else usage_sums_frame(spent, by)


def present_expenses() -> list[Expense]:
    """Return the expenses in the ledger, with the live sessions of the current client as they are now."""
    if (client := toolkit.current) is not None:
        try:
            client.bring_ledger_up_to_date()
        except WebRunError as error:  # what was known before is still worth showing
            print(f"the live sessions can't be read: {error.message}")
    return expenses(USERS_LEDGER.sessions(), USERS_LEDGER.tasks())


def plot_usage() -> Image:
    """Draw the cost of each day, run and site, with what was wasted; emulated and paid money apart.

    >>> open("costs.png", "wb").write(webrun.plot_usage().data)  # doctest: +SKIP

    Returns
    -------
    IPython.display.Image
        A picture that notebooks show; its `data` is a PNG.

    Raises
    ------
    WebRunError
        matplotlib is not installed, or nothing has cost anything yet.
    """
    from IPython.display import Image

    from webrun_nb.notebook.display.usage_plot import usage_png

    return Image(data=usage_png(present_expenses()))  # type: ignore[no-untyped-call]
