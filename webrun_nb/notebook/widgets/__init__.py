"""Widgets: one .py, one .js and one .css each, served from the wheel without a build step."""
