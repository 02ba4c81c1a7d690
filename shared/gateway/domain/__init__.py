"""What the gateway talks about, as plain frozen dataclasses.

Users, tokens, channels, money, usage and the options, without how they are kept, sent or shown. Imports nothing of
ours but errors.
"""
