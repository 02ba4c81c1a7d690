"""What HTTPS trusts, read once: finding 140 authorities and parsing them takes 25 ms of a processor each time."""

import ssl
from functools import cache


@cache
def trusting_authorities() -> ssl.SSLContext:
    """For connections to the database and to providers; nobody may change it."""
    return ssl.create_default_context()
