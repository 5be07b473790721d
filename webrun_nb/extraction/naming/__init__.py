"""Likeness of names: what users and pages call the same thing, in many languages."""
