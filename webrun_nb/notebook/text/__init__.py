"""Texts that people read: labels of states, actions and amounts, and page text made safe to show."""
