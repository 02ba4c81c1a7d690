"""Passwords: argon2id for new ones; bcrypt hashes that came from one-api still verify.

Both take tens of milliseconds on purpose, so the libraries are imported where they are used: a process that
never checks a password pays nothing.
"""

from functools import cache


def hash_password(password: str) -> str:
    """A hash to store, with its salt and parameters."""
    return _argon2().hash(password)


def verify_password(stored: str, password: str) -> bool:
    """Whether the password is the one behind the hash. An empty hash (no password set) fits nothing,
    but takes as long: how long an answer takes must not tell whether an account exists."""
    if stored.startswith(("$2a$", "$2b$", "$2y$")):
        import bcrypt  # noqa: PLC0415 (12 ms; only accounts imported from one-api need it)

        try:
            return bcrypt.checkpw(password.encode()[:72], stored.encode())
        except ValueError:  # a damaged hash fits nothing
            return False
    return _argon2_matches(stored or _nobody(), password) and bool(stored)


def outdated(stored: str) -> bool:
    """Whether a hash that just verified should be made anew: another scheme, or weaker parameters."""
    return not stored.startswith("$argon2") or _argon2().check_needs_rehash(stored)


def _argon2_matches(stored: str, password: str) -> bool:
    from argon2.exceptions import Argon2Error, InvalidHashError  # noqa: PLC0415 (see the module text)

    try:
        return _argon2().verify(stored, password)
    except (Argon2Error, InvalidHashError):
        return False


@cache
def _argon2():
    from argon2 import PasswordHasher  # noqa: PLC0415 (see the module text)

    return PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)  # OWASP's minimum for argon2id


@cache
def _nobody() -> str:
    return hash_password("")
