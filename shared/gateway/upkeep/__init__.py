"""Looking after channels and accounts: what the management API does on demand and jobs do at their time.

Balances, tests, lists of models and notices. What only one of the two does belongs to ``admin`` or ``cron``.
"""
