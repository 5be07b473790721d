"""The service's endpoints. The only package that knows FastAPI."""
