"""People and their keys: users, tokens, second factors, passkeys, mailed codes, counted attempts, the first user.

Balances are shown here and changed in ``money``.
"""
