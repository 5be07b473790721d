"""Agents: they propose steps, the worker takes them. None of them touches a browser."""
