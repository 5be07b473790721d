"""What `webrun-nb bench` measures: one module per measurement, always beside raw Playwright where that can do the same.

Each round measures ours and raw one right after the other, so that whatever else the machine does meets both. What is
compared are medians. Imports are excluded: everything that is measured is started and used once before.
"""
