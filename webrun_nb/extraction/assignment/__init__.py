"""The choice of the source that answers a request, and the assignment of its fields to columns."""
