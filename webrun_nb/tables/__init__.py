"""Schemas of results, DataFrames made of answers, and templates of a task's text."""
