"""Tables of a page, in whatever elements, and lists of labels and values: found, laid out, and turned into sources."""
