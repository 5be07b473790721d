"""Data that a page embeds for machines: JSON-LD, microdata, RDFa, meta tags. It is evidence, not first choice."""
