"""The checks that a request passes before it reaches an endpoint."""
