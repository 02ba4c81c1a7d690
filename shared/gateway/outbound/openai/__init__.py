"""OpenAI's dialect, for OpenAI and everybody compatible.

What a compatible provider does differently is a row of ``quirks`` with its link, never a branch. Nothing of a provider
with a protocol of its own belongs here.
"""
