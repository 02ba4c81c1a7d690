"""DynamoDB as this gateway speaks it: the relay's asynchronous client, that of the others, expressions, pages.

Knows tables and attributes, but nobody's meaning: which items there are is ``schema``'s.
"""
