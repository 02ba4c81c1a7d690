"""One provider asked, and the next if it fails: route, attempt, exchanges, the loop and its rule.

Here the caller's request meets a channel. What a request may cost and what it did cost is decided outside.
"""
