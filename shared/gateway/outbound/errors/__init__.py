"""What provider errors mean: bodies of any shape read (``body``), verdicts by code and status (``verdicts``).

A dialect's own codes are a table in its folder. What the gateway does after a fault is ``relay.attempt.retry``'s.
"""
