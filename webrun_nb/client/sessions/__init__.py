"""Sessions: start them, use them, control their browser by hand, and see it live."""
