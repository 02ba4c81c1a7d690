"""What the tables hold, a file for each: columns and keys, the row as a dataclass, what the relay reads of an item.

``tables`` has names and composed keys, ``items`` the models that admin and cron read through. No reads and no writes;
those belong to the rooms beside, by subject. Fields have the names of one-api's JSON; quota is in quota units, times
in unix seconds.
"""
