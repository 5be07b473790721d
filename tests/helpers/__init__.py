"""Helpers of the tests: fakes, waiting, servers, kernels, JupyterLab and leak detection."""
