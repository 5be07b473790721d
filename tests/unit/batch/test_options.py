import pytest

from webrun_nb.batch.options import MapOptions
from webrun_nb.client.errors import ArgumentError


def test_an_unknown_argument_is_one_line_with_the_one_that_is_meant():
    with pytest.raises(ArgumentError, match=r"map\(\) has no argument 'schem'") as refused:
        MapOptions.of({"url": "practice:shop", "schem": "name:str"})  # type: ignore[typeddict-unknown-key]
    assert refused.value.hint == "did you mean schema?"


def test_options_of_tasks_and_of_maps_are_told_apart():
    options = MapOptions.of({"concurrency": 2, "schema": "name:str", "timeout_ms": 5_000})
    assert (options.concurrency, options.task.timeout_ms) == (2, 5_000)
