"""Which source answers a request, and which of its fields is which column."""
