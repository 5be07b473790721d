"""A script that runs notebooks and keeps their outputs: `refresh.py notebooks/01_quickstart.ipynb …`.

Readers see these outputs and nbval compares with them; review the difference before committing it.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from nbclient import NotebookClient


def refresh(path: Path) -> None:
    """Execute a notebook in place, in a fresh kernel, without saving the state of widgets."""
    notebook = nbformat.read(path, as_version=4)
    resources = {"metadata": {"path": str(path.parent)}}
    with TemporaryDirectory() as data_dir:  # a reader's first run: nothing is remembered of earlier ones
        NotebookClient(notebook, timeout=120, resources=resources, store_widget_state=False).execute(
            env={**os.environ, "WEBRUN_DATA_DIR": data_dir}
        )
    notebook.metadata.pop("widgets", None)
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)  # the time of the run is not part of the notebook
    nbformat.write(notebook, path)


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        refresh(Path(argument))
