"""Reads the answers of any server: every documented shape, in which almost any field may be missing.

The wire's own models (`webrun_nb.wire`) say exactly what the emulator sends; these readers say what the client makes of
what it gets (contract, section 13). A field that is missing, or that is of another type, is not known: None.
"""
