"""Helpers and tables that every layer may use. Imports no other package of webrun_nb."""
