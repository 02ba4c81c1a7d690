"""Passwords, sealing of credentials, one-time codes, and the only fetchers of addresses that users supply.

``safe_fetch`` fetches for admin, ``media_fetch`` for the relay; which addresses are public is in ``addresses``. Who
may do what is not here: that is decided at the routes.
"""
