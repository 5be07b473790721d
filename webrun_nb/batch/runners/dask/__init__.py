"""Rows on the workers of a Dask cluster, and Dask DataFrames as input and answer. Dask is imported here alone."""
