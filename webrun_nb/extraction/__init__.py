"""The extraction engine: from a page's snapshot and a schema to records with provenance. Pure: no browser, no agent."""
