"""The HTTP server: endpoints, Socket.IO, live view. The only package that imports FastAPI."""
