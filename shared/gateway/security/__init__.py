"""Passwords, encryption of credentials, and the only fetcher for addresses that users supply."""
