"""The page as sentences speak of it: its things and their groups, and the search for those that a sentence names."""
