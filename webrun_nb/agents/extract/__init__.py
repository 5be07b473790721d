"""Makes records of a page's candidate tables and lists (`PageData`) by a schema; no value is invented."""
