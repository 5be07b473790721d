"""Run notebooks and keep their outputs: `python tests/notebook/refresh.py notebooks/01_quickstart.ipynb …`.

The outputs are what readers see and what nbval compares with; look at the difference before committing it.
"""

from __future__ import annotations

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient


def refresh(path: Path) -> None:
    """Execute a notebook in place, in a fresh kernel, without saving the state of widgets."""
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(
        notebook, timeout=120, resources={"metadata": {"path": str(path.parent)}}, store_widget_state=False
    ).execute()
    notebook.metadata.pop("widgets", None)
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)  # when it ran is nobody's business
    nbformat.write(notebook, path)


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        refresh(Path(argument))
