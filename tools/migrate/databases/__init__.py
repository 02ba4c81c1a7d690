"""Reading tables of a database, row after row and never all at once. No room for what the rows mean."""
