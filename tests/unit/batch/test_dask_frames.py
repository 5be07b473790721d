import dask
import dask.dataframe as dd
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from webrun_nb.batch.inputs import Partitions, is_dask
from webrun_nb.batch.runners.dask.frames import dask_frame, read_dask_input
from webrun_nb.client.errors import ArgumentError

PAGES = pd.DataFrame({"url": [f"https://example.com/{n}" for n in range(5)]}, index=[0, 1, 3, 5, 9])


@pytest.fixture(autouse=True)
def without_threads():
    with dask.config.set(scheduler="synchronous"):
        yield


def test_a_dask_frame_is_read_with_its_partitions_and_divisions():
    given = dd.from_pandas(PAGES, npartitions=2)
    read = read_dask_input(given, None)
    assert is_dask(given)
    assert not is_dask(PAGES)
    assert_frame_equal(read.frame, PAGES, check_dtype=False)  # Dask has a type of its own for text
    assert read.partitions == Partitions((3, 2), (0, 5, 9))


def test_a_limit_cuts_partitions_whose_divisions_are_then_unknown():
    read = read_dask_input(dd.from_pandas(PAGES, npartitions=2), 2)
    assert read.frame.index.tolist() == [0, 1]
    assert read.partitions == Partitions((2, 0), None)


def test_a_series_is_read_as_one_of_pandas_is():
    read = read_dask_input(dd.from_pandas(PAGES["url"], npartitions=2), None)
    assert read.columns == ["url", "value"]
    assert read.partitions == Partitions((3, 2), (0, 5, 9))


def test_an_empty_dask_frame_is_refused():
    with pytest.raises(ArgumentError, match="has no rows"):
        read_dask_input(dd.from_pandas(PAGES.iloc[:0], npartitions=1), None)


@pytest.mark.parametrize("divisions", [(0, 5, 9), None])
def test_the_table_has_the_partitions_the_types_and_the_divisions_of_the_input(divisions):
    table = pd.DataFrame({"staff": pd.array([3, None, 5, 7, 9], "Int64")}, index=PAGES.index)
    made = dask_frame(table, Partitions((3, 2), divisions))
    assert made.dtypes.to_dict() == table.dtypes.to_dict()
    assert made.known_divisions is (divisions is not None)
    assert [len(part) for part in dask.compute(*made.to_delayed())] == [3, 2]
    assert_frame_equal(made.compute(), table)


def test_rows_with_several_records_stay_in_their_partition_with_their_number_as_a_column():
    lines = pd.MultiIndex.from_tuples([(0, 0), (0, 1), (1, 0), (3, 0), (5, 0), (9, 0), (9, 1)], names=[None, "n"])
    table = pd.DataFrame({"city": pd.array(list("abcdefg"), "string")}, index=lines)
    made = dask_frame(table, Partitions((3, 0, 2), None))
    assert [part["city"].tolist() for part in dask.compute(*made.to_delayed())] == [list("abcd"), [], list("efg")]
    assert made.compute()["n"].tolist() == [0, 1, 0, 0, 0, 0, 1]
    assert made.columns.tolist() == ["n", "city"]
