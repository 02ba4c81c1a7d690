"""People and their keys: users, tokens, second factors, passkeys, sessions, mailed codes, counted attempts, first user.

Balances are shown here and changed in ``money``.
"""
