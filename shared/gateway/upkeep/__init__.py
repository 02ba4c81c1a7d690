"""Looking after channels and accounts: what the management API does on demand and jobs do at their time."""
