"""Runners: where the rows of a map are done."""
