"""Recordings of tasks: the steps that a task took, each with a robust target, and their replay without an agent."""
