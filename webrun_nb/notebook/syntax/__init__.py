"""Syntax of magic lines: parser, help and completion, which are given the registry of commands."""
