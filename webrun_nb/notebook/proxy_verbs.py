"""`%webrun proxy …`, in a notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from webrun_nb.notebook.commands import ProxyTest
from webrun_nb.notebook.objects import toolkit
from webrun_nb.notebook.workspace import Workspace

if TYPE_CHECKING:
    import pandas as pd


def test(workspace: Workspace, command: ProxyTest) -> pd.DataFrame | None:
    """Try a proxy, and return what came of it."""
    from webrun_nb.notebook.tables import proxy_frame

    frame = proxy_frame(toolkit.client().proxies.test(command.proxy, command.url))
    return None if command.quiet else frame
