"""Tasks: their options, the request, the run, and the result."""
