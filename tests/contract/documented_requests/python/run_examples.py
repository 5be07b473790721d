"""Run examples at the same time, each on a thread, and print the outcome of each, one JSON object per line.

Usage: python run_examples.py SECONDS NAME...

An example that has not ended after SECONDS is reported as an error.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from concurrent.futures import Future, ThreadPoolExecutor, wait
from importlib import import_module
from typing import Any


def report(name: str, example: Future[Any]) -> dict[str, Any]:
    if not example.done():
        return {"name": name, "error": "did not end"}
    error = example.exception()
    if error is not None:
        return {"name": name, "error": "".join(traceback.format_exception(error))}
    return {"name": name, "outcome": example.result()}


within_s, names = float(sys.argv[1]), sys.argv[2:]
pool = ThreadPoolExecutor(len(names))
examples = {name: pool.submit(import_module(name).main) for name in names}
wait(examples.values(), within_s)
for name, example in examples.items():
    print(json.dumps(report(name, example)), flush=True)
os._exit(0)  # an example that did not end would keep the process
