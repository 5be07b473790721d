"""The parts that measurements share: pages, emulators, raw Playwright, kernels and Jupyter servers."""
