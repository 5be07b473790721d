"""Lists of records without a table: repeated items, their fields aligned and named."""
