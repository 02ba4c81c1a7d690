"""What the tables hold: names and keys, items as models, rows as dataclasses, what the relay reads of them.

No reads and no writes; those belong to the rooms beside, by subject.
"""
