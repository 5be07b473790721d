"""User names, passwords and codes in texts in plain English."""
