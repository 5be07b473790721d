"""The wire contract as data models. Both halves import this; it imports nothing else of ours."""
