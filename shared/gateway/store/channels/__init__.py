"""Channels and the index of which group may ask which for which model. Keys are sealed on their way in.

Choosing among channels is ``relay.routing``; testing them and asking for balances, ``gateway.upkeep``.
"""
