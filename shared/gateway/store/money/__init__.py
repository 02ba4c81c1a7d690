"""The ledger and everything that is part of it: holds, entries, sums, codes that are worth money, receipts, statistics.

No balance is moved anywhere else.
"""
