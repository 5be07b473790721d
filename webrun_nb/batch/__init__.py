"""`map`: one task for each row of a table, with every result on disk before it counts."""
