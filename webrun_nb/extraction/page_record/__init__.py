"""The one record that a page is about: its facts, and which of its amounts is the price."""
