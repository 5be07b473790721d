"""The execution of sessions: workers, task runs, and everything that an action passes on its way to the browser."""
