"""The notebook half of the toolkit: magics, cards, schemas and frames."""
