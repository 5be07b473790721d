"""The benchmarks of `webrun-nb bench`, each compared with raw Playwright where it can do the same.

Each round measures ours and raw Playwright one right after the other, so that other load of the machine affects both.
Medians are compared. Imports are excluded: everything that is measured is started and used once before.
"""
