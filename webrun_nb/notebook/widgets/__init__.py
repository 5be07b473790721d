"""The widgets: one .py per widget, and its scripts and style sheets in `static/`."""
