"""Proofs of who somebody is: passwords and second factors, passkeys, login providers, new accounts.

The session that a proof begins is ``web``'s, and so is what a role may do.
"""
