"""Values: what the texts of a column may mean, and which meaning the column and the page prove."""
