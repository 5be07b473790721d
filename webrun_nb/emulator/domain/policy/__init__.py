"""The policies of sessions: their model, their templates, and the engine that decides by them."""
