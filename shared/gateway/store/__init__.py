"""The DynamoDB tables: the only package that knows how anything is kept."""
