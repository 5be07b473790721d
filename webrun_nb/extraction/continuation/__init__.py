"""The continuation of a list that is not all on the page: next pages, more rows, scrolling, tabs."""
