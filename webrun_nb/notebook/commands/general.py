"""`%webrun asyncio on`: lets `asyncio.run(...)` work in cells. None of our own waiting stands on it."""

from __future__ import annotations

from importlib.metadata import version


def switch_on() -> str:
    """Patch asyncio for this kernel and say so.

    nest-asyncio on ipykernel 6; its continuation nest-asyncio2 from 7 on, where the former breaks the delivery of
    widget messages (lab-notes, Jupyter 6).
    """
    if int(version("ipykernel").partition(".")[0]) >= 7:
        import nest_asyncio2 as nesting
    else:
        import nest_asyncio as nesting
    nesting.apply()
    return "asyncio.run(...) now works in this notebook's cells"
