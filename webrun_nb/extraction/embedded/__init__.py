"""What a page embeds for machines: JSON-LD, microdata, RDFa and meta tags. It is evidence, not the first choice."""
