"""Displays in the notebook: cards, results, tables, and the lines that are shown while something runs."""
