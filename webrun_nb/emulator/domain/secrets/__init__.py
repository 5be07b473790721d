"""The secrets of sessions: the vault that holds them, and the redaction of everything that is shown."""
