"""The rest of a list that is not all on the page: further pages, "load more", scrolling, tabs and sections.

`collect` collects it, in the ways of `moves` and `scrolling`; `base` has what they share, and a `views.View` is the
list as it is seen at one moment.
"""
